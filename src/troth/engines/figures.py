"""Figures from the month files and the visits still open: coarse columns only, nobody counted twice (clause 2.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from troth.clock import from_ms
from troth.collect.visit import OpenVisit, OpenVisits
from troth.engines.months import MonthStore
from troth.statistics.figures import DayCount, PageCount


class CountedFigures:
    """Counts visits and views per day and per page."""

    def __init__(self, months: MonthStore, visits: OpenVisits, zone: ZoneInfo) -> None:
        self._months = months
        self._visits = visits
        self._zone = zone

    def visits_per_day(self, first: date, last: date) -> list[DayCount]:
        """Return the days from `first` to `last` that had visits, a view counting on its own day."""
        visits: Counter[date] = Counter()
        views: Counter[date] = Counter()
        with self._months.lock:
            for table, counts in (("visits", visits), ("views", views)):
                for day, number in self._grouped(table, "day", first, last):
                    counts[day] += number
            still_open = self._visits.still_held()
        for visit in still_open:
            visits[self._day(visit.started_ms)] += 1
            views.update(self._day(view.at_ms) for view in list(visit.views.values()))
        days = sorted(day for day in visits.keys() | views.keys() if first <= day <= last)
        return [DayCount(day, visits[day], views[day]) for day in days]

    def top_pages(self, first: date, last: date, limit: int) -> list[PageCount]:
        """Return the most viewed pages, most views first; ties in the order of their paths."""
        views: Counter[str] = Counter()
        with self._months.lock:
            for page, number in self._grouped("views", "page", first, last):
                views[page] += number
            still_open = self._visits.still_held()
        for visit in still_open:
            views.update(view.page for view in list(visit.views.values()) if first <= self._day(view.at_ms) <= last)
        ranked = sorted(views.items(), key=lambda item: (-item[1], item[0]))
        return [PageCount(page, number) for page, number in ranked[:limit]]

    def open_visits(self) -> int:
        """Return how many visits may still go on or wait to be loaded."""
        return len(self._open())

    def _open(self) -> Sequence[OpenVisit]:
        with self._months.lock:
            return self._visits.still_held()

    def _grouped(self, table: str, column: str, first: date, last: date) -> Sequence[tuple[Any, int]]:
        """Count rows by one coarse column; a day of the policy's zone may lie in the next or last month of UTC."""
        around = (_month_before(first), _month_after(last))
        sql = f"SELECT {column}, count(*) FROM {{month}}.{table} WHERE day BETWEEN ? AND ? GROUP BY 1"  # noqa: S608
        return self._months.over_months(*around, sql, [first, last])

    def _day(self, at_ms: int) -> date:
        return from_ms(at_ms).astimezone(self._zone).date()


def _month_before(day: date) -> str:
    return f"{day.year - (day.month == 1):04d}-{(day.month - 2) % 12 + 1:02d}"


def _month_after(day: date) -> str:
    return f"{day.year + (day.month == 12):04d}-{day.month % 12 + 1:02d}"
