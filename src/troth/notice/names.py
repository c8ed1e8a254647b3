"""Clause 4: short names for our own script, function by function, so that no name is ever taken for another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Final

from msgspec import Struct

from troth.notice.pieces import OPENING, closing, is_word, opening, roles

_LETTERS: Final = "etoinarsldcphufgmbvwyxkSCAEjLMOTqPzDRINUWHYFVJBZXGKQ_$"
"""Most frequent first: a name that looks like the text around it costs less once it is compressed."""
_INNER: Final = 3
"""How many letters the script's own names leave free: what is inside a function takes them first, in the same order
everywhere, so that functions look alike. Measured: 3 gave the smallest script (gzip, demo policy, both languages)."""


class Scope(Struct):
    """A stretch of the script with names of its own, in the order they come: a function, a loop or a block."""

    start: int
    end: int
    names: list[str]

    def has(self, at: int) -> bool:
        return self.start <= at < self.end

    def has_any(self, places: Sequence[int]) -> bool:
        """Whether any of some places, in their order, lies in it."""
        first = bisect_left(places, self.start)
        return first < len(places) and places[first] < self.end


def renamed(pieces: Sequence[str]) -> list[str]:
    """Return the pieces with a short name for every name that the script itself declares."""
    parts = list(roles(pieces))
    scopes = _scopes(pieces, parts)
    declared: dict[str, list[int]] = {}
    for number, scope in enumerate(scopes):
        for name in scope.names:
            declared.setdefault(name, []).append(number)
    places: dict[tuple[int, str], list[int]] = {}
    for at, (piece, part) in enumerate(zip(pieces, parts, strict=True)):
        if part in ("name", "brief") and (owner := _owner(scopes, at, declared.get(piece, ()))) is not None:
            places.setdefault((owner, piece), []).append(at)
    short = _shortened(pieces, scopes, places)
    out = list(pieces)
    for own, used_at in places.items():
        for at in used_at:
            out[at] = f"{pieces[at]}:{short[own]}" if parts[at] == "brief" else short[own]
    return out


def _scopes(pieces: Sequence[str], parts: Sequence[str]) -> list[Scope]:
    """The scopes, outer before inner; the first is the whole script."""
    spans = [(0, len(pieces))]
    for at, piece in enumerate(pieces):
        if piece == "=>":
            spans.append((_start(pieces, at), _end(pieces, at + 1)))
        elif piece == "for":
            spans.append((at, _end(pieces, closing(pieces, at + 1) + 1)))
        elif piece == "{" and parts[at] == "block" and pieces[at - 1] != "=>":
            spans.append((at, closing(pieces, at)))
    scopes = [Scope(start, end, []) for start, end in sorted(spans, key=lambda span: (span[0], -span[1]))]
    for at, piece in enumerate(pieces):
        if piece == "=>":
            _declare(scopes, _start(pieces, at), _parameters(pieces, _start(pieces, at)))
        elif piece in ("const", "let"):
            _declare(scopes, at, _until(pieces, at + 1))
    return scopes


def _declare(scopes: Sequence[Scope], at: int, names: Iterable[str]) -> None:
    innermost = [scope for scope in scopes if scope.has(at)][-1]
    innermost.names += [name for name in names if name not in innermost.names]


def _start(pieces: Sequence[str], arrow: int) -> int:
    return opening(pieces, arrow - 1) if pieces[arrow - 1] == ")" else arrow - 1


def _end(pieces: Sequence[str], body: int) -> int:
    """Where a body ends: a block with its bracket, an expression or a statement before what follows it."""
    if pieces[body] == "{":
        return closing(pieces, body) + 1
    depth = questions = 0
    for at in range(body, len(pieces)):
        piece = pieces[at]
        questions += (piece == "?" and depth == 0) - (piece == ":" and depth == 0)
        depth += (piece in ("(", "[", "{")) - (piece in OPENING)
        if depth < 0 or questions < 0 or (depth == 0 and piece in (",", ";")):
            return at
    raise ValueError("the script ends inside a function")


def _parameters(pieces: Sequence[str], start: int) -> list[str]:
    """The names of a parameter list without the words of its defaults: those after `(`, `,`, `[` or `...`."""
    if pieces[start] != "(":
        return [pieces[start]]
    listed = pieces[start : closing(pieces, start)]
    return [piece for before, piece in pairwise(listed) if is_word(piece[0]) and before in ("(", ",", "[", "...")]


def _until(pieces: Sequence[str], at: int) -> Iterator[str]:
    """The names that a `const` or `let` declares: what stands before each `=`, and nothing of the values."""
    while pieces[at] not in (";", "of", "in"):
        if is_word(pieces[at][0]):
            yield pieces[at]
        at = _end(pieces, at + 1) if pieces[at] == "=" else at + 1


def _owner(scopes: Sequence[Scope], at: int, declaring: Sequence[int]) -> int | None:
    """The number of the innermost scope around `at`, of those that declare its name."""
    return max((number for number in declaring if scopes[number].has(at)), default=None)


def _shortened(
    pieces: Sequence[str], scopes: Sequence[Scope], places: Mapping[tuple[int, str], Sequence[int]]
) -> dict[tuple[int, str], str]:
    """A short name for each name: outer scopes first, and inside never one that is in use there already."""
    taken = set(pieces)
    letters = [name for name in (*_LETTERS, *map("".join, product(_LETTERS, repeat=2))) if name not in taken]
    outermost = min((owner for owner, _ in places), default=0)
    short: dict[tuple[int, str], str] = {}
    for number, scope in enumerate(scopes):
        own = [(number, name) for name in scope.names if (number, name) in places]
        used = {short[other] for other, used_at in places.items() if other in short and scope.has_any(used_at)}
        free = [name for name in letters if name not in used]
        if number == outermost:
            own.sort(key=lambda name: -len(places[name]))
            free = free[_INNER:]
        short.update(zip(own, free, strict=False))
    return short
