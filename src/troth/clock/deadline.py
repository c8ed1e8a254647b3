"""When an answer is due: working days after receipt, on the calendar of the law (C8.2-03, pitfalls P1 and P2).

Receipt is the moment of arrival, not of opening; its day, in the policy's zone, is not counted.
Beyond what the calendar knows we give the earliest plausible deadline and call it provisional: every weekday
counts as a working day and as many weekend days as notices ever moved into one stretch count too. Being early
costs a day of haste; being late breaks the promise.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from troth.clock.moments import in_utc, is_weekend
from troth.clock.workdays import WorkCalendar
from troth.errors import ClockError

WORKING_DAYS_AT_MOST = 1_000
_DAY = timedelta(days=1)


class Due(msgspec.Struct, frozen=True):
    """The last day on which an answer is in time.

    due_on, received_on   local days in the policy's zone
    provisional           the calendar is not published that far; the day can only move later
    """

    due_on: date
    provisional: bool
    received_on: date
    working_days: int
    known_through: date
    calendar: str


def due(received: datetime | date, working_days: int, calendar: WorkCalendar, zone: ZoneInfo) -> Due:
    """Return the last day to answer what was received then.

    received       moment of arrival (aware), or the local day of arrival
    working_days   1 to 1,000
    Raises ClockError for a moment without a zone or a day before the calendar begins.
    Source: C8.2-03; the receipt day is not counted.
    """
    if not 1 <= working_days <= WORKING_DAYS_AT_MOST:
        raise ClockError(f"{working_days} working days", f"give a number from 1 to {WORKING_DAYS_AT_MOST}")
    received_on = in_utc(received).astimezone(zone).date() if isinstance(received, datetime) else received
    _refuse_unusable(received_on, calendar)
    due_on = _count(received_on, working_days, calendar)
    return Due(
        due_on=due_on,
        provisional=due_on > calendar.known_through,
        received_on=received_on,
        working_days=working_days,
        known_through=calendar.known_through,
        calendar=calendar.name,
    )


def _refuse_unusable(received_on: date, calendar: WorkCalendar) -> None:
    """A calendar says nothing of the days before it begins, and a date cannot pass the year 9999."""
    if received_on < calendar.known_from - _DAY:
        raise ClockError(
            f"calendar {calendar.name} begins on {calendar.known_from}, receipt was on {received_on}",
            "give a later day",
        )
    if received_on.year > 9000:
        raise ClockError(f"{received_on} is too far in the future", "give an earlier day")


def _count(received_on: date, working_days: int, calendar: WorkCalendar) -> date:
    """Return the day on which the last working day is reached."""
    day, left, makeup_days_left = received_on, working_days, calendar.makeup_days_at_most
    while left:
        day += _DAY
        if day <= calendar.known_through:
            left -= calendar.is_workday(day)
        elif not is_weekend(day):
            left -= 1
        elif makeup_days_left:
            makeup_days_left -= 1
            left -= 1
    return day
