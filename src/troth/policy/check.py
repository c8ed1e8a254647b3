"""Check a loaded policy against every rule: what would break a promise, where, why, and what to do."""

from __future__ import annotations

from troth.policy.findings import Finding
from troth.policy.load import Loaded
from troth.policy.rules.answers import check_answers
from troth.policy.rules.book import Notes
from troth.policy.rules.claims import check_claims
from troth.policy.rules.collected import check_collected
from troth.policy.rules.dates import check_dates
from troth.policy.rules.grounds import check_grounds
from troth.policy.rules.kinds import check_kinds
from troth.policy.rules.others import check_others
from troth.policy.rules.passed_on import check_passed_on
from troth.policy.rules.promised import check_promised
from troth.policy.rules.scope import check_scope
from troth.policy.rules.stored import check_stored
from troth.policy.rules.terms import check_terms
from troth.policy.rules.texts import check_texts
from troth.policy.rules.told import check_told

_FAMILIES = (
    check_texts,
    check_scope,
    check_collected,
    check_grounds,
    check_stored,
    check_terms,
    check_others,
    check_answers,
    check_dates,
    check_told,
    check_kinds,
    check_claims,
    check_passed_on,
    check_promised,
)


def check_policy(loaded: Loaded) -> list[Finding]:
    """Return every finding about a policy, in the order of its lines. None means it can go live."""
    notes = Notes(loaded)
    for check in _FAMILIES:
        check(notes)
    return sorted(notes.findings, key=lambda found: (found.line, found.rule))
