"""Draw the pictures of the demo company's site: dies, chips, a board, a wafer, hills. Nothing is fetched or traced.

.venv/bin/python scripts/draw_site.py      writes src/troth/demo/site/static/*.svg, the same bytes every time
"""

# ruff: noqa: E501, S311  a line of a drawing is as long as the stroke; its dice decide no secret

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pen import (
    BLUE,
    COPPER,
    GOLD,
    GREEN,
    GREY,
    ICE,
    NIGHT,
    WARM,
    Corner,
    Point,
    Tones,
    cells,
    die,
    letters,
    line,
    memory,
    name_tag,
    number,
    rect,
    shape,
    svg,
)  # fmt: skip

STATIC: Final = Path(__file__).resolve().parent.parent / "src/troth/demo/site/static"


def die_k1() -> str:
    dice = random.Random(1)
    drawn: list[str] = []
    for index in range(4):
        x, y = 28 + (index % 2) * 124, 28 + (index // 2) * 104
        drawn += [
            cells(dice, x, y, 120, 70, BLUE),
            memory(x, y + 72, 120, 28, BLUE, 12, 3),
            name_tag(x + 60, y + 44, f"P{index}"),
        ]
    for index in range(2):
        x = 28 + index * 124
        drawn += [cells(dice, x, 238, 120, 58, GREEN), name_tag(x + 60, 274, f"E{index}")]
    drawn += [memory(28, 300, 244, 92, GREEN, 24, 8), name_tag(150, 352, "L2 1 MB")]
    drawn += [cells(dice, 280, 28, 156, 146, WARM, 9), name_tag(358, 106, "NPU")]
    drawn += [memory(280, 178, 156, 56, WARM, 16, 5), name_tag(358, 212, "SRAM")]
    drawn += [cells(dice, 280, 238, 76, 70, GREY), name_tag(318, 278, "ISP")]
    drawn += [cells(dice, 360, 238, 76, 70, GREY), name_tag(398, 278, "VIDEO")]
    drawn += [cells(dice, 280, 312, 156, 80, GREY, 6), name_tag(358, 357, "I/O")]
    drawn += [memory(444, 28, 88, 220, BLUE, 4, 22), name_tag(488, 143, "LPDDR4X", 13)]
    drawn += [memory(444, 252, 88, 66, GREY, 6, 4), name_tag(488, 291, "PCIe", 13)]
    drawn += [memory(444, 322, 88, 34, GREY, 6, 2), name_tag(488, 345, "USB", 13)]
    drawn += [cells(dice, 444, 360, 88, 32, WARM, 6), name_tag(488, 382, "SEC", 13)]
    return die(560, 420, drawn)


def die_ridge() -> str:
    dice = random.Random(2)
    plan: list[tuple[float, float, float, float, Tones, str]] = [
        (28, 28, 150, 130, BLUE, "FETCH"),
        (182, 28, 110, 130, BLUE, "DECODE"),
        (296, 28, 96, 130, BLUE, "ISSUE"),
        (28, 162, 176, 150, WARM, "VECTOR"),
        (208, 162, 88, 73, GREEN, "ALU 0"),
        (208, 239, 88, 73, GREEN, "ALU 1"),
        (300, 162, 92, 150, GREEN, "LOAD"),
        (28, 316, 120, 76, GREY, "MMU"),
        (152, 316, 144, 76, GREY, "DEBUG"),
        (300, 316, 92, 76, WARM, "FPU"),
    ]
    drawn = [cells(dice, x, y, w, h, tones) for x, y, w, h, tones, _ in plan]
    drawn += [memory(398, 28, 134, 180, BLUE, 8, 14), memory(398, 212, 134, 180, GREEN, 8, 14)]
    drawn += [name_tag(x + w / 2, y + h / 2 + 5, name) for x, y, w, h, _, name in plan]
    drawn += [name_tag(465, 123, "L1 I"), name_tag(465, 307, "L1 D")]
    return die(560, 420, drawn)


# Things, seen from a corner


BLACK = ("#26303a", "#141b22", "#1b242d")
METAL = ("#c9d1d8", "#8d99a4", "#a9b4be")
PLASTIC = ("#37414b", "#1f272f", "#2a333c")
BOARD = ("#12443c", "#0a2b26", "#0d352f")
SUBSTRATE = ("#1f5a4d", "#123a32", "#17483e")
COPPERY = ("#d9a763", "#8f6531", "#b07f43")


def traces(dice: random.Random, size: float, count: int, stroke: str, width: float) -> str:
    """Copper lines that leave the middle of a square in 45 degree bends."""
    drawn: list[str] = []
    middle = size / 2
    for index in range(count):
        side, along = index % 4, (index // 4 + 0.5) / math.ceil(count / 4)
        start = middle * 0.62 + along * middle * 0.76
        bend, end = dice.uniform(0.05, 0.12) * size, dice.uniform(0.0, 0.14) * size
        shift = (along - 0.5) * 1.3 * bend
        track: list[Point] = [
            (start, size * 0.3),
            (start, end + bend),
            (start + shift, end + bend - abs(shift)),
            (start + shift, end),
        ]
        turned: list[Point] = [[(x, y), (size - y, x), (size - x, size - y), (y, size - x)][side] for x, y in track]
        drawn.append(line(turned, stroke, width, ' stroke-linejoin="round"'))
        x, y = turned[-1]
        drawn.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(width * 1.5)}" fill="{stroke}"/>')
    return "".join(drawn)


def mark(x: float, y: float, size: float, stroke: str = GOLD) -> str:
    """The company's mark: a peak with a bar."""
    peak = [(x, y + size * 0.9), (x + size / 2, y), (x + size, y + size * 0.9)]
    bar = [(x + size * 0.28, y + size * 0.62), (x + size * 0.72, y + size * 0.62)]
    ends = ' stroke-linecap="round" stroke-linejoin="round"'
    return line(peak, stroke, size * 0.13, ends) + line(bar, ICE, size * 0.1, ends)


def chip_apart() -> str:
    """K1 taken apart: board, substrate with its die, and the lid above them."""
    dice = random.Random(3)
    corner = Corner((300, 262), 1.0)
    drawn = [corner.box(0, 0, -14, (330, 330, 8), BOARD)]
    drawn.append(corner.lying(0, 0, -6, traces(dice, 330, 56, "#3f8a72", 1.6)))
    drawn.append(corner.box(75, 75, 0, (180, 180, 6), SUBSTRATE))
    balls = "".join(
        f"M{90 + column * 13.6:.1f} {90 + row * 13.6:.1f}h.1"
        for column in range(12)
        for row in range(12)
        if not (2 < column < 9 and 2 < row < 9)
    )
    drawn.append(
        corner.lying(0, 0, 6, f'<path d="{balls}" stroke="{COPPERY[0]}" stroke-width="5" stroke-linecap="round"/>')
    )
    drawn.append(corner.box(122, 122, 44, (86, 86, 4), ("#1d3b4f", "#132838", "#18303f")))
    small = "".join(
        (
            cells(dice, 4, 4, 36, 36, BLUE, 5),
            cells(dice, 4, 44, 36, 38, GREEN, 5),
            cells(dice, 44, 4, 38, 50, WARM, 5),
            memory(44, 58, 38, 24, GREY, 6, 3),
        )
    )
    drawn.append(corner.lying(122, 122, 48, small))
    for x, y in ((122, 122), (208, 122), (122, 208), (208, 208)):
        drawn.append(line([corner.see(x, y, 6), corner.see(x, y, 44)], ICE, 1, ' stroke-dasharray="3 4" opacity=".6"'))
    for x, y in ((75, 75), (255, 75), (75, 255), (255, 255)):
        drawn.append(
            line([corner.see(x, y, 6), corner.see(x, y, 176)], ICE, 1, ' stroke-dasharray="3 4" opacity=".35"')
        )
    drawn.append(f'<g opacity=".93">{corner.box(75, 75, 176, (180, 180, 9), ("#aeb9c3", "#6d7883", "#8a95a0"))}</g>')
    engraved = mark(20, 22, 42, "#3b4650") + letters(112, 58, "K1", 44, "#2f3942")
    engraved += letters(86, 110, "ACME SILICON", 15, "#56616b", ' letter-spacing="2"')
    engraved += letters(86, 136, "2641 A1 7F3", 12, "#56616b", ' letter-spacing="1"')
    engraved += '<circle cx="20" cy="160" r="5" fill="#56616b"/>'
    drawn.append(corner.lying(75, 75, 185, engraved))
    return svg(600, 620, drawn, "")


def chip_t2() -> str:
    corner = Corner((280, 60), 1.5)
    dice = random.Random(4)
    drawn = [corner.box(0, 0, -10, (200, 200, 6), BOARD), corner.lying(0, 0, -4, traces(dice, 200, 32, "#3f8a72", 1.8))]
    for index in range(8):
        spot = 58 + index * 11.4
        drawn += [corner.box(spot, 44, -3, (6, 8, 3), COPPERY), corner.box(44, spot, -3, (8, 6, 3), COPPERY)]
    drawn.append(corner.box(50, 50, -2, (100, 100, 14), BLACK))
    for index in range(8):
        spot = 58 + index * 11.4
        drawn += [corner.box(spot, 149, -3, (6, 7, 3), COPPERY), corner.box(149, spot, -3, (7, 6, 3), COPPERY)]
    printed = mark(14, 16, 22, "#8f9aa4") + letters(62, 38, "T2", 26, "#aeb9c3")
    printed += letters(50, 66, "ACME 2638", 11, "#8f9aa4") + '<circle cx="14" cy="86" r="4" fill="#8f9aa4"/>'
    drawn.append(corner.lying(50, 50, 12, printed))
    return svg(560, 420, drawn)


def board_cairn() -> str:
    corner = Corner((257, 66), 1.62)
    dice = random.Random(5)
    drawn = [corner.box(0, 0, -8, (200, 150, 6), BOARD)]
    drawn.append(f'<g opacity=".8">{corner.lying(10, 6, -2, traces(dice, 150, 48, "#2c6a5b", 1.4))}</g>')
    for x, y in ((6, 6), (194, 6), (6, 144), (194, 144)):
        left, top = corner.see(x, y, -2)
        drawn.append(
            f'<ellipse cx="{number(left)}" cy="{number(top)}" rx="5" ry="3" fill="{NIGHT}" stroke="{COPPER}" stroke-width="2"/>'
        )
    drawn.append(corner.box(20, 4, -2, (120, 10, 7), PLASTIC))
    pins = "".join(f"M{25 + pin * 5.8:.1f} {row}h.1" for pin in range(20) for row in (7, 11))
    drawn.append(
        corner.lying(0, 0, 5, f'<path d="{pins}" stroke="{GOLD}" stroke-width="2.4" stroke-linecap="square"/>')
    )
    drawn.append(corner.box(150, 6, -2, (36, 22, 16), METAL))
    drawn.append(corner.box(18, 34, -2, (26, 34, 4), BLACK))
    drawn.append(corner.box(50, 34, -2, (26, 34, 4), BLACK))
    drawn.append(corner.box(96, 40, -2, (48, 48, 5), ("#9aa6b1", "#5f6a74", "#7b8690")))
    drawn.append(
        corner.lying(
            96,
            40,
            3,
            mark(8, 9, 12, "#3b4650") + letters(32, 21, "K1", 13, "#2f3942") + letters(24, 37, "ACME", 7, "#56616b"),
        )
    )
    for _ in range(34):
        x, y = dice.uniform(20, 186), dice.choice((24, 28, 92, 96, 100, 104))
        drawn.append(corner.box(x, y, -2, (3.4, 1.8, 1.6), dice.choice((METAL, COPPERY, PLASTIC))))
    drawn.append(corner.box(18, 78, -2, (54, 14, 4), PLASTIC))
    drawn.append(corner.box(160, 44, -2, (30, 20, 12), METAL))
    drawn.append(corner.box(160, 70, -2, (30, 20, 12), METAL))
    drawn.append(corner.box(24, 122, -2, (26, 28, 19), METAL))
    drawn.append(corner.box(56, 122, -2, (26, 28, 19), METAL))
    drawn.append(corner.box(90, 126, -2, (24, 24, 15), ("#c9d1d8", "#2b6ea3", "#a9b4be")))
    drawn.append(corner.box(122, 136, -2, (14, 14, 5), METAL))
    drawn.append(corner.box(144, 110, -2, (12, 12, 9), WARM[1:4]))
    drawn.append(corner.box(162, 110, -2, (12, 12, 9), WARM[1:4]))
    printed = letters(150, 143, "CAIRN r1", 9, "#b9d8cf")
    drawn.append(corner.lying(20, 0, -2, printed))
    return svg(560, 420, drawn)


# Pictures for the news


def wafer() -> str:
    dice = random.Random(6)
    drawn: list[str] = ['<circle cx="420" cy="250" r="232" fill="#1a2733" stroke="#42596d" stroke-width="3"/>']
    wide, high = 30, 23
    for column in range(-8, 8):
        for row in range(-10, 10):
            x, y = 420 + column * wide, 250 + row * high
            if (
                max(
                    math.dist((420, 250), spot) for spot in ((x, y), (x + wide, y), (x, y + high), (x + wide, y + high))
                )
                > 226
            ):
                continue
            spread = (column * 0.5 + row) / 14
            tone = BLUE[2] if spread + dice.uniform(-0.3, 0.3) < -0.2 else WARM[2] if spread > 0.35 else GREEN[2]
            tone = GREY[1] if dice.random() < 0.07 else tone
            drawn.append(rect(x + 1.5, y + 1.5, wide - 3, high - 3, tone, f' opacity="{dice.uniform(0.55, 0.95):.2f}"'))
    drawn.append(f'<circle cx="420" cy="482" r="8" fill="{NIGHT}"/>')
    drawn.append('<path d="M240 120Q420-20 600 130L520 440Q380 300 240 120z" fill="#fff" opacity=".06"/>')
    return svg(840, 420, drawn)


def commits() -> str:
    dice = random.Random(7)
    lanes = (330, 250, 180, 120, 75)
    tones = (GOLD, ICE, "#86cfb4", "#c08ad0", "#8aa0b4")
    drawn: list[str] = [line([(0, lanes[0]), (840, lanes[0])], tones[0], 5)]
    dots: list[str] = []
    for index, lane in enumerate(lanes[1:], start=1):
        at = 20.0 + index * 23
        while at < 720:
            length = dice.uniform(90, 190)
            end = min(at + length, 790)
            height = lanes[0] - lane
            path = (
                f"M{number(at)} {lanes[0]}c18 0 12-{height} 34-{height}H{number(end - 34)}c22 0 16 {height} 34 {height}"
            )
            drawn.append(f'<path d="{path}" fill="none" stroke="{tones[index]}" stroke-width="3.5"/>')
            steps = max(1, int((end - at - 68) // 26))
            for step in range(steps):
                x = at + 36 + step * 26
                dots.append(
                    f'<circle cx="{number(x)}" cy="{lane}" r="6" fill="{NIGHT}" stroke="{tones[index]}" stroke-width="3.5"/>'
                )
            dots.append(f'<circle cx="{number(end)}" cy="{lanes[0]}" r="8" fill="{tones[0]}"/>')
            at = end + dice.uniform(10, 70)
    return svg(840, 420, [*drawn, *dots])


def quiet() -> str:
    """A browser window with two buttons of one size, and a line that goes flat."""
    drawn = [
        rect(190, 62, 460, 300, "#f4f6f8", ' rx="12"'),
        rect(190, 62, 460, 40, "#dfe3e8", ' rx="12"'),
        rect(190, 90, 460, 12, "#dfe3e8"),
    ]
    drawn += [f'<circle cx="{212 + step * 20}" cy="82" r="6" fill="#aab4be"/>' for step in range(3)]
    drawn += [rect(290, 73, 260, 18, "#fff", ' rx="9"')]
    drawn += [rect(220, 126, 190, 20, "#131a22", ' rx="4"')]
    drawn += [rect(220, 160 + step * 18, 400 - step * 46, 9, "#c3ccd5", ' rx="4"') for step in range(4)]
    drawn += [rect(190, 258, 460, 104, "#fff", ' rx="12"'), rect(190, 257, 460, 2, "#dfe3e8")]
    drawn += [rect(214, 276, 300, 9, "#7a8592", ' rx="4"'), rect(214, 294, 220, 9, "#c3ccd5", ' rx="4"')]
    drawn += [rect(214, 318, 200, 28, "#0e1620", ' rx="6"'), rect(426, 318, 200, 28, "#0e1620", ' rx="6"')]
    drawn += [
        line([(300, 326), (314, 340)], "#fff", 3),
        line([(314, 326), (300, 340)], "#fff", 3),
        line([(516, 333), (523, 340), (537, 325)], "#fff", 3),
    ]
    noise = [(0.0, 212.0)]
    dice = random.Random(8)
    noise += [(8.0 + step * 6, 212 + dice.uniform(-46, 46) * (1 - step / 28)) for step in range(28)]
    drawn.insert(0, line([*noise, (190, 212)], GOLD, 2.5, ' stroke-linejoin="round"'))
    drawn.append(line([(650, 212), (840, 212)], ICE, 2.5))
    return svg(840, 420, drawn)


def proofs() -> str:
    """A tree of cases, each of them closed."""
    drawn: list[str] = []
    leaves: list[str] = []

    def grow(x: float, y: float, wide: float, depth: int) -> None:
        for side in (-1, 1):
            to = x + side * wide
            drawn.append(
                f'<path d="M{number(x)} {number(y)}C{number(x)} {number(y + 40)} {number(to)} {number(y + 20)} {number(to)} {number(y + 62)}" fill="none" stroke="{GREY[2]}" stroke-width="2.5"/>'
            )
            if depth:
                leaves.append(
                    f'<circle cx="{number(to)}" cy="{number(y + 62)}" r="7" fill="{NIGHT}" stroke="{ICE}" stroke-width="3"/>'
                )
                grow(to, y + 62, wide / 2, depth - 1)
            else:
                leaves.append(rect(to - 12, y + 62, 24, 24, GREEN[1], ' rx="5"'))
                leaves.append(line([(to - 6, y + 74), (to - 1, y + 79), (to + 7, y + 68)], "#86cfb4", 3.2))

    grow(420, 62, 206, 4)
    leaves.append(f'<circle cx="420" cy="62" r="13" fill="{GOLD}"/>')
    return svg(840, 420, [*drawn, *leaves])


# Land


def hills(dice: random.Random, width: int, base: float, height: float, rough: float) -> list[Point]:
    """The line of a range of hills from left to right."""
    waves = [(dice.uniform(0.6, 1.4) * number_, dice.uniform(0, 6.3), 1 / number_) for number_ in (1, 2, 4, 9, 17)]
    line_: list[Point] = []
    for x in range(0, width + 1, 12):
        lift = sum(math.sin(x / width * 6.3 * pace + turn) * share for pace, turn, share in waves)
        line_.append((x, base - height * (0.55 + lift * 0.32) - dice.uniform(0, rough)))
    return line_


def land() -> str:
    """Hills behind a lake at dusk, a pagoda on one, a town with lit windows at the shore."""
    dice = random.Random(21)
    width, shore = 1440, 392
    sky = (
        '<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#0e1620"/>'
        '<stop offset=".62" stop-color="#1d3b4f"/><stop offset=".9" stop-color="#7a5c48"/><stop offset="1" stop-color="#c98f56"/></linearGradient>'
        '<linearGradient id="w" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#3a4a54"/><stop offset="1" stop-color="#0e1620"/></linearGradient></defs>'
    )
    drawn = [
        sky,
        f'<path d="M0 0h{width}v{shore}H0z" fill="url(#s)"/>',
        '<circle cx="1065" cy="250" r="34" fill="#f0c58a" opacity=".9"/>',
    ]
    for base, height, tone in ((360, 190, "#35505f"), (378, 140, "#274150"), (392, 92, "#1b3140")):
        ridge = hills(dice, width, base, height, 3)
        drawn.append(shape([(0, shore), *ridge, (width, shore)], tone))
        if tone == "#274150":
            x, y = ridge[26]
            drawn.append(pagoda(x, y + 8))
    drawn.append(town(dice, 640, 1240, shore))
    drawn.append(rect(0, shore, width, 88, "url(#w)"))
    glints = "".join(
        f"M{dice.uniform(0, width):.0f} {shore + 6 + abs(dice.gauss(0, 34)):.0f}h{dice.uniform(14, 70):.0f}"
        for _ in range(70)
    )
    drawn.append(f'<path d="{glints}" stroke="#e0a45a" stroke-width="1.6" opacity=".35"/>')
    return svg(width, 480, drawn)


def pagoda(x: float, y: float) -> str:
    drawn: list[str] = []
    for floor in range(6):
        half, top = 17 - floor * 2.2, y - 16 * floor
        drawn.append(rect(x - half * 0.62, top - 16, half * 1.24, 16, "#14242f"))
        drawn.append(
            shape(
                [(x - half, top - 11), (x - half * 0.5, top - 17), (x + half * 0.5, top - 17), (x + half, top - 11)],
                "#14242f",
            )
        )
        drawn.append(rect(x - 1.6, top - 9, 3.2, 5, GOLD, ' opacity=".9"'))
    return "".join([*drawn, line([(x, y - 96), (x, y - 118)], "#14242f", 2.4)])


def town(dice: random.Random, first: int, last: int, shore: float) -> str:
    drawn: list[str] = []
    windows: list[str] = []
    x = float(first)
    while x < last:
        wide = dice.choice((18, 24, 30, 38))
        middle = 1 - abs((x - first) / (last - first) - 0.5) * 1.5
        high = 26 + dice.uniform(20, 120) * max(middle, 0.15)
        drawn.append(rect(x, shore - high, wide, high, dice.choice(("#101c26", "#13212c", "#0f1a23"))))
        for column in range(int(x) + 4, int(x + wide) - 4, 6):
            for row in range(int(shore - high) + 6, int(shore) - 5, 8):
                if dice.random() < 0.34:
                    windows.append(f"M{column} {row}h2.6v3.6h-2.6z")
        x += wide + dice.choice((1, 2, 6))
    return "".join(drawn) + f'<path d="{"".join(windows)}" fill="{GOLD}" opacity=".85"/>'


def street_map() -> str:
    """The way to the office: river, streets, metro, and a pin. Day and night in one file."""
    style = (
        "<style>.g{fill:#eef1ed}.b{fill:#dfe4df}.p{fill:#cfe3c8}.w{fill:#bcd9e6}.s{stroke:#fff}.m{stroke:#8a5a1b}.t{fill:#8a5a1b}.x{fill:#b3402a}.d{fill:#fff}"
        "@media(prefers-color-scheme:dark){.g{fill:#17212b}.b{fill:#202d39}.p{fill:#1d3a30}.w{fill:#1b4055}.s{stroke:#33424f}.m{stroke:#e0a45a}.t{fill:#e0a45a}.x{fill:#ff8d6e}.d{fill:#17212b}}</style>"
    )
    dice = random.Random(11)
    drawn = [style, '<path class="g" d="M0 0h960v480H0z"/>']
    for column in range(8):
        for row in range(4):
            if dice.random() < 0.75:
                x, y = 22 + column * 120, 22 + row * 92
                cut = dice.choice((0, 26, 44))
                drawn.append(f'<path class="b" d="M{x} {y}h{92 - cut}v{64 - cut // 2}h{cut - 92}z"/>')
    drawn.append('<path class="p" d="M622 206h212v156H622z"/>')
    grid = "".join(f"M{8 + column * 120} 0v392" for column in range(1, 8)) + "".join(
        f"M0 {8 + row * 92}h960" for row in range(1, 5)
    )
    drawn.append(f'<path class="s" d="{grid}" stroke-width="9" fill="none"/>')
    drawn.append('<path class="w" d="M0 388C160 330 300 420 470 398S800 340 960 404V480H0z"/>')
    drawn.append('<path class="s" d="M0 300 420 40 960 130" stroke-width="16" fill="none"/>')
    drawn.append('<path class="m" d="M120 0V250L380 330H960" stroke-width="5" fill="none" stroke-dasharray="14 7"/>')
    drawn += [
        f'<circle class="t" cx="{x}" cy="{y}" r="10"/><circle class="d" cx="{x}" cy="{y}" r="4.5"/>'
        for x, y in ((120, 150), (380, 330), (728, 330))
    ]
    drawn.append(
        '<path class="x" d="M488 262c-22-30-34-46-34-64a34 34 0 0 1 68 0c0 18-12 34-34 64z"/><circle class="d" cx="488" cy="198" r="13"/>'
    )
    return svg(960, 480, drawn, "")


def diagram_k1() -> str:
    """K1 as a block diagram: what is joined to what. Day and night in one file."""
    style = (
        "<style>text{font:600 15px system-ui,sans-serif;text-anchor:middle;fill:#131a22}.s{font-weight:400;font-size:13px;fill:#45515d}"
        ".c{fill:#d8ebf1;stroke:#0c5c76}.n{fill:#f3e2cb;stroke:#8a5a1b}.i{fill:#e9edf1;stroke:#7a8592}.k{fill:#dcefe6;stroke:#24594a}.l{stroke:#7a8592;fill:none}"
        "@media(prefers-color-scheme:dark){text{fill:#e6ebf0}.s{fill:#a9b4bf}.c{fill:#17323f;stroke:#7fd0e0}.n{fill:#35281a;stroke:#e0a45a}.i{fill:#1b2631;stroke:#6d7b89}.k{fill:#15332a;stroke:#86cfb4}.l{stroke:#6d7b89}}</style>"
    )
    drawn = [style, '<path class="l" stroke-width="10" d="M40 262h800" opacity=".55"/>']

    def block(kind: str, x: int, y: int, w: int, h: int, name: str, more: str = "") -> None:
        drawn.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{w}" height="{h}" rx="6" stroke-width="1.5"/>')
        middle = x + w / 2
        drawn.append(f'<text x="{number(middle)}" y="{number(y + h / 2 + (-2 if more else 5))}">{name}</text>')
        if more:
            drawn.append(f'<text class="s" x="{number(middle)}" y="{number(y + h / 2 + 18)}">{more}</text>')

    for index in range(4):
        block("c", 40 + index * 92, 40, 84, 84, f"P{index}", "1.8 GHz")
    for index in range(2):
        block("k", 40 + (index + 4) * 92, 40, 84, 84, f"E{index}", "1.0 GHz")
    block("c", 40, 148, 544, 52, "L2", "1 MB, ECC")
    block("n", 616, 40, 224, 84, "NPU", "3 TOPS INT8")
    block("n", 616, 148, 224, 52, "SRAM", "512 KB")
    for x in (312, 728):
        drawn.append(f'<path class="l" stroke-width="4" d="M{x} 200v58M{x} 124v24"/>')
    lower = (
        ("LPDDR4X", "32 bit"),
        ("PCIe 3.0", "2 lanes"),
        ("USB 3.2", "Gen 1"),
        ("2 × GbE", "TSN"),
        ("2 × CSI", "4 lanes"),
        ("DSI", "1080p60"),
        ("CAN, I²C", "UART, SPI"),
        ("SEC", "RV32"),
    )
    for index, (name, more) in enumerate(lower):
        x = 40 + index * 101
        drawn.append(f'<path class="l" stroke-width="4" d="M{x + 46} 266v38"/>')
        block("n" if name == "SEC" else "i", x, 304, 93, 76, name, more)
    return svg(880, 420, drawn, "")


DRAWINGS: Final[dict[str, Callable[[], str]]] = {
    "die-k1": die_k1, "die-ridge": die_ridge, "chip-apart": chip_apart, "chip-t2": chip_t2, "board-cairn": board_cairn,
    "wafer": wafer, "commits": commits, "quiet": quiet, "proofs": proofs, "land": land, "map": street_map,
    "diagram-k1": diagram_k1,
}  # fmt: skip


def main() -> None:
    """Write every picture."""
    for name, draw in DRAWINGS.items():
        drawn = draw()
        (STATIC / f"{name}.svg").write_text(drawn, encoding="utf-8")
        print(f"{name}.svg  {len(drawn):>6} bytes")


if __name__ == "__main__":
    main()
