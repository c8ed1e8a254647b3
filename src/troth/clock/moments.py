"""Moments and days: aware UTC in the domain, integer milliseconds in the stores, local dates for the law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from troth.errors import ClockError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SATURDAY = 5


class Clock(Protocol):
    """What a room needs to know the time."""

    def now(self) -> datetime:
        """Return this moment as an aware UTC datetime."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands still until it is moved: for tests and for the demo's history."""

    def __init__(self, moment: datetime) -> None:
        self._now = in_utc(moment)

    def now(self) -> datetime:
        return self._now

    def move_to(self, moment: datetime) -> None:
        self._now = in_utc(moment)

    def forward(self, by: timedelta) -> None:
        self._now += by


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC. Raises ClockError if it names no zone: we never guess one."""
    if moment.utcoffset() is None:
        raise ClockError("a moment without a time zone", "give the offset, for example 2026-02-23T09:00:00+08:00")
    return moment.astimezone(UTC)


def to_ms(moment: datetime) -> int:
    """Return whole milliseconds since 1970-01-01 UTC, rounded down."""
    return (in_utc(moment) - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """Return the aware UTC moment of a stored number of milliseconds."""
    return _EPOCH + ms * _MILLISECOND


def is_weekend(day: date) -> bool:
    """Is it a Saturday or a Sunday?"""
    return day.weekday() >= _SATURDAY
