"""Clauses 8 and 11: do what is due: lease it, call its one handler, finish it or try again later.

A kind without a handler is never done and never forgotten: it is shown as waiting for a handler.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from troth.clock import Clock
from troth.duties.duty import WAITING_FOR_A_HANDLER, Duty, DutyStore, Handlers, Shown

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
AT_ONCE = 50


class Round(Struct, frozen=True):
    """What one round of the runner did."""

    done: int
    failed: int
    waiting_for_a_handler: int


class Runner:
    """Does due duties, one round at a time; the caller decides when."""

    def __init__(self, store: DutyStore, handlers: Handlers, clock: Clock) -> None:
        self._store = store
        self._handlers = handlers
        self._clock = clock

    def run_due(self) -> Round:
        """Do up to 50 due duties and say what became of them."""
        with self._store.change() as change:
            now = self._clock.now()
            leased = change.duties.lease(self._handlers.keys(), now, now + LEASE, AT_ONCE)
        done = sum(self._do(duty) for duty in leased)
        return Round(done, len(leased) - done, len(self._unhandled()))

    def _do(self, duty: Duty) -> bool:
        try:
            self._handlers[duty.kind](duty)
        except Exception as failure:  # whatever it was, the duty stays due and says which kind of failure
            self._give_back(duty, type(failure).__name__)
            return False
        with self._store.change() as change:
            change.duties.finish(duty.duty_id, self._clock.now())
        return True

    def _give_back(self, duty: Duty, failure: str) -> None:
        due_at = self._clock.now() + pause_after(duty.attempts)
        with self._store.change() as change:
            change.duties.try_later(duty.duty_id, due_at, f"try {duty.attempts + 1} failed: {failure}")

    def _unhandled(self) -> list[Duty]:
        with self._store.reading() as reading:
            due = reading.duties.due(self._clock.now())
        return [duty for duty in due if duty.kind not in self._handlers]


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after a failure: 10 s, doubled with every attempt, at most an hour."""
    doublings = min(attempts, 16)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def due_duties(store: DutyStore, handlers: Handlers, now: datetime) -> list[Shown]:
    """Return what is due and not done, each with a word on how it stands, for doctor and the console."""
    with store.reading() as reading:
        due = reading.duties.due(now)
    return [Shown(duty, _says(duty, handlers)) for duty in due]


def overdue(store: DutyStore, now: datetime, grace: timedelta = timedelta(hours=1)) -> list[Duty]:
    """Return the duties that have been due for longer than `grace`: `/health` is not ok while there are any."""
    with store.reading() as reading:
        return reading.duties.due(now - grace)


def _says(duty: Duty, handlers: Handlers) -> str:
    if duty.kind not in handlers:
        return WAITING_FOR_A_HANDLER
    return "being done" if duty.state == "leased" else "due"
