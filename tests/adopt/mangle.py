"""Breaks texts at random, the same way each time: `python tests/adopt/mangle.py 700` reads that many broken texts."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_PUT_IN = [
    *(
        b"|",
        b"<td>",
        b"</table>",
        b"\n\n",
        b"[",
        b"# ",
        b"not ",
        b"{x}",
        b'"',
        b"\\",
        b"\t",
        b"<script>",
        b"99999999 days ",
    ),
    *("【".encode(), "除".encode(), "外，不".encode()),
]


def mangled(texts: Sequence[bytes], number: int) -> Iterator[bytes]:
    """Yield so many broken texts."""
    chance = random.Random(5)
    for _ in range(number):
        text = chance.choice(texts)
        yield _cut(text, chance) if chance.random() < 0.5 else _shuffled(text, chance)


def _cut(text: bytes, chance: random.Random) -> bytes:
    signs = list(text.decode())
    for _ in range(chance.randint(1, 40)):
        place = chance.randrange(len(signs))
        if chance.random() < 0.5:
            del signs[place : place + chance.randint(1, 30)]
        else:
            signs[place:place] = chance.choice(_PUT_IN).decode()
    return "".join(signs).encode()


def _shuffled(text: bytes, chance: random.Random) -> bytes:
    lines = text.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines[chance.randrange(len(lines)) :] if chance.random() < 0.3 else lines)


if __name__ == "__main__":
    from troth.errors import UnusableInput
    from troth.policy.adopt import adopt
    from troth.policy.yaml12 import read_yaml

    read = refused = 0
    for broken in mangled(
        [path.read_bytes() for path in sorted(Path(__file__).parent.glob("texts/*"))], int(sys.argv[1])
    ):
        try:
            assert read_yaml(adopt(broken).policy.encode()).findings == []
            read += 1
        except UnusableInput:
            refused += 1
    print(f"{read} read, {refused} refused, none crashed")
