"""Clauses 8 and 11: the work that is due: leased, retried, visible; each kind has exactly one handler."""

from __future__ import annotations

from troth.duties.duty import (
    WAITING_FOR_A_HANDLER,
    Duty,
    DutyBook,
    DutyChange,
    DutyReading,
    DutyShelf,
    DutyState,
    DutyStore,
    Handler,
    Handlers,
    Shown,
    join_handlers,
    new_duty,
)
from troth.duties.runner import Round, Runner, due_duties, overdue

__all__ = [
    "WAITING_FOR_A_HANDLER",
    "Duty",
    "DutyBook",
    "DutyChange",
    "DutyReading",
    "DutyShelf",
    "DutyState",
    "DutyStore",
    "Handler",
    "Handlers",
    "Round",
    "Runner",
    "Shown",
    "due_duties",
    "join_handlers",
    "new_duty",
    "overdue",
]
