"""Clause 4: how heavy the script of a policy is; longer texts and more purposes make it heavier for every visitor."""

from __future__ import annotations

from collections.abc import Mapping

from troth.notice.script import BUDGET_BYTES, build_script, compress_script
from troth.policy.findings import Finding
from troth.policy.load import Loaded
from troth.policy.rules.book import Notes

PRIVACY_URL = "https://privacy.www.example.com/privacy/policy?lang="
"""About as long as a real one; where the rooms are is a setting, not part of the policy."""


def script_sizes(loaded: Loaded) -> Mapping[str, int]:
    """Return for each language the bytes (gzip) of the script that this policy makes."""
    policy = loaded.policy
    scripts = {
        language: build_script(policy, loaded.hash, language, privacy_url=PRIVACY_URL + language)
        for language in policy.languages
    }
    return {language: len(compress_script(script)) for language, script in scripts.items()}


def check_script(loaded: Loaded) -> list[Finding]:
    """Return a note for each language whose script is over its budget. The policy must be free of errors."""
    notes = Notes(loaded)
    for language, size in script_sizes(loaded).items():
        if size > BUDGET_BYTES:
            what = f"the script in {language} has {size:,} bytes (gzip), {size - BUDGET_BYTES:,} over its budget"
            fix = "shorten consent.banner and the texts of purposes on consent, or ask for fewer of them on the banner"
            notes.add("T4-13", ("purposes",), what, fix)
    return notes.findings
