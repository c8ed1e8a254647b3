"""Clauses 3 and 7: the ledger entries and duties of bases."""

from __future__ import annotations

import secrets
from datetime import datetime

from troth.consent.bases import BasisEvent, BasisRefusal
from troth.duties import Duty, new_duty
from troth.ledger import Draft, Payload, Sealer, draft_entry
from troth.policy import bases
from troth.policy.permit import SubjectId

ERASE_UNFOUNDED = "erase_unfounded"
"""Kind of duty: delete what rested on a basis that is over. Stored in the database, never change it."""


def draft_of_event(sealer: Sealer, event: BasisEvent, under: SubjectId | None, policy_hash: str) -> Draft:
    """Return the ledger entry of an event. `under`: whose key seals it, None = the site's."""
    payload: Payload = {
        "event": event.event_id,
        "basis": event.basis,
        "purpose": event.purpose,
        "subject": event.subject,
        "evidence": event.evidence,
        "actor": event.actor,
        "start": event.start.isoformat(),
        "until": None if event.until is None else event.until.isoformat(),
    }
    return draft_entry(
        sealer,
        "basis",
        clause_of(event.basis),
        payload,
        subject=under,
        record_id=event.event_id,
        policy_hash=policy_hash,
        at=event.made_at,
    )


def draft_of_ending(sealer: Sealer, event: BasisEvent, end: datetime, by: str, policy_hash: str, at: datetime) -> Draft:
    """Return the ledger entry of an event's end, written at `at`, true from `end` on; it names nobody."""
    payload: Payload = {"event": event.event_id, "end": end.isoformat(), "actor": by}
    return draft_entry(
        sealer,
        "basis_ended",
        clause_of(event.basis),
        payload,
        subject=None,
        record_id=secrets.token_hex(16),
        policy_hash=policy_hash,
        at=at,
    )


def draft_of_refusal(
    sealer: Sealer, refusal: BasisRefusal, basis: str, under: SubjectId | None, policy_hash: str
) -> Draft:
    """Return the ledger entry of a refusal."""
    payload: Payload = {"refusal": refusal.refusal_id, "subject": refusal.subject, "purpose": refusal.purpose}
    return draft_entry(
        sealer,
        "basis_refused",
        clause_of(basis),
        payload,
        subject=under,
        record_id=refusal.refusal_id,
        policy_hash=policy_hash,
        at=refusal.at,
    )


def erasure_due(due_at: datetime, now: datetime, subject: SubjectId | None, why: str, reference: str) -> Duty:
    """Return the duty to delete what rests on a basis that is over by then (PIPL 47)."""
    return new_duty(ERASE_UNFOUNDED, due_at, now, subject, why, reference)


def clause_of(basis: str) -> str:
    """Return the clause of a basis: C3-01 to C3-12."""
    return f"C3-{bases()[basis].number:02d}"
