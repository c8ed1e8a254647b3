"""What a statistics page needs: plain figures, no visitor, no identifier, days in the policy's zone (clause 2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from msgspec import Struct


class DayCount(Struct, frozen=True):
    """Visits that began on a day, and the pages seen in them."""

    day: date
    visits: int
    views: int


class PageCount(Struct, frozen=True):
    """How often a page was seen. `path` is a declared route, or "other"; it is still treated as a visitor's text."""

    path: str
    views: int


class Figures(Protocol):
    """Where figures come from. Both days are included; a day without visits may be left out."""

    def visits_per_day(self, first: date, last: date) -> Sequence[DayCount]:
        """Return visits and views of each day, open visits counted in."""
        ...

    def top_pages(self, first: date, last: date, limit: int) -> Sequence[PageCount]:
        """Return the pages seen most, most first."""
        ...

    def open_visits(self) -> int:
        """Return how many visits have not ended yet."""
        ...
