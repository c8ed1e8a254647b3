"""Read a policy's text, whatever it was saved as: blocks with their lines (clause 0)."""

from __future__ import annotations

import re

from troth.errors import UnusableInput
from troth.policy.adopt.read.block import Block, Row
from troth.policy.adopt.read.decode import decode
from troth.policy.adopt.read.lines import read_lines
from troth.policy.adopt.read.page import read_page

__all__ = ["Block", "Row", "read_blocks"]

_PAGE = re.compile(r"<(!doctype html|html|body|head|div|p|h[1-6]|table|main|article)\b", re.IGNORECASE)


def read_blocks(raw: bytes, file: str) -> list[Block]:
    """Return what the file is made of. Raises UnusableInput for what is no text with words."""
    text = decode(raw, file)
    blocks = read_page(text) if len(_PAGE.findall(text[:20_000])) >= 2 else read_lines(text)
    if not any(block.text or block.rows for block in blocks):
        raise UnusableInput("the file holds no text to read", "save the page with its text in it", file)
    return blocks
