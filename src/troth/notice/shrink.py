"""Clause 4: makes our own script and styles short: comments and white space go, names become letters.

It knows our source, not every JavaScript, and it refuses what it does not know. The rules the source keeps:
a statement ends with a semicolon; no template strings; a regular expression follows `(` or `,`; functions are arrows.
Properties and keys keep their names. tests/browser runs what comes out, not what went in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from troth.notice.names import renamed
from troth.notice.pieces import OPENING, cut, is_word

_SHORTER: Final = {"true": "!0", "false": "!1", "undefined": "void 0", "const": "let"}
"""`const` guards whoever writes the source; in the script that runs it says nothing more than `let`."""


def shrink_script(source: str) -> str:
    """Return `source` shortened; it does the same. Raises ValueError for JavaScript it does not know."""
    pieces = [_SHORTER.get(piece, piece) for piece in renamed(cut(source))]
    return "".join(_spaced(_joined_declarations(_spared(pieces))))


def shrink_styles(source: str) -> str:
    """Return `source` without comments, line breaks and the spaces around its punctuation."""
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,>])\s*", r"\1", text)
    return text.replace(": ", ":").replace(" !", "!").replace(";}", "}").strip()


def _spaced(pieces: Sequence[str]) -> Iterator[str]:
    """The pieces, with a space only where two of them would become one."""
    last = ""
    for piece in pieces:
        if last and ((is_word(last[-1]) and is_word(piece[0])) or (last == piece and piece in "+-")):
            yield " "
        yield piece
        last = piece


def _spared(pieces: Sequence[str]) -> list[str]:
    """The pieces without semicolons and commas before a closing bracket, and `x =>` for `(x) =>`."""
    out: list[str] = []
    for piece in pieces:
        if (piece == "}" and out[-1] == ";") or (piece in OPENING and out[-1] == ","):
            out.pop()
        if piece == "=>" and out[-1] == ")" and out[-3] == "(" and is_word(out[-2][0]):
            out[-3:] = [out[-2]]
        out.append(piece)
    return out


def _joined_declarations(pieces: Sequence[str]) -> list[str]:
    """The pieces with one `let` for declarations that follow each other."""
    out: list[str] = []
    declaring = [False]
    for piece in pieces:
        if piece in OPENING.values():
            declaring.append(False)
        elif piece in OPENING:
            declaring.pop()
        if piece == "let" and declaring[-1] and out[-1] == ";":
            out[-1] = ","
            continue
        if out and out[-1] == ";":
            declaring[-1] = False
        if piece == "let":
            declaring[-1] = True
        out.append(piece)
    return out
