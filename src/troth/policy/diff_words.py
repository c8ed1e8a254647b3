"""A difference in words: one line for each change, or for the same change in many places (clause 10)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from msgspec import Struct, structs

from troth.policy.difference import Change, Difference, Kind
from troth.policy.dump import dump_values
from troth.words import LANGUAGES, OWN_NAMES, WORDS, Language, say

Mark = Callable[[Change], str]
"""What to put before the line of a change: here whoever classifies changes (clause 10) says "material"."""

_SHORT_CHARS = 60
_AROUND_CHARS = 24
_MOST_NAMED = 8


class _Line(Struct, frozen=True):
    """Changes told in one line: `groups` are the names it happened to, `items` the words that came or went."""

    mark: str
    kind: Kind
    names: tuple[str, ...]
    old: Any
    new: Any
    groups: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


def difference_in_words(difference: Difference, language: Language, mark: Mark = lambda change: "") -> Iterator[str]:
    """Yield the lines that tell a difference. Lines that begin with two spaces belong to the one before."""
    for line in _together(_lists_together(_Line(mark(c), c.kind, c.names, c.old, c.new) for c in difference.changes)):
        yield from _tell(line, language)


def change_in_words(change: Change, language: Language) -> str:
    """Return one change in words, in one or more lines."""
    return "\n".join(difference_in_words(Difference((change,)), language))


def _lists_together(lines: Iterator[_Line]) -> list[_Line]:
    """Tell words that came into one list, or went from it, together."""
    told: list[_Line] = []
    for line in lines:
        value = line.new if line.kind == "added" else line.old
        is_word = line.kind in ("added", "removed") and isinstance(value, str) and value == line.names[-1]
        one = structs.replace(line, names=line.names[:-1], items=(value,), old=None, new=None) if is_word else line
        last = told[-1] if told else None
        if is_word and last is not None and (last.kind, last.names, last.mark) == (one.kind, one.names, one.mark):
            told[-1] = structs.replace(last, items=_in_file_order(one, last))
        else:
            told.append(one)
    return told


def _in_file_order(one: _Line, last: _Line) -> tuple[str, ...]:
    """Removals are steps from the end of a list to its beginning; people read from the beginning."""
    return (*one.items, *last.items) if one.kind == "removed" else (*last.items, *one.items)


def _together(lines: Sequence[_Line]) -> list[_Line]:
    """Tell the same change of several purposes, facts, cookies … once."""
    told: dict[str, _Line] = {}
    for number, line in enumerate(lines):
        head, rest = line.names[:2], line.names[2:]
        is_one_of_many = len(line.names) > 2 and f"one.{head[0]}" in WORDS
        same = repr((line.mark, line.kind, head[0], rest, line.old, line.new, line.items)) if is_one_of_many else number
        if first := told.get(str(same)):
            told[str(same)] = structs.replace(first, groups=(*first.groups, head[1]))
        else:
            told[str(same)] = structs.replace(line, groups=head[1:])
    return list(told.values())


def _tell(line: _Line, language: Language) -> Iterator[str]:
    place = _place(line, language)
    mark = f"{line.mark} " if line.mark else ""
    if line.kind == "renamed":
        yield mark + say("diff.renamed", language, place=place, old=line.old, new=line.new)
    elif line.kind == "reordered":
        order = say("diff.list", language).join(line.old[number] for number in line.new)
        yield mark + say("diff.reordered", language, place=place, new=order)
    else:
        head = mark + say(f"diff.{line.kind}", language, place=place)
        colon = say("diff.value", language)
        old, new = _value(line.old, language), _value(line.new, language)
        if line.items:
            yield head + colon + say("diff.list", language).join(line.items)
        elif line.kind != "changed":
            value = line.new if line.kind == "added" else line.old
            yield from _told_value(head, colon, value, language)
        elif old is None or new is None or max(len(old), len(new)) > _SHORT_CHARS or "\n" in old + new:
            yield head
            yield from _what_differs(line.old, line.new, language)
        else:
            yield f"{head}{colon}{old} → {new}"


def _told_value(head: str, colon: str, value: Any, language: Language) -> Iterator[str]:
    said = _value(value, language)
    if said is not None and len(said) <= _SHORT_CHARS and "\n" not in said:
        yield f"{head}{colon}{said}"
        return
    yield head
    yield from _indented(value, "  ", language)


def _place(line: _Line, language: Language) -> str:
    """Return where something changed: `purpose statistics, text (English)`."""
    said: list[str] = []
    for number, name in enumerate(line.names):
        before = line.names[number - 1] if number else ""
        if f"one.{before}" in WORDS and (number == 1 or before in ("fields", "measures", "representatives")):
            many = line.groups if number == 1 and len(line.groups) > 1 else (name,)
            said[-1] = say(f"one.{before}", language, name=_several(many, language))
        elif name in LANGUAGES and said and number > 1:
            said[-1] += say("diff.language", language, name=OWN_NAMES[name])
        else:
            said.append(say(f"key.{name}", language) if f"key.{name}" in WORDS and before not in _OPEN else name)
    return say("diff.between", language).join(said)


_OPEN = {"forms", "purposes", "facts", "cookies", "sdks", "recipients", "places", "retention", "fields"}
"""Below these keys of the file stand names that the company chose, which may look like keys."""


def _several(names: Sequence[str], language: Language) -> str:
    shown = say("diff.list", language).join(names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} {say('diff.in_all', language, number=len(names))}"


def _value(value: Any, language: Language) -> str | None:
    """Return a single value as people read it; None for a group or a list that has something in it."""
    if value is None or value in ("", [], {}):
        return say("diff.nothing", language)
    if isinstance(value, bool):
        return say("diff.yes" if value else "diff.no", language)
    return None if isinstance(value, (dict, list)) else str(value)


def _what_differs(old: Any, new: Any, language: Language) -> Iterator[str]:
    """Yield what went (-) and what came (+): of texts only the lines that differ, long ones cut around it."""
    if not (isinstance(old, str) and isinstance(new, str)):
        yield from _indented(old, "  - ", language)
        yield from _indented(new, "  + ", language)
        return
    before, after = old.split("\n"), new.split("\n")
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "replace" and j - i == m - k:
            for one, other in zip(before[i:j], after[k:m], strict=True):
                yield from ("  - " + _cut(one, other), "  + " + _cut(other, one))
        elif tag != "equal":
            yield from (f"  - {one}" for one in before[i:j])
            yield from (f"  + {other}" for other in after[k:m])


def _cut(text: str, other: str) -> str:
    """Return a line from a little before to a little after where it is different from the other."""
    start = next((n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    backwards = zip(reversed(text[start:]), reversed(other[start:]), strict=False)
    same_end = next((n for n, (a, b) in enumerate(backwards) if a != b), min(len(text), len(other)) - start)
    begin, end = start - _AROUND_CHARS, len(text) - same_end + _AROUND_CHARS
    return ("…" if begin > 0 else "") + text[max(begin, 0) : end] + ("…" if end < len(text) else "")


def _indented(value: Any, before: str, language: Language) -> Iterator[str]:
    said = _value(value, language)
    lines = dump_values(_filled(value)).decode().splitlines() if said is None else said.splitlines()
    yield from textwrap.indent("\n".join(lines), before, lambda line: True).splitlines()


def _filled(value: Any) -> Any:
    """Return a group without what it leaves empty."""
    if isinstance(value, dict):
        return {key: _filled(item) for key, item in value.items() if item not in (None, "", [], {})}
    return [_filled(item) for item in value] if isinstance(value, list) else value
