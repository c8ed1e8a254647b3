"""Clauses 7 and 8: what a decision leaves in the register, all in one change (design 2)."""

from __future__ import annotations

from collections.abc import Mapping

from troth.consent.before import NOTHING, Before
from troth.consent.drafting import Written
from troth.consent.evidence import SealedCopy
from troth.consent.intervals import begun_by
from troth.consent.model import Decision
from troth.consent.stores import ConsentChange
from troth.ledger import Appended
from troth.policy.permit import Grant


class Overtaken(Exception):
    """The person decided something else since we looked; nothing was kept."""


def write_decision(
    change: ConsentChange,
    decision: Decision,
    grants: Mapping[str, Grant],
    written: Written,
    copy: SealedCopy,
    before: Before,
) -> Appended:
    """Write a decision into its change: grants, intervals, evidence, ledger entry. Durable when the change is.

    before   what stood when the decision was worked out
    Raises Overtaken if the person decided something else since; the whole change is to be given up then.
    """
    if before is not NOTHING and change.decisions.last_at(decision.subject) != before.last_at:
        raise Overtaken
    for grant in grants.values():
        change.decisions.keep_grant(grant)
    change.decisions.keep(decision)
    ending = [each.purpose for each in before.open if each.purpose in decision.purposes]
    if ending:
        change.decisions.end(decision.subject, ending, decision.at, decision.decision_id)
    begun = begun_by(decision, {name: grant.kind for name, grant in grants.items()})
    if begun:
        change.decisions.begin(begun)
    change.receipts.keep(copy)
    return change.ledger.append(written.draft)
