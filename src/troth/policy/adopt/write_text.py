"""The text people read, section by section, as the policy file carries it: the source's own words (clause 1)."""

from __future__ import annotations

import json
import re

from troth.policy.adopt.numbering import head_number
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.read import Block
from troth.policy.adopt.reading import Source
from troth.policy.adopt.sheet import NOT_SAID, Sheet

_TITLE = re.compile(r"privacy|policy|notice|statement|政策|规则|声明|协议", re.IGNORECASE)
_LONGEST_TITLE = 60


def title_of(prose: Prose) -> Source | None:
    """Return the title of the text: its first line, if that is a heading or reads like one."""
    for block in prose.blocks[:2]:
        is_short = len(block.text) <= _LONGEST_TITLE and not block.text.endswith((".", "。"))
        if block.kind in ("heading", "text") and is_short and _TITLE.search(block.text):
            return Source(block.line, block.text)
    return None


def write_clauses(sheet: Sheet, prose: Prose) -> None:
    """Write every section with its own words; a table stands as rows, cells apart by bars."""
    sections = _sections(prose)
    if not sections:
        sheet.missing(0, "clauses", "[]")
        return
    sheet.group(0, "clauses", "the text itself, section by section")
    for number, (heading, blocks) in enumerate(sections):
        first = heading or blocks[0]
        last = blocks[-1].line if blocks else first.line
        sheet.line(1, f'- id: "{number}"', f"lines {first.line} to {last}")
        title = heading.text[len(head_number(heading.text)) :].strip() or heading.text if heading else ""
        sheet.line(2, f"title: {sheet.in_language(title)}", f"line {first.line}" if heading else NOT_SAID)
        body = "\n\n".join(_words(block) for block in blocks)
        sheet.line(2, f"body: {sheet.in_language(body)}", f"lines {first.line} to {last}")


def _sections(prose: Prose) -> list[tuple[Block | None, list[Block]]]:
    """Return the sections: the highest level of headings that occurs at least twice."""
    levels = [block.level for block in prose.blocks if block.kind == "heading"]
    wanted = next((level for level in sorted(set(levels)) if levels.count(level) > 1), 0)
    sections: list[tuple[Block | None, list[Block]]] = [(None, [])]
    for block in prose.blocks:
        if block.kind == "heading" and block.level == wanted:
            sections.append((block, []))
        else:
            sections[-1][1].append(block)
    return [(heading, blocks) for heading, blocks in sections if heading is not None or blocks]


def _words(block: Block) -> str:
    if block.kind == "table":
        return "\n".join(" | ".join(row.cells) for row in block.rows)
    if block.kind == "heading":
        return f"**{block.text}**"
    return f"- {block.text}" if block.kind == "item" else block.text or json.dumps(block.links)
