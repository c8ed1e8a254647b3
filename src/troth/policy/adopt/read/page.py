"""Read a page as a browser saves it: the text of the policy, without scripts, navigation and footers (clause 0)."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from troth.policy.adopt.read.block import Block, Kind, Row
from troth.policy.adopt.read.decode import plain

_NEVER = {"script", "style", "noscript", "template", "svg", "title", "select", "textarea", "iframe", "object"}
_AROUND = {"nav", "footer", "aside", "form", "button", "dialog"}
_BLOCKS = {"p", "div", "section", "article", "main", "ul", "ol", "dl", "blockquote", "pre", "center", "body", "header"}
_ITEMS = {"li", "dd", "dt"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_HEADING = re.compile(r"h[1-6]")
_LEAST_IN_MAIN = 200


def read_page(text: str) -> list[Block]:
    """Return the blocks of an HTML page; where a page marks its main part, of that part."""
    for within, around in ((True, True), (False, True), (False, False)):
        if within and not re.search(r"<(main|article)\b", text, re.IGNORECASE):
            continue
        reader = _PageReader(within_main=within, skip_around=around)
        reader.feed(text)
        reader.close()
        reader.flush()
        if sum(len(block.text) + 20 * len(block.rows) for block in reader.blocks) >= _LEAST_IN_MAIN:
            return reader.blocks
    return reader.blocks


class _Table:
    def __init__(self, line: int) -> None:
        self.line = line
        self.rows: list[Row] = []
        self.cells: list[str] = []
        self.row_line = line


class _PageReader(HTMLParser):
    """Takes the tags as they come; a page with broken nesting is read as far as it makes sense."""

    def __init__(self, within_main: bool, skip_around: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._within_main, self._around = within_main, _AROUND if skip_around else frozenset[str]()
        self._skipping: list[str] = []
        self._main_depth = 0
        self._kind: Kind = "text"
        self._level = 0
        self._parts: list[str] = []
        self._codes: list[str] = []
        self._links: list[str] = []
        self._line = 0
        self._code_open = False
        self._table: _Table | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping:
            if tag == self._skipping[-1] and tag not in _VOID:
                self._skipping.append(tag)
            return
        if self._is_skipped(tag, dict(attrs)):
            self.flush()
            self._skipping.append(tag)
            return
        if tag in ("main", "article"):
            self._main_depth += 1
        self._begin(tag, dict(attrs))

    def _is_skipped(self, tag: str, attrs: dict[str, str | None]) -> bool:
        if tag in _VOID:
            return False
        outside = tag == "header" and self._main_depth == 0 and bool(self._around)
        hidden = "hidden" in attrs or attrs.get("aria-hidden") == "true" or attrs.get("role") == "navigation"
        return tag in _NEVER or tag in self._around or outside or (hidden and bool(self._around))

    def _begin(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "table" and self._is_inside():
            self.flush()
            self._table = _Table(self.getpos()[0])
        elif tag == "tr" and self._table:
            self._end_row()
            self._table.row_line = self.getpos()[0]
        elif tag in ("td", "th") and self._table:
            self._end_cell()
        elif tag == "img":
            self._picture(attrs)
        elif tag in ("code", "kbd", "tt"):
            self._code_open = True
        elif tag == "a" and (attrs.get("href") or "").startswith(("http://", "https://", "/", "mailto:")):
            self._links.append(attrs["href"] or "")
        elif self._table:
            return
        elif _HEADING.fullmatch(tag):
            self.flush()
            self._kind, self._level = "heading", int(tag[1])
        elif tag in _ITEMS:
            self.flush()
            self._kind = "item"
        elif tag in _BLOCKS or tag in ("br", "hr", "caption"):
            kind = self._kind
            self.flush()
            self._kind = kind if tag in ("p", "br", "div") and kind == "item" else "text"

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
            return
        if tag == "table" and self._table:
            self._end_table()
        elif tag in ("code", "kbd", "tt"):
            self._code_open = False
        elif not self._table and (tag in _BLOCKS or tag in _ITEMS or _HEADING.fullmatch(tag)):
            self.flush()
        if tag in ("main", "article"):
            self.flush()
            self._main_depth = max(0, self._main_depth - 1)

    def handle_data(self, data: str) -> None:
        if self._skipping or not self._is_inside():
            return
        if data.strip() and not self._line:
            self._line = self.getpos()[0] + len(data) - len(data.lstrip("\n"))
        self._parts.append(data)
        if self._code_open and data.strip():
            self._codes.append(plain(data))

    def _is_inside(self) -> bool:
        return self._main_depth > 0 or not self._within_main

    def flush(self) -> None:
        """End the piece of text that is open."""
        words = plain("".join(self._parts))
        if words and self._table is None:
            self.blocks.append(
                Block(
                    kind=self._kind,
                    line=self._line,
                    text=words,
                    level=self._level if self._kind == "heading" else 0,
                    codes=tuple(self._codes),
                    links=tuple(self._links),
                )
            )
        if self._table is None:
            self._parts, self._codes, self._links, self._line = [], [], [], 0
            self._kind, self._level = "text", 0

    def _picture(self, attrs: dict[str, str | None]) -> None:
        if self._is_inside() and attrs.get("src"):
            line, text = self.getpos()[0], plain(attrs.get("alt") or "")
            self.blocks.append(Block(kind="picture", line=line, text=text, links=(attrs["src"] or "",)))

    def _end_cell(self) -> None:
        if self._table is not None and self._parts:
            self._table.cells.append(plain("".join(self._parts)))
        self._parts, self._line = [" "], 0

    def _end_row(self) -> None:
        table = self._table
        if table is None:
            return
        self._end_cell()
        if any(table.cells):
            table.rows.append(Row(table.row_line, tuple(table.cells)))
        table.cells, self._parts = [], []

    def _end_table(self) -> None:
        self._end_row()
        table, self._table = self._table, None
        if table is not None and table.rows:
            self.blocks.append(
                Block(
                    kind="table",
                    line=table.line,
                    rows=tuple(table.rows),
                    codes=tuple(self._codes),
                    links=tuple(self._links),
                )
            )
        self._parts, self._codes, self._links, self._line = [], [], [], 0
