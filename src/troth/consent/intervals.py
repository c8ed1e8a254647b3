"""Clause 8.3: decisions as intervals in time. Withdrawal ends an interval and never reaches back (P15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import structs

from troth.consent.model import Decision, Interval
from troth.policy.permit import SubjectId


def lawful_at(intervals: Iterable[Interval], subject: SubjectId, purpose: str, moment: datetime) -> bool:
    """Whether consent to `purpose` held at `moment`: the answer for a past day never changes afterwards."""
    return any(
        interval.subject == subject and interval.purpose == purpose and interval.holds_at(moment)
        for interval in intervals
    )


def begun_by(decision: Decision, kinds: dict[str, str]) -> list[Interval]:
    """Return the intervals a decision begins: one for each purpose it grants. `kinds`: purpose to kind of consent."""
    return [
        Interval(
            subject=decision.subject,
            purpose=purpose,
            kind=kinds.get(purpose, "general"),
            grant_id=decision.grants[purpose],
            start=decision.at,
            until=decision.until,
            given_by=decision.decision_id,
            gpc=decision.gpc,
        )
        for purpose, granted in decision.purposes.items()
        if granted
    ]


def ended_by(decision: Decision, open_: Sequence[Interval]) -> list[Interval]:
    """Return the open intervals a decision ends: those of every purpose it answers, renewed or withdrawn."""
    return [
        structs.replace(interval, end=decision.at, ended_by=decision.decision_id)
        for interval in open_
        if interval.purpose in decision.purposes and interval.end is None
    ]


def withdrawn_by(decision: Decision, open_: Sequence[Interval]) -> frozenset[str]:
    """Return the purposes that held until this decision and do not any more."""
    return frozenset(
        interval.purpose
        for interval in open_
        if interval.holds_at(decision.at) and decision.purposes.get(interval.purpose) is False
    )


def intervals_of(decisions: Sequence[Decision], kinds: dict[str, str]) -> list[Interval]:
    """Return every interval that a person's decisions, oldest first, add up to."""
    closed: list[Interval] = []
    open_: list[Interval] = []
    for decision in decisions:
        ended = ended_by(decision, open_)
        ended_purposes = {interval.purpose for interval in ended}
        closed += ended
        open_ = [interval for interval in open_ if interval.purpose not in ended_purposes]
        open_ += begun_by(decision, kinds)
    return closed + open_
