"""What consent needs of the register, in the words of clauses 4 and 8."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from troth.consent.basis_store import BasisBook, BasisShelf
from troth.consent.evidence import EvidenceBook, EvidenceShelf
from troth.consent.model import Decision, Interval
from troth.duties import DutyBook
from troth.ledger import EntryBook, Numbered, SealedPayload
from troth.policy.permit import Grant, SubjectId


class DecisionBook(Protocol):
    """Decisions, grants and intervals inside one change. Every write checks that the subject is live."""

    def keep_grant(self, grant: Grant) -> None:
        """Keep a grant once; keeping it again changes nothing."""
        ...

    def keep(self, decision: Decision) -> None: ...

    def last_at(self, subject: SubjectId) -> datetime | None:
        """Return the moment of a person's newest decision, None if there is none."""
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

    def decisions(self, subject: SubjectId) -> list[Decision]:
        """Return a person's decisions, the oldest first."""
        ...

    def decision(self, decision_id: str) -> Decision | None: ...

    def last_at(self, subject: SubjectId) -> datetime | None:
        """Return the moment of a person's newest decision, None if there is none."""
        ...

    def grants(self, grant_ids: Collection[str]) -> dict[str, Grant]: ...


class LedgerShelf(Protocol):
    """The ledger as a reader of receipts sees it."""

    def after(self, seq: int = -1, most: int = 1000) -> list[Numbered]:
        """Return entries in order, from the one after `seq`."""
        ...

    def payloads_of(self, subject: SubjectId) -> list[tuple[int, SealedPayload]]:
        """Return the sealed payloads about a person, each with the place of its entry."""
        ...

    def payload_at(self, seq: int) -> SealedPayload | None: ...

    def head(self) -> str | None:
        """Return the newest checkpoint."""
        ...

    def prove_inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion proof of an entry in the ledger as it was at a size."""
        ...


class ConsentChange(Protocol):
    @property
    def ledger(self) -> EntryBook: ...

    @property
    def duties(self) -> DutyBook: ...

    @property
    def decisions(self) -> DecisionBook: ...

    @property
    def receipts(self) -> EvidenceBook: ...

    @property
    def bases(self) -> BasisBook: ...

    @property
    def counters(self) -> CounterBook: ...


class ConsentReading(Protocol):
    @property
    def consents(self) -> ConsentShelf: ...

    @property
    def receipts(self) -> EvidenceShelf: ...

    @property
    def ledger(self) -> LedgerShelf: ...

    @property
    def bases(self) -> BasisShelf: ...


class ConsentRegister(Protocol):
    """The register, as far as consent needs it."""

    def change(self) -> AbstractContextManager[ConsentChange]: ...

    def reading(self) -> AbstractContextManager[ConsentReading]: ...
