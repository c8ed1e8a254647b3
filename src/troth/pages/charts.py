"""Charts drawn on the server: geometry as plain numbers, the template draws it as SVG with a table behind it.

Colours come from style classes and currentColor, so light, dark and print work; there is no inline style.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from msgspec import Struct

WIDTH: Final = 720.0
HEIGHT: Final = 260.0
LEFT: Final = 44.0
TOP: Final = 14.0
BOTTOM: Final = 28.0


class Point(Struct, frozen=True):
    """One figure of a chart: what it is called on the axis and in the table, and its value."""

    name: str
    value: int
    short: str = ""


class Mark(Struct, frozen=True):
    """A bar or a point of a line, in the units of the drawing."""

    name: str
    value: int
    x: float
    y: float
    width: float
    height: float
    middle: float


class Tick(Struct, frozen=True):
    """A label on an axis and where it stands."""

    text: str
    at: float


class Chart(Struct, frozen=True):
    """A finished drawing: bars or a line, ticks of both axes, and the points for the table."""

    kind: Literal["bars", "line"]
    points: Sequence[Point]
    marks: Sequence[Mark]
    up: Sequence[Tick]
    along: Sequence[Tick]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    floor: float = HEIGHT - BOTTOM

    @property
    def path(self) -> str:
        """Return the line through all points as SVG path data; empty without points."""
        steps = (f"{mark.middle:g},{mark.y:g}" for mark in self.marks)
        line = " L".join(steps)
        return f"M{line}" if line else ""


def draw_chart(
    points: Sequence[Point], kind: Literal["bars", "line"] = "bars", labels_max: int = 8, width: float = WIDTH
) -> Chart:
    """Return the drawing of `points` from left to right over a rounded scale that starts at nought.

    width   in units of the drawing; a narrow one keeps its labels readable on a small screen
    """
    top = round_up(max((point.value for point in points), default=0))
    floor = HEIGHT - BOTTOM
    step = (width - LEFT) / max(len(points), 1)
    gap = min(step * 0.28, 10.0)
    marks = []
    for place, point in enumerate(points):
        height = round((floor - TOP) * point.value / top, 2)
        x = round(LEFT + step * place + gap / 2, 2)
        middle = round(LEFT + step * (place + 0.5), 2)
        marks.append(Mark(point.name, point.value, x, round(floor - height, 2), round(step - gap, 2), height, middle))
    every = max(1, -(-len(points) // labels_max))
    along = [
        Tick(point.short or point.name, mark.middle)
        for place, (point, mark) in enumerate(zip(points, marks, strict=True))
        if place % every == 0
    ]
    return Chart(kind, tuple(points), tuple(marks), _ticks(top, floor), tuple(along), width)


def share_of(value: int, largest: int, width: float = 100.0) -> float:
    """Return how wide a bar for `value` is when `largest` fills `width`; a value above nought stays visible."""
    if value <= 0 or largest <= 0:
        return 0.0
    return round(max(width * value / largest, 1.0), 2)


def round_up(value: int) -> int:
    """Return the end of the scale that four plain steps reach (1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100, …)."""
    needed = max(-(-value // 4), 1)
    size = 1
    while True:
        for step in (1, 2, 3, 5) if size == 1 else (1, 1.5, 2, 2.5, 3, 4, 5, 7.5):
            if step * size >= needed:
                return int(step * size) * 4
        size *= 10


def _ticks(top: int, floor: float) -> tuple[Tick, ...]:
    quarter = top // 4
    return tuple(Tick(f"{quarter * place:,}", round(floor - (floor - TOP) * place / 4, 2)) for place in range(5))
