"""What a law wants people to be told, and whether a person can read it (clause 0, PIPL 17, GDPR 13)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from troth.policy.rules.book import Notes

# More than a screen of a telephone without a break. Not a number of a law.
LONGEST_PARAGRAPH = {"zh-CN": 300, "en": 900}

_BREAK = re.compile(r"\n\s*\n|\n\s*- ")


def check_told(notes: Notes) -> None:
    """Check the disclosures of every pack that no other rule looks for, and that the text can be read."""
    for pack, disclosure in notes.law.disclosures():
        for place in disclosure.look_for if not disclosure.rule else ():
            if not all(found_at(notes.policy, place.split("."))):
                doubt = "" if disclosure.confirmed else ", unconfirmed"
                what = f"{pack.id} wants people to be told: {disclosure.title.in_('en')} ({disclosure.source}{doubt})"
                notes.add("T0-25", tuple(place.split(".")[:2]), what, disclosure.fix)
    if notes.policy.clauses and not any(clause.emphasis or _is_bold(clause.body) for clause in notes.policy.clauses):
        fix = 'write "emphasis: true" where people give something up or are bound, or set the sentence in **bold**'
        notes.add("T0-28", ("clauses",), "nothing in the text is emphasised", fix)
    for number, clause in enumerate(notes.policy.clauses):
        for language, words in clause.body.items():
            longest = max((len(part) for part in _BREAK.split(words)), default=0)
            if longest > LONGEST_PARAGRAPH.get(language, LONGEST_PARAGRAPH["en"]):
                what = f"a paragraph of section {clause.id} has {longest:,} signs in {language}"
                notes.add("T0-27", ("clauses", number, "body", language), what, "break it up, or make a list of it")


def found_at(value: Any, place: list[str]) -> Iterator[bool]:
    """Yield for every thing at a place of the policy (`*` = every key) whether it is there and not empty."""
    if not place:
        yield bool(value)
    elif place[0] == "*":
        for item in value.values():
            yield from found_at(item, place[1:])
    elif isinstance(value, Struct):
        yield from found_at(getattr(value, place[0]), place[1:])
    else:
        yield False


def _is_bold(body: dict[str, str]) -> bool:
    return any("**" in words for words in body.values())
