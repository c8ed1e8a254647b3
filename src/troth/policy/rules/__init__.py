"""The rules a policy file is checked against, one file per subject."""
