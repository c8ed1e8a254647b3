"""Compare two policies: every change, none twice, named as a person would name it (clause 10).

Sections are the same section if they have the same id; other items of a list if they are equal, or much alike; a
group that only got another key was renamed. The order of groups is no part of a policy: its hash sees none.
Whether a change is material is not decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from msgspec import Struct

from troth.policy.difference import Change, Difference, Kind
from troth.policy.findings import Path
from troth.policy.load import canonical_json
from troth.policy.model import Policy
from troth.policy.text import Text
from troth.policy.tree import tree_of

_ALIKE = 0.6
_MOST_COMPARED = 2000
Names = tuple[str, ...]


def diff(old: Policy, new: Policy) -> Difference:
    """Return what has changed; `apply(old, diff(old, new)) == new`, and nothing if they are equal."""
    return Difference(tuple(_compare(old, new, (), ())))


def _compare(old: Any, new: Any, path: Path, names: Names) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Struct) and isinstance(new, Struct):
        for field in old.__struct_fields__:
            key = _key_in_file(old, field)
            yield from _compare(getattr(old, field), getattr(new, field), (*path, key), (*names, key))
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _compare_groups(old, new, path, names)
    elif isinstance(old, tuple) and isinstance(new, tuple):
        yield from _compare_lists(old, new, path, names)
    else:
        yield _change("changed", path, names, tree_of(old), tree_of(new))


def _compare_groups(old: dict[str, Any], new: dict[str, Any], path: Path, names: Names) -> Iterator[Change]:
    gone, come = [key for key in old if key not in new], [key for key in new if key not in old]
    renamed = (
        {} if isinstance(old, Text) else _pairs([old[key] for key in gone], [new[key] for key in come], _is_named_so)
    )
    now = {gone[one]: come[other] for one, other in renamed.items()}
    for key in gone:
        if key in now:
            yield _change("renamed", path, names, key, now[key])
        else:
            yield _change("removed", (*path, key), (*names, key), tree_of(old[key]), None)
    for key in come:
        if key not in now.values():
            yield _change("added", (*path, key), (*names, key), None, tree_of(new[key]))
    for key in old:
        if (kept := now.get(key, key)) in new:
            yield from _compare(old[key], new[kept], (*path, kept), (*names, kept))


def _compare_lists(old: Sequence[Any], new: Sequence[Any], path: Path, names: Names) -> Iterator[Change]:
    """Take out what is gone, put the rest in its new order, put in what has come, then compare item with item."""
    same = _same_items(old, new)
    gone = [place for place in range(len(old)) if place not in same]
    for place in reversed(gone):
        yield _change("removed", (*path, place), (*names, _name(old[place], place)), tree_of(old[place]), None)
    kept = [place for place in range(len(old)) if place in same]
    order = sorted(range(len(kept)), key=lambda place: same[kept[place]])
    if any(one > other for one, other in pairwise(order)):
        yield _change("reordered", path, names, [_name(old[place], place) for place in kept], order)
    come = sorted(set(range(len(new))) - set(same.values()))
    for place in come:
        yield _change("added", (*path, place), (*names, _name(new[place], place)), None, tree_of(new[place]))
    for place in kept:
        item = new[same[place]]
        yield from _compare(old[place], item, (*path, same[place]), (*names, _name(item, same[place])))


def _same_items(old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """Return which item of the new list each item of the old one is: by its id, else by being equal or alike."""
    places = {identity: place for place, identity in enumerate(_identities(new))}
    same = {place: places[one] for place, one in enumerate(_identities(old)) if one in places}
    gone = [place for place in range(len(old)) if place not in same and isinstance(old[place], (Struct, Text))]
    taken = set(same.values())
    come = [place for place in range(len(new)) if place not in taken and isinstance(new[place], (Struct, Text))]
    alike = _pairs([old[place] for place in gone], [new[place] for place in come], lambda one, other: True)
    return same | {gone[one]: come[other] for one, other in alike.items()}


def _identities(items: Sequence[Any]) -> Iterator[tuple[str, int]]:
    """Yield what each item is known by; the second of two equal ones is its own."""
    seen: Counter[str] = Counter()
    for item in items:
        known_by = str(getattr(item, "id", "")) or canonical_json(tree_of(item)).decode()
        seen[known_by] += 1
        yield known_by, seen[known_by]


def _pairs(gone: Sequence[Any], come: Sequence[Any], may: Callable[[Any, Any], bool]) -> dict[int, int]:
    """Return which of the things that came are much like one of those that went, the most alike first."""
    likeness = [
        (how, one, other)
        for one, old in enumerate(gone)
        for other, new in enumerate(come)
        if may(old, new) and (how := _likeness(old, new)) >= _ALIKE
    ]
    pairs: dict[int, int] = {}
    for _, one, other in sorted(likeness, key=lambda found: (-found[0], found[1], found[2])):
        if one not in pairs and other not in pairs.values():
            pairs[one] = other
    return pairs


def _is_named_so(old: Any, new: Any) -> bool:
    """Return whether one group may be the other under a new key: a text of it is still the same word by word.

    Groups without texts of their own, such as visit facts, have keys that mean something; they come and go.
    """
    return any(value and value == getattr(new, key, None) for key, value in _texts(old))


def _texts(part: Any) -> Iterator[tuple[str, Text]]:
    for key in getattr(part, "__struct_fields__", ()):
        if isinstance(value := getattr(part, key), Text):
            yield key, value


def _likeness(old: Any, new: Any) -> float:
    """Return how much of two things is the same, from 0 to 1."""
    if isinstance(old, Text) and isinstance(new, Text):
        one_text, other_text = ("\n".join(text.values())[:_MOST_COMPARED] for text in (old, new))
        return SequenceMatcher(None, one_text, other_text, autojunk=False).ratio()
    one, other = (set(_leaves(tree_of(part), ())) for part in (old, new))
    return 2 * len(one & other) / (len(one) + len(other) or 1)


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, (dict, list)) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(inner, (*path, key))
    else:
        yield path, repr(value)


def _name(item: Any, place: int) -> str:
    """Return what a person calls an item of a list: a word itself, a section by its id, else its number."""
    return item if isinstance(item, str) else str(getattr(item, "id", "") or place + 1)


def _key_in_file(part: Struct, field: str) -> str:
    return part.__struct_encode_fields__[part.__struct_fields__.index(field)]


def _change(kind: Kind, path: Path, names: Names, old: Any, new: Any) -> Change:
    return Change(kind=kind, path=path, names=names, old=old, new=new)
