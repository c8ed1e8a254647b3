"""Turn a privacy policy that is prose into a policy file, without inventing anything (clause 0)."""
