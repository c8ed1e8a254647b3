"""The operator's overlay file: days a notice announced before we did (design 3.7).

JSON or YAML with four keys and nothing else:

    known_through: 2027-12-31          # the last day this file answers for
    weekday_off:  [2027-01-01, ...]    # Mondays to Fridays that are holidays
    weekend_on:   [2027-02-13, ...]    # Saturdays and Sundays that are working days
    source: the notice and where to read it

Its days are added to the published ones. The file is read as a tree of words, never as objects.
"""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from troth.clock.moments import is_weekend
from troth.errors import ClockError

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

KEYS = ("known_through", "weekday_off", "weekend_on", "source")
SIZE_LIMIT_BYTES = 65_536
_SHAPE = f"write the four keys {', '.join(KEYS)}"


class Overlay(msgspec.Struct, frozen=True):
    """Announced days, from the operator."""

    known_through: date
    weekday_off: frozenset[date]
    weekend_on: frozenset[date]
    source: str


def read_overlay(path: Path, known_from: date) -> Overlay:
    """Return the overlay in a file. Raises ClockError naming file, line and remedy.

    known_from   first day of the calendar it extends; earlier days are refused
    """
    return _Reader(str(path), known_from).read(_root(path))


def _root(path: Path) -> MappingNode:
    """Return the file's top mapping as nodes, which keep the line numbers."""
    import yaml

    try:
        source = path.read_bytes()
    except OSError as trouble:
        reason = (trouble.strerror or "cannot be read").lower()
        raise ClockError(f"overlay: {reason}", "give the path of a readable file", str(path)) from None
    if len(source) > SIZE_LIMIT_BYTES:
        raise ClockError(f"overlay is larger than {SIZE_LIMIT_BYTES} bytes", _SHAPE, str(path))
    try:
        node = yaml.compose(source.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as trouble:
        line = trouble.problem_mark.line + 1 if trouble.problem_mark else 1
        raise ClockError(f"overlay is not YAML or JSON: {trouble.problem}", _SHAPE, f"{path}:{line}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise ClockError("overlay is not YAML or JSON in UTF-8", _SHAPE, str(path)) from None
    if not isinstance(node, yaml.MappingNode):
        raise ClockError("overlay is not a mapping", _SHAPE, str(path))
    return node


class _Reader:
    """Reads the four keys and remembers where it is."""

    def __init__(self, path: str, known_from: date) -> None:
        self.path = path
        self.known_from = known_from

    def read(self, root: MappingNode) -> Overlay:
        found = self._keys(root)
        through = self._day(found["known_through"])
        return Overlay(
            known_through=through,
            weekday_off=self._days("weekday_off", found["weekday_off"], through),
            weekend_on=self._days("weekend_on", found["weekend_on"], through),
            source=self._source(found["source"]),
        )

    def _keys(self, root: MappingNode) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, value in root.value:
            if not isinstance(key.value, str) or key.value not in KEYS:
                raise self._error(key, f'unknown key "{_short(key)}"', _nearest(key))
            if key.value in found:
                raise self._error(key, f'key "{key.value}" stands twice', "keep one of them")
            found[key.value] = value
        for name in KEYS:
            if name not in found:
                raise self._error(root, f'key "{name}" is missing', _SHAPE)
        return found

    def _days(self, name: str, node: Node, through: date) -> frozenset[date]:
        if node.tag != "tag:yaml.org,2002:seq":
            raise self._error(node, f'"{name}" is not a list', f"write {name}: [2027-01-01, ...]; [] for none")
        return frozenset(self._listed(name, item, through) for item in node.value)

    def _listed(self, name: str, node: Node, through: date) -> date:
        day = self._day(node)
        if is_weekend(day) != (name == "weekend_on"):
            wanted = "Saturdays and Sundays" if name == "weekend_on" else "Mondays to Fridays"
            raise self._error(node, f"{day} is a {day:%A}", f'list only {wanted} under "{name}"')
        if day > through:
            raise self._error(node, f"{day} is after known_through {through}", "raise known_through, or drop the day")
        return day

    def _day(self, node: Node) -> date:
        try:
            day = date.fromisoformat(node.value)
        except (TypeError, ValueError):
            day = None
        if day is None or str(day) != node.value:
            raise self._error(node, f'"{_short(node)}" is not a date', "write dates as 2027-02-13")
        if day < self.known_from:
            raise self._error(node, f"{day} is before the calendar's first day {self.known_from}", "drop the day")
        return day

    def _source(self, node: Node) -> str:
        text = node.value.strip() if isinstance(node.value, str) else ""
        if not text:
            raise self._error(node, '"source" is empty', "name the notice these days come from")
        return text

    def _error(self, node: Node, what: str, fix: str) -> ClockError:
        return ClockError(f"overlay: {what}", fix, f"{self.path}:{node.start_mark.line + 1}")


def _short(node: Node) -> str:
    return node.value[:40] if isinstance(node.value, str) else "a list or mapping"


def _nearest(key: Node) -> str:
    near = get_close_matches(_short(key), KEYS, n=1)
    return f'did you mean "{near[0]}"?' if near else _SHAPE
