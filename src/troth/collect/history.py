"""Clause 2.1 facts 15 to 17: last visit, first visit or not, and how often; one sealed row a person.

Only someone who agreed has such a row. It is read and written when a visit closes, never while pages load.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec
from msgspec import Struct

from troth.policy.permit import SubjectId
from troth.vault import Label, Sealed

NEEDS_HISTORY = frozenset(("prev_visit", "is_first", "freq"))


class History(Struct, frozen=True):
    """What we remember of a person's visits. `prior_ms` is the start of the visit before the last."""

    count: int
    last_visit: str
    last_ms: int
    prior_ms: int | None = None

    @property
    def frequency(self) -> str:
        """How often, coarse."""
        if self.count == 1:
            return "1"
        return "2-3" if self.count < 4 else "4-9" if self.count < 10 else "10+"


class SealedHistory(Struct, frozen=True, kw_only=True):
    """A person's history as the register keeps it."""

    subject: SubjectId
    revision: int
    class_: str
    epoch: str
    blob: bytes

    def sealed(self) -> Sealed:
        """The value as the vault opens it."""
        return Sealed(history_label(self.subject, self.revision, self.class_, self.epoch), self.blob)


def history_label(subject: SubjectId, revision: int, class_: str, epoch: str) -> Label:
    """The label a history is bound to."""
    return Label("visit_history", "history", subject, subject, revision, class_, epoch)


def add_visit(history: History | None, visit: str, started_ms: int) -> History:
    """Return the history with one more visit; the visit it ends with already is not counted again."""
    if history is None:
        return History(1, visit, started_ms)
    if history.last_visit == visit:
        return history
    return History(history.count + 1, visit, started_ms, history.last_ms)


def read_history(plain: bytes) -> History:
    """The history of an opened value."""
    return msgspec.json.decode(plain, type=History)


class HistoryShelf(Protocol):
    """Histories as a reader sees them."""

    def find_for_subjects(self, subjects: Collection[SubjectId]) -> Sequence[SealedHistory]: ...


class HistoryBook(Protocol):
    """Histories inside one change. Every write checks that the subject is live."""

    def keep(self, history: SealedHistory) -> None: ...


class HistoryChange(Protocol):
    @property
    def visit_histories(self) -> HistoryBook: ...


class HistoryReading(Protocol):
    @property
    def visit_histories(self) -> HistoryShelf: ...


class HistoryRegister(Protocol):
    """The register, as far as visits need it."""

    def change(self) -> AbstractContextManager[HistoryChange]: ...

    def reading(self) -> AbstractContextManager[HistoryReading]: ...
