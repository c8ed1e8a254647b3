"""The sentences of a text, each with its line, its section and the lead-in of the list it stands in (clause 0)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct, structs

from troth.policy.adopt.numbering import head_number, split_inline
from troth.policy.adopt.read import Block
from troth.policy.adopt.sections import topics_of

MOST_SIGNS = 6_000

_ABBREVIATIONS = r"(?<!\bCo)(?<!\bLtd)(?<!\bInc)(?<!\bPte)(?<!\bCorp)(?<!\bNo)(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bSt)(?<!\bDr)(?<!\bArt)(?<!\bRm)"
_ENGLISH_END = re.compile(rf"{_ABBREVIATIONS}[.!?][\"”’')\]]*\s+(?=[A-Z0-9“\"(\[#]|[a-z]\w*_)")
_COMPANY_END = re.compile(
    r"(?:Co\.,? ?Ltd|Ltd|Inc|Corp)\.[\"”’)]*\s+(?=(?:When|We|This|It|The|Our|In|If|Please|You|For)\b)"
)
_CHINESE_END = re.compile(r"(?<=[。！？])[”’」』）)]*")
_GAP = re.compile("(?<=[\u3000-\u9fff\uff00-\uffef]) (?=\\S)|(?<=\\S) (?=[\u3000-\u9fff\uff00-\uffef])")
_CJK = re.compile("[\u3400-\u9fff]")
_LEAD = re.compile(r"^(.{2,400}?)(?:[:：]|——|—)\s*(.+)$", re.DOTALL)
_OPENS = re.compile(r"[:：]\s*$|(?:following|as follows|下列|如下|以下)[^.。]{0,40}[:：.]?\s*$", re.IGNORECASE)


class Sentence(Struct, frozen=True, kw_only=True):
    """One sentence as a person reads it.

    text    verbatim, in single spaces
    said    the same without the spaces between Chinese and other signs: what patterns look at
    lead    the sentence that opens the list this one is an item of
    is_further  it explains an item whose first sentence stands before it
    """

    text: str
    said: str
    line: int
    place: int
    topics: tuple[str, ...] = ()
    is_item: bool = False
    is_heading: bool = False
    is_further: bool = False
    block: int = 0
    lead: Sentence | None = None
    codes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def is_chinese(self) -> bool:
        return bool(_CJK.search(self.said))


def tight(words: str) -> str:
    """Return words without the spaces that some people put around Chinese signs."""
    return _GAP.sub("", words)


def sentences_of(blocks: Sequence[Block]) -> list[Sentence]:
    """Return every sentence of the blocks in their order; tables and pictures are read apart."""
    return list(_Walk().sentences(blocks))


class _Walk:
    def __init__(self) -> None:
        self._topics: list[tuple[int, tuple[str, ...]]] = []
        self._lead: Sentence | None = None
        self._place = 0

    def sentences(self, blocks: Sequence[Block]) -> Iterator[Sentence]:
        for number, block in enumerate(blocks):
            if block.kind == "heading":
                self._enter(block)
                self._lead = None
                yield self._make(block, number, block.text, None)
            elif block.kind in ("text", "item"):
                yield from self._of_words(block, number)

    def _enter(self, block: Block) -> None:
        topics = topics_of(block.text[len(head_number(block.text)) :])
        self._topics = [(level, known) for level, known in self._topics if level < block.level]
        self._topics.append((block.level, topics))

    def _now(self) -> tuple[str, ...]:
        """The topics of the nearest heading that names one."""
        return next((topics for _, topics in reversed(self._topics) if topics), ())

    def _of_words(self, block: Block, number: int) -> Iterator[Sentence]:
        if block.kind == "text":
            self._lead = None
        outer, latest = self._lead, None
        for place, words in enumerate(split_sentences(block.text)):
            for latest in self._of_sentence(block, number, words, outer):
                yield structs.replace(latest, is_further=True) if place and outer is not None else latest
        if latest is not None and _OPENS.search(latest.text) and (block.kind == "text" or outer is None):
            self._lead = latest

    def _of_sentence(self, block: Block, number: int, words: str, outer: Sentence | None) -> Iterator[Sentence]:
        head, parts = inline_list(words)
        lead = self._make(block, number, head, outer)
        yield lead
        for part in parts:
            yield self._make(block, number, part, lead)

    def _make(self, block: Block, number: int, words: str, lead: Sentence | None) -> Sentence:
        self._place += 1
        text = words[:MOST_SIGNS]
        return Sentence(
            text=text,
            said=tight(text),
            line=block.line,
            place=self._place,
            topics=self._now(),
            is_item=block.kind == "item" or lead is not None,
            is_heading=block.kind == "heading",
            block=number,
            lead=lead,
            codes=block.codes,
            links=block.links,
        )


def split_sentences(words: str) -> list[str]:
    """Return the sentences of a paragraph."""
    ends = {found.end() for pattern in (_ENGLISH_END, _COMPANY_END, _CHINESE_END) for found in pattern.finditer(words)}
    cuts = sorted({0, len(words), *ends})
    return [part for left, right in pairwise(cuts) if (part := words[left:right].strip())]


def inline_list(words: str) -> tuple[str, list[str]]:
    """Return a lead-in with its items where a sentence holds a list; the sentence and no items where it does not."""
    parts = split_inline(words)
    if len(parts) >= 3 and parts[0]:
        return parts[0], parts[1:]
    found = _LEAD.match(words)
    if found and not head_number(words):
        parts = [part.strip() for part in re.split("[；;]", found[2].strip("。. ")) if part.strip()]
        if len(parts) >= 2 and not any(re.search(r"[:：](?!//)", part) for part in parts):
            return found[1] + "：", parts
    return words, []
