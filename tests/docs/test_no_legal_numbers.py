"""No number of a law stands in code: the packs hold them, with their source, and `policy.law` hands them out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec import Struct

from troth.policy.law import days_in
from troth.policy.pack import Figure, PackId, Threshold, pack
from troth.policy.rules.book import RULES

SOURCE = Path(__file__).resolve().parents[2] / "src" / "troth"
ROOMS = ("policy", "consent", "duties", "vault", "collect", "notice", "web")
TOO_ORDINARY = 12
"""Numbers up to twelve are in every file for a hundred reasons; the days they come to are looked for instead."""

# A number that happens to stand in a pack as well, and what it is here: (file, number) -> why it is no legal number.
HARMLESS = {
    **{("*", 16): "bytes of a random number, characters of a hash, the base of hexadecimal"},
    **{
        ("policy/model.py", number): "a default of file format 1: a policy that leaves it out keeps what it promised, "
        "whatever a later pack says; rules compare it with the law"
        for number in (14, 15, 24, 30, 72, 180)
    },
    ("policy/law.py", 24): "hours of a day",
    ("policy/law.py", 13): "the end of a range of twelve months",
    ("policy/rules/dates.py", 13): "the end of a range of twelve sections",
    ("policy/shape.py", 24): "how many keys a hint names at most",
    ("policy/yaml12.py", 18): "digits of a number",
    ("policy/diff_words.py", 24): "signs shown around a change",
    ("policy/dump.py", 30): "no line is ever so wide that it is broken",
    ("vault/seal.py", 21): "where a sealed value's nonce ends",
    ("vault/epochs.py", 62): "from which term on keys are made by the month",
    ("collect/beacon.py", 1_000_000): "the last number of a page view's messages",
    **{("collect/mask.py", number): "bits of a colour" for number in (15, 18, 24, 30)},
    **{("collect/visit.py", number): "milliseconds of a visit, by minutes and hours" for number in (24, 30)},
    ("web/markdown.py", 14): "signs of a summary",
    ("web/peer.py", 45): "signs of an IPv6 address",
    ("web/well_known.py", 180): "days after which security.txt expires (RFC 9116 asks for less than a year)",
}


def figures(value: Any) -> Iterator[Figure | Threshold]:
    if isinstance(value, (Figure, Threshold)):
        yield value
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from figures(getattr(value, name))
    elif isinstance(value, (dict, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from figures(item)


def legal_numbers() -> set[int]:
    """Return every number of every pack, and the days it comes to, but for the ordinary ones."""
    found = set[int]()
    for name in get_args(PackId):
        for one in figures(pack(name)):
            if isinstance(one, Threshold):
                found.add(one.people)
                continue
            found.add(one.value)
            if one.unit in ("months", "years", "working_days"):
                found |= {days_in(one.value, one.unit, longest=longest) for longest in (True, False)}
    return {number for number in found if number > TOO_ORDINARY}


def numbers_in(code: str) -> Iterator[tuple[int, int]]:
    """Yield (line, number) for every whole number in code."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and type(node.value) is int:
            yield node.lineno, node.value


def found_in(name: str, code: str) -> list[str]:
    legal = legal_numbers()
    return [
        f"{name}:{line}: {number}"
        for line, number in numbers_in(code)
        if number in legal and not {(name, number), ("*", number)} & HARMLESS.keys()
    ]


def test_the_packs_hold_the_numbers_that_used_to_stand_in_code() -> None:
    assert {14, 15, 16, 18, 72, 180, 184, 1096, 3653} <= legal_numbers()


def test_a_number_of_a_law_in_code_would_be_found() -> None:
    assert found_in("policy/rules/answers.py", "REPLY_WORKING_DAYS = 15\n") == ["policy/rules/answers.py:1: 15"]
    assert found_in("duties/duty.py", "def f(days=1096): ...\n") == ["duties/duty.py:1: 1096"]


@pytest.mark.parametrize("room", ROOMS)
def test_no_legal_room_holds_a_number_of_a_law(room: str) -> None:
    files = [file for file in sorted((SOURCE / room).rglob("*.py")) if "adopt" not in file.parts]
    assert files, "adopt is left out: it reads the numbers that other people's texts say"
    found = [one for file in files for one in found_in(file.relative_to(SOURCE).as_posix(), file.read_text("utf-8"))]
    assert found == []


def test_no_rule_repeats_a_number_of_a_law_in_its_words() -> None:
    spoken = re.compile(r"\b(\d+) (?:working days|business days|days|months|years|hours)\b|under (\d+)")
    legal = legal_numbers()
    said = {
        rule.id: [int(one or other) for one, other in spoken.findall(rule.why)]
        for rule in RULES.values()
        if spoken.search(rule.why)
    }
    assert "T4-10" in said
    assert [rule for rule, numbers in said.items() if legal & set(numbers)] == []


def test_every_harmless_number_says_why_and_names_a_file_that_is_there() -> None:
    for (name, number), why in HARMLESS.items():
        assert len(why) > 10, (name, number)
        assert name == "*" or (SOURCE / name).is_file(), name
