"""Lengths of time and days of the calendar as people write them in both languages (clauses 5, 8 and 12)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re
from datetime import date
from math import ceil

from msgspec import Struct

from troth.policy.adopt.numbering import NUMBER, number_of

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sep sept", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_CHINESE_YEAR = "[〇零一二三四五六七八九]{4}"
DAY = re.compile(
    rf"""(?P<y1>\d{{4}}|{_CHINESE_YEAR})\s*年\s*(?P<m1>[\d一二三四五六七八九十]{{1,3}})\s*月\s*(?P<d1>[\d一二三四五六七八九十]{{1,3}})\s*[日号]
    |(?P<y2>\d{{4}})[-/.](?P<m2>\d{{1,2}})[-/.](?P<d2>\d{{1,2}})(?!\d)
    |\b(?P<m3>{_NAMES})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})
    |\b(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m4>{_NAMES})\.?,?\s+(?P<y4>\d{{4}})""",
    re.VERBOSE | re.IGNORECASE,
)
_UNITS = {
    "hour": "hours", "小时": "hours", "day": "days", "天": "days", "日": "days", "week": "weeks", "周": "weeks", "星期": "weeks",
    "month": "months", "个月": "months", "月": "months", "year": "years", "年": "years",
}  # fmt: skip
SPAN = re.compile(
    rf"(?P<number>{NUMBER})\s*(?:\(\d+\)\s*|个)?(?P<working>工作|working\s+|business\s+|further\s+|calendar\s+|自然|more\s+)?"
    r"(?P<unit>hours?|days?|weeks?|months?|years?|小时|个月|星期|天|日|周(?!岁)|月|年)(?![\w月岁])?",
    re.IGNORECASE,
)
_IN_DAYS = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.0}


class Span(Struct, frozen=True):
    """A length of time as the text gives it. `is_working`: counted in working days."""

    number: int
    unit: str
    is_working: bool = False

    def __str__(self) -> str:
        return f"{self.number} {self.unit if self.number != 1 else self.unit[:-1]}"

    def in_days(self, at_least: bool = False) -> int:
        """Return whole days: never longer than promised, or never shorter where a law asks for at least so long."""
        days = self.number * _IN_DAYS.get(self.unit, 1 / 24)
        if at_least and self.unit == "months":
            return ceil(self.number * 30.6)
        return max(1, ceil(days) if at_least else int(days))

    def in_browser_days(self) -> int:
        """Return the days of a cookie, where a month is said for 30 days."""
        return self.number * {"days": 1, "weeks": 7, "months": 30, "years": 365}.get(self.unit, 0)


def spans_in(words: str) -> list[tuple[int, Span]]:
    """Return the lengths of time in some words with their places; days of the calendar are none."""
    hidden = DAY.sub(lambda found: " " * len(found[0]), words)
    found = []
    for match in SPAN.finditer(hidden):
        number = number_of(match["number"])
        unit = _UNITS[match["unit"].lower().rstrip("s") if match["unit"].isascii() else match["unit"]]
        if number and not (number > 1000 and unit == "years"):
            working = (match["working"] or "").strip().lower() in ("工作", "working", "business")
            found.append((match.start(), Span(number, unit, working)))
    return found


def days_in(words: str) -> list[tuple[int, int, date]]:
    """Return the days of the calendar in some words: start, end and the day."""
    found = []
    for match in DAY.finditer(words):
        parts = {name[0]: value for name, value in match.groupdict().items() if value}
        month = _MONTHS.get(parts["m"].lower()) or number_of(parts["m"])
        year, day = number_of(parts["y"]), number_of(parts["d"])
        try:
            found.append((match.start(), match.end(), date(year or 0, month or 0, day or 0)))
        except ValueError:
            continue
    return found
