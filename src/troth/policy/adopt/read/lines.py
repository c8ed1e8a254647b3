"""Read plain text and Markdown line by line: headings, items, tables, paragraphs (clause 0)."""

from __future__ import annotations

import re

from troth.policy.adopt.numbering import head_number, item_mark
from troth.policy.adopt.read.block import Block, Row
from troth.policy.adopt.read.decode import plain
from troth.policy.adopt.read.glued import glued_cells, is_glued_header

_HASHES = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_PICTURE = re.compile(r"!\[([^\[\]]{0,300})\]\(([^()\s]{1,500})[^()]{0,200}\)")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\(([^()\s]{1,500})[^()]{0,200}\)")
_CODE = re.compile(r"`([^`]{1,200})`")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_RULE = re.compile(r"\s*([-*_=])(\s*\1){2,}\s*")
_DASHES = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*")
_ENDS = (".", "!", "?", "。", "！", "？", ";", "；", ":", "：", ",", "，", "、")
_MARKDOWN = re.compile(r"^(#{1,6} |\|.*\|\s*$|>\s)|\*\*\S", re.MULTILINE)
_LOWER = re.compile(r"[（(]|\d{1,2}\.\d")
_WITHIN = re.compile(r"\s\((?:i|a|1)\)\s")
_LONGEST_HEAD = {True: 30, False: 80}
_WRAPPED_AT = 55
_CJK = re.compile("[\u3400-\u9fff]")


def read_lines(text: str) -> list[Block]:
    """Return the blocks of a plain text or Markdown file."""
    reader = _LineReader(text.split("\n"), is_markdown=len(_MARKDOWN.findall(text)) >= 2)
    while reader.at < len(reader.lines):
        reader.step()
    return reader.blocks


class _LineReader:
    def __init__(self, lines: list[str], is_markdown: bool) -> None:
        self.lines, self.is_markdown = lines, is_markdown
        self.at = 0
        self.blocks: list[Block] = []

    def step(self) -> None:
        """Read what begins at this line."""
        line = self.lines[self.at]
        if not line.strip() or _RULE.fullmatch(line):
            self.at += 1
        elif self._table_here():
            self._read_table()
        elif is_glued_header(plain(line)):
            self._read_glued()
        else:
            self._read_words(line)

    def _table_here(self) -> bool:
        line = self.lines[self.at]
        if line.strip().startswith("|"):
            return True
        if line.count("|") and self.at + 1 < len(self.lines):
            below = self.lines[self.at + 1]
            return "|" in below and bool(_DASHES.fullmatch(below))
        return line.strip().count("\t") >= 2 and self._is_tabbed(self.at + 1)

    def _is_tabbed(self, at: int) -> bool:
        return at < len(self.lines) and self.lines[at].strip().count("\t") >= 1

    def _read_table(self) -> None:
        first, rows, words = self.at, list[Row](), list[str]()
        mark = "|" if "|" in self.lines[self.at] else "\t"
        while self.at < len(self.lines) and mark in self.lines[self.at].strip(" "):
            line = self.lines[self.at]
            if not _DASHES.fullmatch(line):
                inner = line.strip().removeprefix("|").removesuffix("|") if mark == "|" else line.strip("\n ")
                words.append(line)
                rows.append(Row(self.at + 1, tuple(_bare(cell) for cell in inner.split(mark))))
            self.at += 1
        joined = "\n".join(words)
        self.blocks.append(
            Block(kind="table", line=first + 1, rows=tuple(rows), codes=_codes(joined), links=_links(joined))
        )

    def _read_glued(self) -> None:
        """Read a table whose cells lost what stood between them, as happens when a page is copied."""
        rows = [Row(self.at + 1, glued_cells(plain(self.lines[self.at])))]
        self.at += 1
        while self.at < len(self.lines) and (cells := glued_cells(plain(self.lines[self.at]))):
            rows.append(Row(self.at + 1, cells))
            self.at += 1
        self.blocks.append(Block(kind="table", line=rows[0].line, rows=tuple(rows)))

    def _read_words(self, line: str) -> None:
        first = self.at + 1
        for found in _PICTURE.finditer(line):
            self.blocks.append(Block(kind="picture", line=first, text=plain(found[1]), links=(found[2],)))
        words = plain(_PICTURE.sub("", line)).removeprefix("> ").removeprefix(">").strip()
        self.at += 1
        if not words:
            return
        hashes = _HASHES.fullmatch(words)
        if hashes and self.is_markdown:
            self._add("heading", first, hashes[2], len(hashes[1]))
            return
        if self._is_heading(line, words, first):
            self._add("heading", first, words, 3 if line[:1].isspace() or _LOWER.match(words) else 2)
            return
        mark = item_mark(words)
        words = self._with_wrapped(words[len(mark) :].strip())
        if mark or words:
            self._add("item" if mark else "text", first, words, 0)

    def _with_wrapped(self, words: str) -> str:
        """Add the following lines of a paragraph that was broken to fit a width."""
        while self.at < len(self.lines):
            above, raw = plain(self.lines[self.at - 1]), self.lines[self.at]
            below = plain(raw)
            goes_on = bool(_WITHIN.search(words)) and below.startswith(("(", "（"))
            stops = (
                not below
                or (item_mark(below) and not goes_on)
                or _HASHES.fullmatch(below)
                or below.startswith(("|", ">", "!["))
            )
            if stops or len(above) < _WRAPPED_AT or (above.endswith(_ENDS) and not goes_on) or _CJK.search(above[-1:]):
                return words
            if not self.is_markdown and head_number(below):
                return words
            words = f"{words} {below}"
            self.at += 1
        return words

    def _is_heading(self, line: str, words: str, number: int) -> bool:
        """A short numbered line, or a short line between empty ones, that is no sentence."""
        if self.is_markdown or words.endswith(_ENDS) or "\t" in line:
            return False
        is_chinese = bool(_CJK.search(words))
        if len(words) > _LONGEST_HEAD[is_chinese] or any(sign in words for sign in "。；:：@"):
            return False
        if line[:1].isspace() and item_mark(words) and self._last_words().endswith((":", "：")):
            return False
        mark = head_number(words)
        rest = words[len(mark) :]
        if mark or (is_chinese and item_mark(words)):
            return bool(rest) and (is_chinese or rest[:1].isupper()) and len(rest.split()) <= 12
        alone = not self._says(number - 2) and not self._says(number)
        return alone and len(self.blocks) > 0 and (words[:1].isupper() or is_chinese) and len(words.split()) <= 8

    def _last_words(self) -> str:
        return self.blocks[-1].text if self.blocks else ""

    def _says(self, at: int) -> bool:
        return 0 <= at < len(self.lines) and bool(self.lines[at].strip())

    def _add(self, kind: str, line: int, words: str, level: int) -> None:
        text = _bare(words)
        if text:
            block = Block(
                kind="heading" if kind == "heading" else "item" if kind == "item" else "text",
                line=line,
                text=text,
                level=level,
                codes=_codes(words),
                links=_links(words),
            )
            self.blocks.append(block)


def _bare(words: str) -> str:
    """Return words without the marks of Markdown."""
    unlinked = _LINK.sub(r"\1", words)
    return plain(_STRONG.sub(r"\2", _CODE.sub(r"\1", unlinked)).replace("**", ""))


def _codes(words: str) -> tuple[str, ...]:
    return tuple(plain(code) for code in _CODE.findall(words))


def _links(words: str) -> tuple[str, ...]:
    return tuple(found[1] for found in _LINK.findall(words))
