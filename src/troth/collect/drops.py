"""Clause 2 (C2-02): what is not in the policy is dropped, with its reason, and counted."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date

from msgspec import Struct


class Drop(Struct, frozen=True):
    """A refused beacon or a dropped fact: the clause that forbids it and the reason, never the value.

    status   the HTTP status when the whole beacon is refused
    name     a name of the catalogue or "other"; "" when the whole beacon was meant
    """

    clause: str
    reason: str
    status: int = 403
    name: str = ""


MALFORMED = Drop("C2-02", "malformed", 400)
TOO_DEEP = Drop("C2-02", "nested too deeply", 400)
TOO_LARGE = Drop("C2-02", "too large", 413)
ENCODED = Drop("C2-02", "content encoding not accepted", 415)
FOREIGN_ORIGIN = Drop("C1-01", "origin not in scope")
TOO_MANY = Drop("C7-01", "too many requests", 429)
UNKNOWN_TOKEN = Drop("C2.1-02", "unknown token")
NO_CONSENT = Drop("C2.1-02", "no consent for any declared fact")
WITHDRAWN = Drop("C8.3-03", "consent withdrawn")
VISIT_CLOSED = Drop("C2.1-01", "the visit is closed", 410)
UNDECLARED = "not declared in the policy"


class DropCounter:
    """Counts drops per day, clause, reason and name, until someone takes the counts to the register."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[date, str, str, str]] = Counter()
        self.total = 0

    def add(self, day: date, drop: Drop) -> None:
        """Count one drop; names outside the catalogue must already be "other"."""
        with self._lock:
            self._counts[day, drop.clause, drop.reason, drop.name] += 1
            self.total += 1

    def take(self) -> Counter[tuple[date, str, str, str]]:
        """Return the counts since the last call and start again at zero."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        return taken

    def give_back(self, counts: Counter[tuple[date, str, str, str]]) -> None:
        """Add counts that could not be stored, so that nothing goes uncounted."""
        with self._lock:
            self._counts.update(counts)
