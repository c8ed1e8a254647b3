"""The fixed calendar grid: thirty days, a month, a year by months. No other period can be asked for (design 3.9)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal

from msgspec import Struct

THIRTY: Final = "30d"
MONTHS_BACK: Final = 11


class Period(Struct, frozen=True):
    """One period of the grid. `name` is its address; `step` is what one bar stands for."""

    name: str
    first: date
    last: date
    step: Literal["day", "month"]


def read_period(name: str, today: date) -> Period | None:
    """Return the period called "30d", "2026-11" or "2026", or None for anything else or the future."""
    if name in ("", THIRTY):
        return Period(THIRTY, today - timedelta(days=29), today, "day")
    found = re.fullmatch(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?", name, flags=re.ASCII)
    if found is None:
        return None
    year = int(found[1])
    if found[2]:
        first, step = date(year, int(found[2]), 1), "day"
        last = _next_month(first) - timedelta(days=1)
    else:
        first, last, step = date(year, 1, 1), date(year, 12, 31), "month"
    if first > today:
        return None
    return Period(name, first, min(last, today), "day" if step == "day" else "month")


def periods_offered(today: date) -> Sequence[Period]:
    """Return what the page links to: thirty days, this month and the eleven before it, this year and the last."""
    names = [THIRTY]
    month = today.replace(day=1)
    for _ in range(MONTHS_BACK + 1):
        names.append(f"{month:%Y-%m}")
        month = (month - timedelta(days=1)).replace(day=1)
    names += [str(today.year), str(today.year - 1)]
    return [period for name in names if (period := read_period(name, today))]


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
