"""Clause 4: makes our own script and styles short: comments and white space go, local names become letters.

It knows our source, not every JavaScript, and it refuses what it does not know. The rules the source keeps:
a statement ends with a semicolon; no template strings; one name per `const`; a regular expression follows `(` or `,`.
Every name gets one short name everywhere, and never one in use, so no scope can be confused by it; properties, keys
and names in `{braces}` keep theirs. tests/browser runs what comes out, not what went in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count, product
from typing import Final

_PIECE: Final = re.compile(
    r"""
      (?P<gap> \s+ | //[^\n]* | /\*.*?\*/ )
    | (?P<text> "(?:\\.|[^"\\\n])*" )
    | (?P<pattern> (?<=[(,]) /(?![*/]) (?:\\.|[^/\\\n])+ / [a-z]* )
    | (?P<word> [\w$]+ )
    | (?P<sign> => | \.\.\. | \+\+ | -- | && | \|\| | [=!]==? | [+*-]= | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_LETTERS: Final = "etnaoisrcdlupmhfgbvwykxjqzETNAOISRCDLUPMHFGBVWYKXJQZ"
"""Most frequent first: a name that looks like the text around it costs less once it is compressed."""
_OPENING: Final = {")": "(", "]": "[", "}": "{"}


def shrink_script(source: str) -> str:
    """Return `source` shortened; it does the same. Raises ValueError for JavaScript it does not know."""
    pieces = [piece.group() for piece in _PIECE.finditer(source) if piece.lastgroup != "gap"]
    if odd := next((piece for piece in pieces if piece in ("`", "'")), None):
        raise ValueError(f"the script uses {odd}, which the shortening does not know: use double quotes")
    return "".join(_spaced(_joined_constants(_spared(_renamed(pieces)))))


def shrink_styles(source: str) -> str:
    """Return `source` without comments, line breaks and the spaces around its punctuation."""
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,>])\s*", r"\1", text)
    return text.replace(": ", ":").replace(";}", "}").strip()


def _spaced(pieces: Sequence[str]) -> Iterator[str]:
    """The pieces, with a space only where two of them would become one."""
    last = ""
    for piece in pieces:
        if last and ((_is_word(last[-1]) and _is_word(piece[0])) or (last == piece and piece in "+-")):
            yield " "
        yield piece
        last = piece


def _spared(pieces: Sequence[str]) -> list[str]:
    """The pieces without semicolons and commas before a closing bracket, and `x =>` for `(x) =>`."""
    out: list[str] = []
    for piece in pieces:
        if (piece == "}" and out[-1] == ";") or (piece in _OPENING and out[-1] == ","):
            out.pop()
        if piece == "=>" and out[-1] == ")" and out[-3] == "(" and _is_word(out[-2][0]):
            out[-3:] = [out[-2]]
        out.append(piece)
    return out


def _joined_constants(pieces: Sequence[str]) -> list[str]:
    """The pieces with one `const` for constants that follow each other."""
    out: list[str] = []
    in_constants = [False]
    for piece in pieces:
        if piece in _OPENING.values():
            in_constants.append(False)
        elif piece in _OPENING:
            in_constants.pop()
        if piece == "const" and in_constants[-1] and out[-1] == ";":
            out[-1] = ","
            continue
        if out and out[-1] == ";":
            in_constants[-1] = False
        if piece == "const":
            in_constants[-1] = True
        out.append(piece)
    return out


def _renamed(pieces: Sequence[str]) -> list[str]:
    roles = list(_roles(pieces))
    own = _declared(pieces) - {piece for piece, role in zip(pieces, roles, strict=True) if role == "braced"}
    places = [
        (at, piece, statement)
        for at, (piece, role, statement) in enumerate(zip(pieces, roles, _statements(pieces), strict=True))
        if role == "name" and piece in own
    ]
    slots = _slots([(piece, statement) for _, piece, statement in places])
    uses = Counter(slots[piece, statement] for _, piece, statement in places)
    taken = set(pieces)
    letters = (name for name in _short_names() if name not in taken)
    short = {slot: next(letters) for slot, _ in sorted(uses.items(), key=lambda use: (-use[1], use[0]))}
    out = list(pieces)
    for at, piece, statement in places:
        out[at] = short[slots[piece, statement]]
    return out


