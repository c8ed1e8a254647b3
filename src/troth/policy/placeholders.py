"""The fixed names that a clause of the policy may use in braces: `{company}`, `{table_facts}` (clause 1).

Values come from the file, so the text people read and the behaviour of the program cannot drift apart.
A `{table_…}` stands alone in its paragraph; the page puts the generated table there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from troth.policy.model import Policy

WORDS = (
    "company",
    "address",
    "email",
    "phone",
    "officer",
    "officer_email",
    "contact_email",
    "contact_phone",
    "contact_address",
    "complaint",
    "site",
    "version",
    "issued",
    "effective",
    "reply_days",
    "extension_days",
    "child_age",
    "found_hours",
    "notice_days",
    "reask_days",
    "rights",
    "minors",
    "guardian",
    "child_rules",
    "changes",
    "links",
)
TABLES = (
    "table_purposes",
    "table_facts",
    "table_forms",
    "table_cookies",
    "table_sdks",
    "table_recipients",
    "table_places",
    "table_retention",
    "table_measures",
)
NAMES = WORDS + TABLES

_BRACES = re.compile(r"\{([A-Za-z0-9_.-]*)\}")


def names_in(body: str) -> Iterator[str]:
    """Yield every name that stands in braces in a text, known or not."""
    for match in _BRACES.finditer(body):
        yield match.group(1)


def word_values(policy: Policy, language: str) -> dict[str, str]:
    """Return the value of every word placeholder in one language. Days are ISO dates; the page may write them out."""
    controller, officer, contact = policy.controller, policy.controller.officer, policy.contact
    return {
        "company": controller.name.in_(language),
        "address": controller.address.in_(language),
        "email": controller.email,
        "phone": controller.phone,
        "officer": officer.name.in_(language) if officer else "",
        "officer_email": officer.email if officer else "",
        "contact_email": contact.email,
        "contact_phone": contact.phone,
        "contact_address": contact.address.in_(language),
        "complaint": contact.complaint.in_(language),
        "site": ", ".join(policy.scope.origins),
        "version": policy.version,
        "issued": policy.issued.isoformat(),
        "effective": policy.effective.isoformat(),
        "reply_days": str(policy.rights.reply_working_days),
        "extension_days": str(policy.rights.extension_max_working_days or 0),
        "child_age": str(policy.minors.child_under),
        "found_hours": str(policy.minors.found_delete_within_hours),
        "notice_days": str(policy.changes.notice_days),
        "reask_days": str(policy.consent.reask_after_days),
        "rights": policy.rights.text.in_(language),
        "minors": policy.minors.text.in_(language),
        "guardian": policy.minors.guardian.in_(language) if policy.minors.guardian else "",
        "child_rules": policy.minors.rules.in_(language) if policy.minors.rules else "",
        "changes": policy.changes.text.in_(language),
        "links": policy.scope.links.in_(language),
    }


def fill_words(body: str, policy: Policy, language: str) -> str:
    """Return a clause's text with every word placeholder filled in; table placeholders stay for the page."""
    values = word_values(policy, language)
    return _BRACES.sub(lambda match: values.get(match.group(1), match.group(0)), body)
