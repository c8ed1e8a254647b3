"""Clauses 7 and 8: a choice becomes a decision with its grants, its ledger entry and its duties."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from troth.consent.grants import grant_for
from troth.consent.model import Choice, Decision
from troth.duties import Duty, new_duty
from troth.ledger import Draft, Payload, Sealer, draft_entry
from troth.policy.permit import Grant, SubjectId
from troth.policy.versions import Version

ERASE_WITHDRAWN = "erase_withdrawn"
"""Kind of duty: delete what rested on a consent that was withdrawn. Stored in the database, never change it."""

CHOICE_COOKIE = "troth"


def decision_of(
    choice: Choice, version: Version, subject: SubjectId, now: datetime
) -> tuple[Decision, dict[str, Grant]]:
    """Return the decision to keep, and the grants of the purposes it says yes to."""
    grants = {name: grant_for(version, name) for name, yes in choice.purposes.items() if yes}
    decision = Decision(
        decision_id=secrets.token_hex(16),
        subject=subject,
        at=now,
        until=now + lifetime(version, bool(grants)),
        policy_hash=version.hash,
        purposes=dict(choice.purposes),
        grants={name: grant.grant_id for name, grant in grants.items()},
        language=choice.language,
        layer=choice.layer,
        how=choice.how,
        text_hash=choice.text_hash,
        gpc=choice.gpc,
    )
    return decision, grants


def withdrawal_of(subject: SubjectId, purposes: Collection[str], version: Version, now: datetime) -> Decision:
    """Return the decision that takes these consents back. Nothing was shown, so no text is named."""
    return Decision(
        decision_id=secrets.token_hex(16),
        subject=subject,
        at=now,
        until=now + lifetime(version, False),
        policy_hash=version.hash,
        purposes=dict.fromkeys(sorted(purposes), False),
        grants={},
        language="",
        layer=0,
        how="withdrawal",
        text_hash="",
    )


def lifetime(version: Version, granted: bool) -> timedelta:
    """Return how long a decision lasts: a yes as long as the choice cookie, a no until the cool-down is over."""
    days = version.policy.consent.reask_after_days
    cookie = version.policy.cookies.get(CHOICE_COOKIE)
    return timedelta(days=cookie.lifetime_days if granted and cookie and cookie.lifetime_days else days)


def draft_of(sealer: Sealer, decision: Decision, is_live: bool) -> Draft:
    """Return the ledger entry of a decision. For a restricted person it is sealed under the site's key."""
    gives = any(decision.purposes.values())
    payload: Payload = {
        "decision": decision.decision_id,
        "subject": decision.subject,
        "purposes": dict(decision.purposes),
        "until": decision.until.isoformat(),
        "language": decision.language,
        "layer": decision.layer,
        "how": decision.how,
        "text": decision.text_hash,
        "gpc": decision.gpc,
    }
    return draft_entry(
        sealer,
        "consent" if gives else "withdrawal",
        "C8.3-01" if gives else "C8.3-03",
        payload,
        subject=decision.subject if is_live else None,
        record_id=decision.decision_id,
        policy_hash=decision.policy_hash,
        at=decision.at,
    )


def erasure_due(decision: Decision, withdrawn: Collection[str]) -> Duty:
    """Return the duty to delete what rested on these consents: due at once (PIPL 47)."""
    reason = f"consent withdrawn for {', '.join(sorted(withdrawn))}"
    return new_duty(ERASE_WITHDRAWN, decision.at, decision.at, decision.subject, reason, decision.decision_id)
