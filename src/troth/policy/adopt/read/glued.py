"""Tables that lost their cell borders when a page was copied: `ProductPurposeCompany`, `Name[…]【…】[…]` (C2.3-03)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

_HEADERS = (
    "Product/Type", "Product name", "Product", "SDK name", "Use purpose", "Purpose of use", "Purpose",
    "Scenes to be used", "Usage scenarios", "Usage scenario", "Scenes", "Scene", "Where it is used",
    "Types of personal information collection", "Types of personal information collected",
    "Types of personal information", "Type of personal information", "Collection method", "How it is collected",
    "Third party company name", "Third-party company name", "Company name", "Company", "Privacy statement",
    "Privacy policy", "Official link", "Link", "Retention period",
    "产品/类型", "产品名称", "产品", "SDK名称", "使用目的", "目的", "使用场景", "场景", "收集的个人信息类型", "个人信息类型",
    "信息类型", "收集方式", "方式", "第三方公司名称", "公司名称", "公司", "隐私声明", "隐私政策链接", "隐私政策", "官网链接",
)  # fmt: skip
_HEADER = re.compile("|".join(re.escape(name) for name in sorted(_HEADERS, key=len, reverse=True)), re.IGNORECASE)
_CELL = re.compile(r"【([^】]*)】|\[([^\[\]]*)\]")
_LEAST = 4


def is_glued_header(line: str) -> bool:
    """Is the line nothing but the headers of a table, one after the other?"""
    names = _HEADER.findall(line)
    return len(names) >= _LEAST and not _HEADER.sub("", line).strip(" /|")


def glued_cells(line: str) -> tuple[str, ...]:
    """Return the cells of such a line; none if it is no row of such a table."""
    if is_glued_header(line):
        return tuple(_HEADER.findall(line))
    cells = list(_CELL.finditer(line))
    if len(cells) < _LEAST - 1 or _CELL.sub("", line[cells[0].start() :]).strip():
        return ()
    return (line[: cells[0].start()].strip(), *(found[0] for found in cells))
