"""Policies that somebody edited at random, and that still load: what properties of policy files start from."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

from troth.policy import Loaded, PolicyErrors, load_policy_text

ROOT = Path(__file__).parents[2]
BEGINNINGS = (ROOT / "tests/golden/policy-small.yaml", ROOT / "src/troth/demo/policy.yaml")
TEXTS = [
    "", " ", "~", "no", "off", "null", "true", "010", "0o7", "0x1F", "1e3", ".5", "12:30", "2026-02-30", "2026-08-31",
    "- item", "key: value", "#x", "a #b", "'", '"', "\\", "%", "@", "!", "&a", "*a", "{}", "[x", "|", ">", "?", "<<",
    "a\nb", "a\n\n\nb\n", "\n", " lead", "trail ", "tab\tin", "a\rb", "\u0085", "\u2028", "\ufeff", "中文，标点。",
    "😀", "Café", "x" * 300, "word " * 60, "a:b", "a: b\nc: d", "  two\n one\n", "...", "---", "\x07", "=", "\u00a0",
    "`",
]  # fmt: skip


@cache
def beginning(number: int) -> Any:
    return json.loads(load_policy_text(BEGINNINGS[number].read_bytes()).canonical)


def edited_once(random: Random, values: Any) -> Any:
    """Return a copy of the values with one thing changed somewhere, which may be no policy any more."""
    values = copy.deepcopy(values)
    group = random.choice(list(_groups(values)))
    if isinstance(group, list):
        _edit_list(random, group)
    else:
        _edit_mapping(random, group)
    return values


def edited(seed: int, most: int = 8, first: int | None = None) -> Loaded:
    """Return a policy that loads, some random edits away from a good one; `first` chooses which good one."""
    random = Random(seed)
    values = beginning(random.randrange(len(BEGINNINGS)) if first is None else first)
    for _ in range(random.randint(1, most)):
        values = loadable(random, values)
    return load_policy_text(json.dumps(values, ensure_ascii=False))


def loadable(random: Random, values: Any) -> Any:
    """Return the values after one more edit, or as they are if that edit left no policy."""
    after = edited_once(random, values)
    try:
        load_policy_text(json.dumps(after, ensure_ascii=False))
    except PolicyErrors:
        return values
    return after


policies = st.integers(0, 2**32).map(edited)


def _groups(values: Any) -> Any:
    """Yield every non-empty group and list, itself included."""
    if isinstance(values, (dict, list)) and values:
        yield values
        for value in values.values() if isinstance(values, dict) else values:
            yield from _groups(value)


def _edit_list(random: Random, items: list[Any]) -> None:
    place = random.randrange(len(items))
    match random.randrange(5):
        case 0:
            del items[place]
        case 1:
            items.insert(random.randrange(len(items) + 1), copy.deepcopy(items[place]))
        case 2:
            random.shuffle(items)
        case 3:
            items.insert(place, random.choice(TEXTS))
        case _:
            items[place] = _other(random, items[place])


def _edit_mapping(random: Random, group: dict[str, Any]) -> None:
    key = random.choice(list(group))
    match random.randrange(5):
        case 0:
            del group[key]
        case 1:
            group[random.choice(TEXTS) or "new"] = group.pop(key)
        case 2:
            group[f"{key}_2"] = copy.deepcopy(group[key])
        case _:
            group[key] = _other(random, group[key])


def _other(random: Random, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + random.choice([-1, 1, 100])
    if isinstance(value, str):
        words = value.split(" ")
        random.shuffle(words)
        return random.choice([random.choice(TEXTS), " ".join(words), value + random.choice(TEXTS)])
    return value
