"""Clauses 7 and 8: a choice becomes a decision with its event, its grants, its ledger entry and its duties."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec import Struct, structs

from troth.consent.before import Before
from troth.consent.grants import grant_for
from troth.consent.guardian import record_of
from troth.consent.model import Choice, Decision
from troth.consent.receipt import Statement, new_number, plain_of, write_moment
from troth.duties import Duty, new_duty
from troth.ledger import Draft, Entry, Sealer, commitment
from troth.ledger.entry import SALT_BYTES
from troth.policy.permit import Grant, SubjectId
from troth.policy.versions import Version

ERASE_WITHDRAWN = "erase_withdrawn"
"""Kind of duty: delete what rested on a consent that was withdrawn. Stored in the database, never change it."""

CHOICE_COOKIE = "troth"
MILLISECOND = timedelta(milliseconds=1)


class Written(Struct, frozen=True, kw_only=True):
    """A decision as it goes into the ledger: its statement, what the ledger commits to, the sealed draft."""

    statement: Statement
    plain: bytes
    salt: bytes
    draft: Draft

    @property
    def epoch(self) -> str:
        """The epoch of the class `evidence` that the decision falls into."""
        return self.draft.payload.epoch


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
        guardian=None if choice.guardian is None else record_of(choice.guardian),
    )
    return decision, grants


def following(decision: Decision, before: Before) -> Decision:
    """Return a decision in its place after what came before: at a moment of its own, its event named.

    Two decisions of one person never share a millisecond, so that they have one order for ever.
    """
    at = decision.at
    if before.last_at is not None and before.last_at >= at:
        at = before.last_at + MILLISECOND
    placed = structs.replace(decision, at=at, until=decision.until + (at - decision.at))
    return structs.replace(placed, event=before.event_of(placed))


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


def write_down(sealer: Sealer, decision: Decision, before: Before, is_live: bool) -> Written:
    """Return a decision's statement and its sealed ledger entry. For a restricted person the site's key seals it.

    The statement does not say whose it is: that is told by the key it is sealed under, and a receipt holds no subject.
    """
    statement = _statement_of(decision, before)
    plain, salt = plain_of(statement), secrets.token_bytes(SALT_BYTES)
    gives = any(decision.purposes.values())
    entry = Entry(
        kind="consent" if gives else "withdrawal",
        at=decision.at.replace(microsecond=0),
        policy_hash=decision.policy_hash,
        clause="C8.3-01" if gives else "C8.3-03",
        commitment=commitment(salt, plain),
    )
    subject = decision.subject if is_live else None
    sealed = sealer.seal_payload(subject, decision.decision_id, decision.at, salt + plain)
    return Written(statement=statement, plain=plain, salt=salt, draft=Draft(entry, sealed))


def _statement_of(decision: Decision, before: Before) -> Statement:
    return Statement(
        receipt=new_number(),
        event=decision.event,
        at=write_moment(decision.at),
        until=write_moment(decision.until),
        purposes=dict(decision.purposes),
        granted=sorted(before.granted_by(decision)),
        withdrawn=sorted(before.withdrawn_by(decision)),
        policy=decision.policy_hash,
        language=decision.language,
        layer=decision.layer,
        how=decision.how,
        text=decision.text_hash,
        gpc=decision.gpc,
        guardian=decision.guardian,
    )


def erasure_due(decision: Decision, withdrawn: Collection[str], now: datetime) -> Duty:
    """Return the duty to delete what rested on these consents: due at once (PIPL 47).

    now   when it was asked for; the decision's own moment may be a millisecond later
    """
    reason = f"consent withdrawn for {', '.join(sorted(withdrawn))}"
    return new_duty(ERASE_WITHDRAWN, now, now, decision.subject, reason, decision.decision_id)
