"""Clauses 8 and 11: one piece of work that is due, and what a store must offer for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol

from msgspec import Struct

from troth.policy.permit import SubjectId

DutyState = Literal["waiting", "leased", "done"]
"""Stored in the database. Never change or reuse a word. A duty that failed is waiting again, with its reason."""

WAITING_FOR_A_HANDLER = "waiting for a handler"


class Duty(Struct, frozen=True, kw_only=True):
    """Work that is due.

    kind       which handler does it: "erase_withdrawn", ...
    subject    whose data it is about, if it is about a person
    reason     why it was made, or why the last try failed; ids and words of the policy only
    reference  the id of the record that holds the details (a decision, a request)
    attempts   how often it was tried
    """

    duty_id: str
    kind: str
    due_at: datetime
    made_at: datetime
    subject: SubjectId | None = None
    state: DutyState = "waiting"
    reason: str = ""
    reference: str = ""
    attempts: int = 0


def new_duty(
    kind: str,
    due_at: datetime,
    made_at: datetime,
    subject: SubjectId | None = None,
    reason: str = "",
    reference: str = "",
) -> Duty:
    """Return a duty with a fresh id."""
    return Duty(
        duty_id=secrets.token_hex(16),
        kind=kind,
        due_at=due_at,
        made_at=made_at,
        subject=subject,
        reason=reason,
        reference=reference,
    )


Handler = Callable[[Duty], None]
"""Does one duty. Idempotent: after a crash it is called again. Raising means: try later."""

Handlers = Mapping[str, Handler]


class DutyBook(Protocol):
    """The duties inside one change."""

    def add(self, duty: Duty) -> None: ...

    def lease(self, kinds: Collection[str], now: datetime, until: datetime, limit: int) -> list[Duty]:
        """Take duties of these kinds that are due and not leased; they are ours until `until`."""
        ...

    def finish(self, duty_id: str, at: datetime) -> None: ...

    def try_later(self, duty_id: str, due_at: datetime, reason: str) -> None:
        """Give a leased duty back, one attempt older."""
        ...


class DutyShelf(Protocol):
    """The duties as a reader sees them."""

    def due(self, now: datetime, limit: int = 1000) -> list[Duty]:
        """Return what is due and not done, the longest overdue first."""
        ...

    def find_for_subject(self, subject: SubjectId) -> list[Duty]: ...


class DutyChange(Protocol):
    @property
    def duties(self) -> DutyBook: ...


class DutyReading(Protocol):
    @property
    def duties(self) -> DutyShelf: ...


class DutyStore(Protocol):
    """The register, as far as duties need it."""

    def change(self) -> AbstractContextManager[DutyChange]: ...

    def reading(self) -> AbstractContextManager[DutyReading]: ...


class Shown(Struct, frozen=True):
    """A due duty as doctor and health show it."""

    duty: Duty
    says: str


def join_handlers(rooms: Sequence[Handlers]) -> dict[str, Handler]:
    """Return all rooms' handlers in one table; each kind has exactly one.

    Raises ValueError if two rooms claim the same kind.
    """
    joined: dict[str, Handler] = {}
    for handlers in rooms:
        for kind, handler in handlers.items():
            if kind in joined:
                raise ValueError(f"two rooms handle duties of the kind {kind!r}")
            joined[kind] = handler
    return joined
