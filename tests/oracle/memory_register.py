"""The honest fake of the register for the oracle's many histories, checked against the real one by the same histories.

Decisions, grants and intervals in lists. A change and a reading are the register itself: nothing fails here half way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from msgspec import structs

from troth.consent import Decision, Interval
from troth.ledger import Appended, Draft
from troth.policy.permit import Grant, SubjectId


class MemoryRegister:
    """Decisions, grants and intervals in lists; ledger and duties are counted and dropped."""

    def __init__(self, refuse_unless_live: Callable[[SubjectId], None]) -> None:
        self.refuse_unless_live = refuse_unless_live
        self.kept: dict[SubjectId, list[Decision]] = {}
        self.held: dict[SubjectId, list[Interval]] = {}
        self.known: dict[str, Grant] = {}
        self.entries = 0

    @contextmanager
    def change(self) -> Iterator[Any]:
        yield self

    @contextmanager
    def reading(self) -> Iterator[Any]:
        yield self

    @property
    def ledger(self) -> MemoryRegister:
        return self

    @property
    def duties(self) -> MemoryRegister:
        return self

    @property
    def decisions(self) -> MemoryRegister:
        return self

    @property
    def counters(self) -> MemoryRegister:
        return self

    @property
    def consents(self) -> MemoryShelf:
        return MemoryShelf(self)

    @property
    def receipts(self) -> MemoryEvidence:
        return MemoryEvidence()

    def append(self, draft: Draft) -> Appended:
        self.entries += 1
        return Appended(draft.entry)

    def last_at(self, subject: SubjectId) -> datetime | None:
        return self.kept[subject][-1].at if subject in self.kept else None

    def add(self, *_: object) -> None:
        """A duty or a count: no question of the oracle is about them."""

    def keep_grant(self, grant: Grant) -> None:
        self.known[grant.grant_id] = grant

    def keep(self, decision: Decision) -> None:
        if any(decision.purposes.values()):
            self.refuse_unless_live(decision.subject)
        self.kept.setdefault(decision.subject, []).append(decision)

    def open_intervals(self, subject: SubjectId) -> list[Interval]:
        return [each for each in self.held.get(subject, ()) if each.end is None]

    def begin(self, intervals: Sequence[Interval]) -> None:
        for each in intervals:
            self.held.setdefault(each.subject, []).append(each)

    def end(self, subject: SubjectId, purposes: Sequence[str], at: datetime, decision_id: str) -> None:
        self.held[subject] = [
            structs.replace(each, end=at, ended_by=decision_id)
            if each.end is None and each.purpose in purposes
            else each
            for each in self.held.get(subject, ())
        ]


class MemoryEvidence:
    """Sealed copies, which no question of the oracle is about."""

    def keep(self, copy: object) -> None:
        """Nothing."""


class MemoryShelf:
    """Consents as a reader sees them."""

    def __init__(self, register: MemoryRegister) -> None:
        self._register = register

    def open_intervals(self, subject: SubjectId) -> list[Interval]:
        return self._register.open_intervals(subject)

    def open_intervals_of(self, subjects: Collection[SubjectId]) -> list[Interval]:
        return [each for subject in subjects for each in self._register.open_intervals(subject)]

    def intervals(self, subject: SubjectId, purpose: str | None = None) -> list[Interval]:
        held = self._register.held.get(subject, ())
        return [each for each in held if purpose is None or each.purpose == purpose]

    def holding(self, purpose: str, moment: datetime, among: Collection[SubjectId] | None) -> list[Interval]:
        people = self._register.held if among is None else among
        return [
            each
            for subject in people
            for each in self._register.held.get(subject, ())
            if each.purpose == purpose and each.holds_at(moment)
        ]

    def last_at(self, subject: SubjectId) -> datetime | None:
        return self._register.last_at(subject)

    def decisions(self, subject: SubjectId) -> list[Decision]:
        return list(self._register.kept.get(subject, ()))

    def grants(self, grant_ids: Collection[str]) -> dict[str, Grant]:
        return {each: self._register.known[each] for each in grant_ids if each in self._register.known}
