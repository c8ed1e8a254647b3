"""The README says the same in both languages: headings, commands, links; its pictures are there and are light."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("README.md", "README.zh-CN.md")
ENGLISH, CHINESE = ((ROOT / name).read_text("utf-8") for name in NAMES)
MOST_BYTES = 400_000
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def outline(page: str) -> list[int]:
    """Return the levels of the headings in their order."""
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCE.sub("", page), flags=re.MULTILINE)]


def commands(page: str) -> list[str]:
    """Return what a reader is told to type or to paste, block by block, without remarks and what a title says."""
    blocks = [f"{kind}\n{body}" for kind, body in FENCE.findall(page)]
    plain = [re.sub(r"(?m)\s+# .*$|^# .*$", "", block) for block in blocks]
    return [re.sub(r'title="[^"]*"|>[^<]*</a>', "", block) for block in plain]


def spans(page: str) -> set[str]:
    """Return the code between the lines."""
    return set(re.findall(r"`([^`\n]+)`", FENCE.sub("", page)))


def links(page: str) -> set[str]:
    """Return what the page links to."""
    return {link.replace("picture-zh", "picture-en") for link in re.findall(r"\]\(([^)\s]+)\)", page)} - set(NAMES)


def test_both_have_the_same_headings() -> None:
    assert outline(ENGLISH)[:2] == [1, 2]
    assert len(outline(ENGLISH)) > 12
    assert outline(CHINESE) == outline(ENGLISH)


def test_both_tell_the_reader_to_type_the_same() -> None:
    assert "sh\nmake demo\n" in commands(ENGLISH)
    assert commands(CHINESE) == commands(ENGLISH)


def test_both_name_the_same_things() -> None:
    assert "troth geo install" in spans(ENGLISH)
    assert spans(CHINESE) == spans(ENGLISH)


def test_both_link_to_the_same_pages_and_to_each_other() -> None:
    assert "docs/settings.md" in links(ENGLISH)
    assert links(CHINESE) == links(ENGLISH)
    assert "](README.zh-CN.md)" in ENGLISH
    assert "](README.md)" in CHINESE


def test_both_tables_have_the_same_rows() -> None:
    rows = [len(re.findall(r"^\|", page, flags=re.MULTILINE)) for page in (ENGLISH, CHINESE)]
    assert rows[0] > 30
    assert rows[0] == rows[1]


def test_the_first_screen_is_a_sentence_a_picture_and_a_command() -> None:
    for page in (ENGLISH, CHINESE):
        first = page.partition("## ")[0]
        assert first.index("**") < first.index("![") < first.index("make demo") < first.index("1. **")


@pytest.mark.parametrize("name", ["picture-en.png", "picture-zh.png"])
def test_the_picture_is_there_sharp_and_light(name: str) -> None:
    assert any(f"docs/pictures/{name}" in page for page in (ENGLISH, CHINESE))
    content = (ROOT / "docs" / "pictures" / name).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert (width >= 1600, height >= 900, len(content) <= MOST_BYTES) == (True, True, True)
