"""The pen of draw_site.py: strokes, blocks of cells, and isometric boxes, as SVG text."""

# ruff: noqa: E501  a line of a drawing is as long as the stroke

from __future__ import annotations

import random
from collections.abc import Sequence

NIGHT, PANEL, LINE, COPPER, GOLD, ICE = "#0e1620", "#131f2c", "#2b3d50", "#b98a4b", "#e0a45a", "#7fd0e0"
BLUE = ("#1d3b4f", "#2c5a72", "#4689a3", ICE)
GREEN = ("#17382f", "#24594a", "#3f8a72", "#86cfb4")
WARM = ("#45301c", "#6f4e2a", "#ae7d41", GOLD)
GREY = ("#1a2733", "#283a4a", "#42596d", "#8aa0b4")
Tones = tuple[str, str, str, str]
Point = tuple[float, float]


def number(value: float) -> str:
    """A coordinate with one digit after the point, and none where it is whole."""
    return f"{value:.1f}".removesuffix(".0")


def rect(x: float, y: float, w: float, h: float, fill: str, more: str = "") -> str:
    return f'<rect x="{number(x)}" y="{number(y)}" width="{number(w)}" height="{number(h)}" fill="{fill}"{more}/>'


def shape(points: Sequence[Point], fill: str, more: str = "") -> str:
    path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return f'<path d="M{path}z" fill="{fill}"{more}/>'


def line(points: Sequence[Point], stroke: str, width: float, more: str = "") -> str:
    path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return f'<path d="M{path}" fill="none" stroke="{stroke}" stroke-width="{number(width)}"{more}/>'


def letters(x: float, y: float, words: str, size: float, fill: str, more: str = "") -> str:
    font = 'font-family="system-ui,sans-serif" font-weight="600" text-anchor="middle"'
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{fill}" {font}{more}>{words}</text>'


def svg(width: int, height: int, parts: Sequence[str], back: str = NIGHT) -> str:
    ground = rect(0, 0, width, height, back) if back else ""
    body = "\n".join(part for part in (ground, *parts) if part)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n{body}\n</svg>\n'


# Dies, seen from above


def cells(dice: random.Random, x: float, y: float, w: float, h: float, tones: Tones, row: float = 7) -> str:
    """A block of standard cells: rows of short strokes in three tones on the fourth."""
    drawn = [rect(x, y, w, h, tones[0])]
    paths: dict[str, list[str]] = {tone: [] for tone in tones[1:]}
    top = y + row * 0.6
    while top + row * 0.5 < y + h:
        at = x + 3.0
        while at < x + w - 5:
            length = min(dice.choice((3, 4, 6, 9, 14)), x + w - 3 - at)
            tone = dice.choices(tones[1:], weights=(6, 3, 1))[0]
            if dice.random() < 0.72:
                paths[tone].append(f"M{number(at)} {number(top)}h{number(length)}")
            at += length + 2
        top += row
    for tone, path in paths.items():
        drawn.append(f'<path d="{"".join(path)}" stroke="{tone}" stroke-width="{number(row * 0.55)}"/>')
    return "".join(drawn)


def memory(x: float, y: float, w: float, h: float, tones: Tones, columns: int, rows: int) -> str:
    """A block of memory: an even grid of banks."""
    wide, high = w / columns, h / rows
    banks = "".join(
        f"M{number(x + column * wide + 1.5)} {number(y + row * high + 1.5)}h{number(wide - 3)}v{number(high - 3)}h{number(3 - wide)}z"
        for column in range(columns)
        for row in range(rows)
    )
    return rect(x, y, w, h, tones[0]) + f'<path d="{banks}" fill="{tones[1]}"/>'


def name_tag(x: float, y: float, words: str, size: float = 15) -> str:
    wide = len(words) * size * 0.62 + 12
    return rect(x - wide / 2, y - size, wide, size * 1.45, NIGHT, ' opacity=".78" rx="3"') + letters(
        x, y + size * 0.08, words, size, "#e9eef3"
    )


def die(width: int, height: int, blocks: Sequence[str]) -> str:
    pads = f' stroke="{COPPER}" stroke-width="6" stroke-dasharray="6 6"'
    frame = [
        rect(10, 10, width - 20, height - 20, "none", pads),
        rect(18, 18, width - 36, height - 36, PANEL, f' stroke="{LINE}"'),
    ]
    return svg(width, height, [*frame, *blocks])


class Corner:
    """Isometric drawing: x to the right and down, y to the left and down, z up."""

    def __init__(self, at: Point, scale: float) -> None:
        self.at, self.scale = at, scale

    def see(self, x: float, y: float, z: float = 0) -> Point:
        return (
            self.at[0] + (x - y) * 0.866 * self.scale,
            self.at[1] + (x + y) * 0.5 * self.scale - z * self.scale,
        )

    def plate(self, x: float, y: float, w: float, d: float, z: float, fill: str, more: str = "") -> str:
        corners = [self.see(*spot, z) for spot in ((x, y), (x + w, y), (x + w, y + d), (x, y + d))]
        return shape(corners, fill, more)

    def box(self, x: float, y: float, z: float, size: tuple[float, float, float], tones: tuple[str, str, str]) -> str:
        """A box `size` = width, depth, height; `tones` for its top, its left and its right side."""
        w, d, h = size
        left = [
            self.see(x, y + d, z),
            self.see(x + w, y + d, z),
            self.see(x + w, y + d, z + h),
            self.see(x, y + d, z + h),
        ]
        right = [
            self.see(x + w, y, z),
            self.see(x + w, y + d, z),
            self.see(x + w, y + d, z + h),
            self.see(x + w, y, z + h),
        ]
        return shape(left, tones[1]) + shape(right, tones[2]) + self.plate(x, y, w, d, z + h, tones[0])

    def lying(self, x: float, y: float, z: float, drawn: str) -> str:
        """Something flat, laid on the plane at height z with its corner at x, y."""
        left, top = self.see(x, y, z)
        s = self.scale
        matrix = " ".join(f"{value:.3f}" for value in (0.866 * s, 0.5 * s, -0.866 * s, 0.5 * s, left, top))
        return f'<g transform="matrix({matrix})">{drawn}</g>'
