"""The whole text as the recognisers see it: sentences with stances, tables with named columns, pictures (clause 0)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from troth.policy.adopt.columns import columns_of
from troth.policy.adopt.negation import Clause, Stance, clauses_of
from troth.policy.adopt.read import Block, Row
from troth.policy.adopt.reading import Source
from troth.policy.adopt.sentences import Sentence, sentences_of

_CJK = re.compile("[\u3400-\u9fff]")
_LETTER = re.compile("[A-Za-z]")
_HEADER_WITHIN = 3


class Table(Struct, frozen=True):
    """A table with the places of the columns that were recognised."""

    line: int
    columns: dict[str, int]
    rows: tuple[Row, ...]

    def cell(self, row: Row, column: str) -> str:
        """Return the words of a cell, "" if the row or the table has none."""
        place = self.columns.get(column)
        return row.cells[place] if place is not None and place < len(row.cells) else ""


class Prose:
    """A text that has been read, taken apart once for all recognisers."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks
        self.all = sentences_of(blocks)
        self.headings = [sentence for sentence in self.all if sentence.is_heading]
        self.sentences = [sentence for sentence in self.all if not sentence.is_heading]
        self.tables = [_table(block) for block in blocks if block.kind == "table"]
        self.pictures = [block for block in blocks if block.kind == "picture"]

    @cached_property
    def clauses(self) -> list[Clause]:
        return [clause for sentence in self.sentences for clause in clauses_of(sentence)]

    @cached_property
    def _by_place(self) -> dict[int, list[Clause]]:
        found: dict[int, list[Clause]] = {}
        for clause in self.clauses:
            found.setdefault(clause.sentence.place, []).append(clause)
        return found

    def clauses_in(self, sentence: Sentence) -> list[Clause]:
        """Return the clauses of one sentence."""
        return self._by_place.get(sentence.place, [])

    def with_stance(self, *stances: Stance) -> Iterator[Clause]:
        """Yield the clauses that have one of these stances."""
        return (clause for clause in self.clauses if clause.stance in stances)

    @cached_property
    def language(self) -> str:
        words = "".join(sentence.text for sentence in self.all)
        return "zh-CN" if 3 * len(_CJK.findall(words)) > len(_LETTER.findall(words)) else "en"

    def items_of(self, lead: Sentence) -> list[Sentence]:
        """Return the items of the list that a sentence opens."""
        return self._by_lead.get(lead.place, [])

    @cached_property
    def _by_lead(self) -> dict[int, list[Sentence]]:
        found: dict[int, list[Sentence]] = {}
        for sentence in self.sentences:
            if sentence.lead is not None:
                found.setdefault(sentence.lead.place, []).append(sentence)
        return found


def row_source(row: Row) -> Source:
    """Return a row as the source of a value."""
    return Source(row.line, " | ".join(cell for cell in row.cells if cell))


def _table(block: Block) -> Table:
    for place, row in enumerate(block.rows[:_HEADER_WITHIN]):
        columns = columns_of(row.cells)
        if len(columns) >= 2:
            return Table(block.line, columns, block.rows[place + 1 :])
    return Table(block.line, {}, block.rows)
