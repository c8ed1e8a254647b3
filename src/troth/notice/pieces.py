"""Clause 4: our own JavaScript cut into pieces, each with the part it plays. Knows our source and refuses the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

_PIECE: Final = re.compile(
    r"""
      (?P<gap> \s+ | //[^\n]* | /\*.*?\*/ )
    | (?P<text> "(?:\\.|[^"\\\n])*" )
    | (?P<pattern> (?<=[(,!]) /(?![*/]) (?:\\.|[^/\\\n])+ / [a-z]* )
    | (?P<word> [\w$]+ )
    | (?P<sign> => | \?\.(?!\d) | \.\.\. | \+\+ | -- | && | \|\| | [=!]==? | [+*-]= | . )
    """,
    re.VERBOSE | re.DOTALL,
)
OPENING: Final = {")": "(", "]": "[", "}": "{"}
_BEFORE_AN_OBJECT: Final = frozenset(("(", "[", ",", "=", ":", "?", "return", "||", "&&", "..."))


def cut(source: str) -> list[str]:
    """Return the pieces of `source` without comments and white space. Raises ValueError for what is not known."""
    pieces = [piece.group() for piece in _PIECE.finditer(source) if piece.lastgroup != "gap"]
    if odd := next((piece for piece in pieces if piece in ("`", "'")), None):
        raise ValueError(f"the script uses {odd}, which the shortening does not know: use double quotes")
    if any(piece == "/" and not is_word(before[-1]) and before != ")" for before, piece in pairwise(pieces)):
        raise ValueError("the script has a regular expression where the shortening looks for none: after ( , or !")
    return pieces


def roles(pieces: Sequence[str]) -> Iterator[str]:
    """For each piece: a free `name`, a `property`, a `key`, a `brief` (a key that is a name as well), the opening of a
    `block`, or `other`."""
    inside: list[str] = []
    for before, piece, after in zip(["", *pieces], pieces, [*pieces[1:], ""], strict=False):
        in_object = bool(inside) and inside[-1] == "object" and before in ("{", ",")
        if piece in ("(", "["):
            inside.append(piece)
        elif piece == "{":
            inside.append("object" if before in _BEFORE_AN_OBJECT else "{")
        elif piece in OPENING and (not inside or inside.pop() not in (OPENING[piece], "object" * (piece == "}"))):
            raise ValueError("the script's brackets do not match")
        if not is_word(piece[0]) or piece[0].isdigit():
            yield "block" if piece == "{" == inside[-1] else "other"
        elif before in (".", "?."):
            yield "property"
        elif in_object and after == ":":
            yield "key"
        elif in_object and after in (",", "}"):
            yield "brief"
        else:
            yield "name"


def closing(pieces: Sequence[str], at: int) -> int:
    """Return where the bracket opened at `at` closes."""
    depth = 0
    for place in range(at, len(pieces)):
        depth += (pieces[place] in ("(", "[", "{")) - (pieces[place] in OPENING)
        if depth == 0:
            return place
    raise ValueError("the script's brackets do not match")


def opening(pieces: Sequence[str], at: int) -> int:
    """Return where the bracket closed at `at` opens."""
    depth = 0
    for place in range(at, -1, -1):
        depth += (pieces[place] in OPENING) - (pieces[place] in ("(", "[", "{"))
        if depth == 0:
            return place
    raise ValueError("the script's brackets do not match")


def is_word(character: str) -> bool:
    """Return whether a character can be part of a name."""
    return character.isalnum() or character in "_$"
