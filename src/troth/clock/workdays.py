"""Working days of a statutory calendar, and how far it is known (pitfall P1).

A weekday may be off and a weekend day may be on: in China the State Council's yearly notice moves both.
The `holidays` library holds those notices, but it silently guesses a year whose notice is not out yet,
so how far each calendar is known stands here, in our own data, and the library is never asked beyond it.

Once a year, when the notice is out and the library has it: raise `known_through`, add the year to the tests.
A notice can reach back into the last days of December (it did in 2006 and 2011): look at those too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from troth.clock.moments import is_weekend
from troth.clock.overlay import Overlay, read_overlay
from troth.errors import ClockError


class Known(msgspec.Struct, frozen=True):
    """What we know about a calendar before asking any library.

    known_from, known_through   first and last day for which published notices were checked
    makeup_days_at_most         the most working days that any stretch of days had over its Mondays to Fridays
    """

    country: str
    known_from: date
    known_through: date
    makeup_days_at_most: int
    source: str


CALENDARS: Mapping[str, Known] = MappingProxyType(
    {
        "cn": Known(
            country="CN",
            known_from=date(2008, 1, 1),
            known_through=date(2026, 12, 31),
            # Measured on every stretch of days from 2004 to 2026, 2026-11-24: 3 (2013-04-07 to 2013-04-28).
            makeup_days_at_most=3,
            source="State Council notices 2008 to 2026, as in the holidays library",
        ),
    }
)


class WorkCalendar(msgspec.Struct, frozen=True):
    """The working days of one calendar from `known_from` to `known_through`, both included."""

    name: str
    known_from: date
    known_through: date
    weekday_off: frozenset[date]
    weekend_on: frozenset[date]
    makeup_days_at_most: int
    source: str

    @classmethod
    def load(cls, calendar: str = "cn", overlay: Path | None = None) -> WorkCalendar:
        """Return a calendar by name, extended by the operator's overlay file if there is one.

        Raises ClockError for an unknown calendar or an overlay we cannot use.
        """
        if calendar not in CALENDARS:
            raise ClockError(f'no calendar "{calendar}"', f"use one of: {', '.join(sorted(CALENDARS))}")
        known = _published(calendar)
        return known if overlay is None else _overlaid(known, read_overlay(overlay, known.known_from))

    def is_known(self, day: date) -> bool:
        """Is this day inside the published notices?"""
        return self.known_from <= day <= self.known_through

    def is_workday(self, day: date) -> bool:
        """Is this a working day? Raises ClockError outside the known days: there is no answer, only a guess."""
        if not self.is_known(day):
            raise ClockError(
                f"calendar {self.name} knows {self.known_from} to {self.known_through}, not {day}",
                "add the published days with an overlay file",
            )
        return day in self.weekend_on if is_weekend(day) else day not in self.weekday_off


@cache
def _published(calendar: str) -> WorkCalendar:
    """Return a calendar as published. The library costs 50 ms to import, so only here."""
    import holidays

    known = CALENDARS[calendar]
    years = range(known.known_from.year, known.known_through.year + 1)
    book = holidays.country_holidays(known.country, years=years)
    span = (known.known_through - known.known_from).days + 1
    days = [known.known_from + timedelta(days=n) for n in range(span)]
    return WorkCalendar(
        name=calendar,
        known_from=known.known_from,
        known_through=known.known_through,
        weekday_off=frozenset(d for d in days if not is_weekend(d) and not book.is_working_day(d)),
        weekend_on=frozenset(d for d in days if is_weekend(d) and book.is_working_day(d)),
        makeup_days_at_most=known.makeup_days_at_most,
        source=known.source,
    )


def _overlaid(known: WorkCalendar, overlay: Overlay) -> WorkCalendar:
    """Return the calendar with the operator's days added. An overlay never shortens what is known."""
    return msgspec.structs.replace(
        known,
        known_through=max(known.known_through, overlay.known_through),
        weekday_off=known.weekday_off | overlay.weekday_off,
        weekend_on=known.weekend_on | overlay.weekend_on,
        source=f"{known.source}; overlay: {overlay.source}",
    )
