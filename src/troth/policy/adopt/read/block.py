"""What a text is made of once it is read: headings, texts, items, tables, pictures (clause 0)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["heading", "text", "item", "table", "picture"]


class Row(Struct, frozen=True):
    """One row of a table."""

    line: int
    cells: tuple[str, ...]


class Block(Struct, frozen=True, kw_only=True):
    """One piece of the text. Line 1 is the first line of the file.

    level  of a heading; 1 is the highest
    rows   of a table, the header first
    codes  names the text sets in code type, such as those of cookies
    links  addresses the piece links to
    """

    kind: Kind
    line: int
    text: str = ""
    level: int = 0
    rows: tuple[Row, ...] = ()
    codes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
