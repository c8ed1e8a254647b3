"""Write a policy as YAML that is read back as the same policy (clause 12): `load(dump(policy)) == policy`."""

from __future__ import annotations

import re
from typing import Any

import yaml

from troth.policy.load import Loaded
from troth.policy.model import Policy
from troth.policy.tree import tree_of
from troth.policy.yaml12 import read_yaml, scalar

_TAG = "tag:yaml.org,2002:"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINE_CHARS = 100
# Signs that a block of lines would show as they are, and our own reader refuses.
_ONLY_ESCAPED = re.compile("[\u0085\u2028\u2029\ufeff\r\t]")


def dump(policy: Policy | Loaded) -> bytes:
    """Return a policy as a file. Values equal to a default are left out, comments are not kept.

    Given what was loaded, every value that its file writes is written, defaults too, in the order of the file: the
    hash of the result is its hash. Origins put in its place later (`with_origins`) are not part of the file.
    """
    return dump_values(
        read_yaml(policy.source).values if isinstance(policy, Loaded) else tree_of(policy, left_out=False)
    )


def dump_values(values: Any) -> bytes:
    """Return plain values (groups, lists, texts, whole numbers, true, false, nothing) as YAML 1.2."""
    written: str = yaml.serialize(_node(values), Dumper=yaml.SafeDumper, allow_unicode=True, width=1 << 30)
    return written.encode()


def _node(value: Any) -> yaml.Node:
    if isinstance(value, dict):
        pairs = [(_text(key, is_key=True), _node(item)) for key, item in value.items()]
        return yaml.MappingNode(f"{_TAG}map", pairs, flow_style=_fits_a_line([*value, *value.values()]))
    if isinstance(value, list):
        return yaml.SequenceNode(f"{_TAG}seq", [_node(item) for item in value], flow_style=_fits_a_line(value))
    if value is None:
        return yaml.ScalarNode(f"{_TAG}null", "null")
    if isinstance(value, bool):
        return yaml.ScalarNode(f"{_TAG}bool", str(value).lower())
    if isinstance(value, int):
        return yaml.ScalarNode(f"{_TAG}int", str(value))
    return _text(value)


def _text(text: str, is_key: bool = False) -> yaml.ScalarNode:
    """Return a text: without quotes where YAML 1.2 reads it as text too, in a block where it has several lines."""
    if _DAY.fullmatch(text) and not is_key:
        return yaml.ScalarNode(f"{_TAG}timestamp", text)
    if _ONLY_ESCAPED.search(text) or not _stays_text(text):
        return yaml.ScalarNode(f"{_TAG}str", text, style='"')
    return yaml.ScalarNode(f"{_TAG}str", text, style="|" if "\n" in text and not is_key else None)


def _stays_text(text: str) -> bool:
    try:
        return isinstance(scalar(text), str)
    except ValueError:
        return False


def _fits_a_line(values: list[Any]) -> bool:
    """Return whether values are single ones, short enough together to stand in one line."""
    if any(isinstance(value, (dict, list)) or "\n" in str(value) for value in values):
        return not any(values)
    return sum(len(str(value)) + 4 for value in values) <= _LINE_CHARS
