"""How policies number their chapters and items, in English and Chinese, and what a number is (clause 0)."""

from __future__ import annotations

import re

_CHINESE = "〇零一二三四五六七八九十百两"
_HEAD = re.compile(
    rf"""(?:(?:第\s*[{_CHINESE}\d]{{1,4}}\s*[条章节部分]{{1,2}})[\s、:：.]*
    |(?:[{_CHINESE}]{{1,3}})[、．.]\s*
    |(?:(?:Article|Section|Chapter|Part|Clause)\s+(?:\d{{1,2}}|[IVX]{{1,5}}))\b[\s.:,–—-]*
    |\d{{1,2}}(?:\.\d{{1,2}}){{0,3}}(?:[.、．)）]\s*|\s+)
    |[IVX]{{1,5}}\.\s+
    |[A-Z][.)]\s+)""",
    re.VERBOSE,
)
_ITEM = re.compile(
    rf"""(?:[-*•·●○▪◦‣–]\s+
    |[（(]\s*(?:[{_CHINESE}]{{1,3}}|\d{{1,2}}|[a-z]|[ivx]{{1,4}})\s*[)）]\s*
    |(?:\d{{1,2}}|[a-z])[.)）]\s+
    |\d{{1,2}}[、．]\s*
    |[①-⑳]\s*)""",
    re.VERBOSE,
)
_INLINE = re.compile(
    r"(?:(?<=^)|(?<=[\s,;:，；：—]))[（(](?:[a-z]|[ivx]{1,4}|\d{1,2}|[一二三四五六七八九十]{1,2})[)）]\s*|[①-⑳]"
)
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_ENGLISH = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_WORDS = {word: value for value, word in enumerate(_ENGLISH)} | {
    "thirty": 30, "forty": 40, "forty-five": 45, "sixty": 60, "ninety": 90, "a": 1, "an": 1, "twenty-four": 24,
    "thirty-six": 36, "seventy-two": 72, "twenty-one": 21, "twenty-eight": 28,
}  # fmt: skip
NUMBER = rf"(?:\d{{1,5}}|[{_CHINESE}]{{1,5}}|(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b)"


def head_number(line: str) -> str:
    """Return the number that a line begins with as a heading does, or ""."""
    found = _HEAD.match(line)
    return found[0] if found else ""


def item_mark(line: str) -> str:
    """Return the mark that a line begins with as an item of a list does, or ""."""
    found = _ITEM.match(line)
    return found[0] if found else ""


def split_inline(words: str) -> list[str]:
    """Return the items of a list that stands within a sentence, `(a) … (b) …`; one part if there is none."""
    return [part.strip(" ,，;；、") for part in _INLINE.split(words)]


def number_of(words: str) -> int | None:
    """Return 15 for `15`, `fifteen` and `十五`; None for what is no number."""
    said = words.strip().lower()
    if said.isascii() and said.isdigit():
        return int(said)
    if said in _WORDS:
        return _WORDS[said]
    if said and all(sign in _CHINESE for sign in said):
        return _chinese(said)
    return None


def _chinese(said: str) -> int | None:
    if not any(sign in said for sign in "十百"):
        return int("".join(str(_DIGITS[sign]) for sign in said))
    total = digit = 0
    for sign in said:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit
