"""Clauses 2, 4, 8 and 9: consent as intervals in time, bound to the version that was shown.

Start reading at `model.py`, then `intervals.py` (what was lawful when), `asking.py` (when to ask again), `desk.py`;
for what stands in for consent, `bases.py`, then `basis_desk.py`.
Only `permits.py` makes a `Permit`.
"""

from __future__ import annotations

from troth.consent.asking import must_ask, reasons_to_ask
from troth.consent.bases import BasisEvent, Invocation
from troth.consent.basis_desk import BasisDesk
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
    "BasisDesk",
    "BasisEvent",
    "Choice",
    "ChoiceRefused",
    "ConsentDesk",
    "Decided",
    "Decision",
    "How",
    "Interval",
    "Invocation",
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