def _slots(uses: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """For each name and statement, which short name it takes.

    A name used in several statements has a short name of its own; the n-th name of those that a single statement keeps
    to itself shares one with the n-th of every other statement.
    """
    statements: dict[str, set[int]] = {}
    for name, statement in uses:
        statements.setdefault(name, set()).add(statement)
    slots: dict[tuple[str, int], str] = {}
    kept_inside: Counter[int] = Counter()
    for (name, statement), _ in sorted(Counter(uses).items(), key=lambda use: (-use[1], use[0])):
        if len(statements[name]) > 1:
            slots[name, statement] = f"shared {name}"
        else:
            slots[name, statement] = f"inside {kept_inside[statement]:03}"
            kept_inside[statement] += 1
    return slots


def _statements(pieces: Sequence[str]) -> Iterator[int]:
    """For each piece, the number of the statement it stands in, inside the function that is the whole script."""
    number = depth = 0
    for piece in pieces:
        depth += (piece in ("(", "[", "{")) - (piece in _OPENING)
        number += piece == ";" and depth == 2
        yield number


def _roles(pieces: Sequence[str]) -> Iterator[str]:
    """For each piece: a free `name`, a `property`, a `key`, a name in braces (which is both), or `other`."""
    open_brackets: list[str] = []
    padded = ["", *pieces, ""]
    for before, piece, after in zip(padded, pieces, padded[2:], strict=False):
        if piece in "([{":
            open_brackets.append(piece)
        elif piece in _OPENING and (not open_brackets or open_brackets.pop() != _OPENING[piece]):
            raise ValueError("the script's brackets do not match")
        in_braces = bool(open_brackets) and open_brackets[-1] == "{" and before in ("{", ",")
        if not _is_word(piece[0]) or piece[0].isdigit():
            yield "other"
        elif before == ".":
            yield "property"
        elif in_braces and after == ":":
            yield "key"
        elif in_braces and after in (",", "}", "="):
            yield "braced"
        else:
            yield "name"


def _declared(pieces: Sequence[str]) -> set[str]:
    """Every name the script declares itself: constants, variables, parameters."""
    names: set[str] = set()
    for at, piece in enumerate(pieces):
        if piece in ("const", "let"):
            names |= _names_until(pieces, at + 1, ("=", "of", "in", ";"))
        elif piece == "function" or (piece == "(" and _closes_before_arrow(pieces, at)):
            names |= _parameters(pieces, at + (piece == "function"))
        elif piece == "=>" and _is_word(pieces[at - 1][0]):
            names.add(pieces[at - 1])
    return names


def _names_until(pieces: Sequence[str], at: int, ends: Sequence[str]) -> set[str]:
    names: set[str] = set()
    default = False
    while pieces[at] not in ends or (pieces[at] == "=" and pieces[at - 1] not in ("]", "}") and default):
        if _is_word(pieces[at][0]):
            names.add(pieces[at])
        at += 1
    return names


def _parameters(pieces: Sequence[str], at: int) -> set[str]:
    """The names of a parameter list without the defaults' own words: those after `(`, `,`, `[` or `...`."""
    names: set[str] = set()
    for before, piece in zip(pieces[at:], pieces[at + 1 : _closing(pieces, at)], strict=False):
        if _is_word(piece[0]) and before in ("(", ",", "[", "{", "..."):
            names.add(piece)
    return names


def _closes_before_arrow(pieces: Sequence[str], at: int) -> bool:
    return pieces[_closing(pieces, at) + 1 : _closing(pieces, at) + 2] == ["=>"]


def _closing(pieces: Sequence[str], at: int) -> int:
    """Where the bracket opened at `at` closes."""
    depth = 0
    for place in range(at, len(pieces)):
        depth += (pieces[place] in ("(", "[", "{")) - (pieces[place] in _OPENING)
        if depth == 0:
            return place
    raise ValueError("the script's brackets do not match")


def _short_names() -> Iterator[str]:
    for length in count(1):
        for letters in product(_LETTERS, repeat=length):
            yield "".join(letters)


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_$"
