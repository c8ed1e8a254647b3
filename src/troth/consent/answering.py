"""Clauses 4 and 8: what the browser is told after a choice."""

from __future__ import annotations

from datetime import datetime

from troth.consent.before import Before
from troth.consent.model import Decided, Decision
from troth.consent.receipt import Receipt


def decided_as(
    decision: Decision, token: str | None, before: Before, withdrawn: frozenset[str], receipt: Receipt
) -> Decided:
    """Return the answer to a decision that is kept."""
    granted = before.granted_by(decision)
    kept = frozenset(granted - {name for name, yes in decision.purposes.items() if yes})
    is_over_signal = (decision.gpc or kept == granted) and (before.is_over_signal(kept) or not kept)
    return Decided(
        token=token if granted else None,
        granted=granted,
        until=decision.until,
        withdrawn=withdrawn,
        decision_ids=(decision.decision_id,),
        policy_hash=decision.policy_hash,
        decided_at=decision.at,
        gpc=bool(granted) and is_over_signal,
        receipt=receipt,
    )


def unchanged(
    policy_hash: str, token: str | None, granted: frozenset[str], until: datetime, now: datetime, gpc: bool = False
) -> Decided:
    """Return the answer where nothing was stored because nothing changes."""
    return Decided(
        token=token,
        granted=granted,
        until=until,
        withdrawn=frozenset(),
        decision_ids=(),
        policy_hash=policy_hash,
        decided_at=now,
        gpc=gpc,
    )
