"""What consent needs of the register, in the words of clauses 4 and 8."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from troth.consent.model import Decision, Interval
from troth.duties import DutyBook
from troth.ledger import EntryBook
from troth.policy.permit import Grant, SubjectId


class DecisionBook(Protocol):
    """Decisions, grants and intervals inside one change. Every write checks that the subject is live."""

    def keep_grant(self, grant: Grant) -> None:
        """Keep a grant once; keeping it again changes nothing."""
        ...

    def keep(self, decision: Decision) -> None: ...

    def open_intervals(self, subject: SubjectId) -> list[Interval]:
        """Return the intervals nobody has ended."""
        ...

    def begin(self, intervals: Sequence[Interval]) -> None: ...

    def end(self, subject: SubjectId, purposes: Sequence[str], at: datetime, decision_id: str) -> None:
        """End the open intervals of these purposes."""
        ...


class CounterBook(Protocol):
    """Counts without anybody in them: a day, a name, a reason."""

    def add(self, day: date, name: str, reason: str, count: int = 1) -> None: ...


class ConsentShelf(Protocol):
    """Consents as a reader sees them."""

    def open_intervals(self, subject: SubjectId) -> list[Interval]:
        """Return the intervals of a subject that nobody has ended."""
        ...

    def open_intervals_of(self, subjects: Collection[SubjectId]) -> list[Interval]:
        """Return the intervals of these people that nobody has ended."""
        ...

    def intervals(self, subject: SubjectId, purpose: str | None = None) -> list[Interval]:
        """Return every interval of a subject, the oldest first."""
        ...

    def holding(self, purpose: str, moment: datetime, among: Collection[SubjectId] | None) -> list[Interval]:
        """Return the intervals of a purpose that hold at `moment`, of these people or of everybody."""
        ...

    def decisions(self, subject: SubjectId) -> list[Decision]: ...

    def grants(self, grant_ids: Collection[str]) -> dict[str, Grant]: ...


class ConsentChange(Protocol):
    @property
    def ledger(self) -> EntryBook: ...

    @property
    def duties(self) -> DutyBook: ...

    @property
    def decisions(self) -> DecisionBook: ...

    @property
    def counters(self) -> CounterBook: ...


class ConsentReading(Protocol):
    @property
    def consents(self) -> ConsentShelf: ...


class ConsentRegister(Protocol):
    """The register, as far as consent needs it."""

    def change(self) -> AbstractContextManager[ConsentChange]: ...

    def reading(self) -> AbstractContextManager[ConsentReading]: ...
