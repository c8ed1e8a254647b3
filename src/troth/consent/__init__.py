"""Clauses 2, 4, 8 and 9: consent as intervals in time, bound to the version that was shown.

Start reading at `model.py`, then `intervals.py` (what was lawful when), `asking.py` (when to ask again), `desk.py`.
Only `permits.py` makes a `Permit`.
"""

from __future__ import annotations

from troth.consent.asking import must_ask, reasons_to_ask
from troth.consent.desk import ConsentDesk
from troth.consent.intervals import lawful_at
from troth.consent.model import (
    Choice,
    ChoiceRefused,
    Decided,
    Decision,
    How,
    Interval,
    LastDecision,
    NotPermitted,
    StaleChoice,
    Standing,
    UnknownToken,
)
from troth.consent.sealing import VaultSealer

__all__ = [
    "Choice",
    "ChoiceRefused",
    "ConsentDesk",
    "Decided",
    "Decision",
    "How",
    "Interval",
    "LastDecision",
    "NotPermitted",
    "StaleChoice",
    "Standing",
    "UnknownToken",
    "VaultSealer",
    "lawful_at",
    "must_ask",
    "reasons_to_ask",
]
