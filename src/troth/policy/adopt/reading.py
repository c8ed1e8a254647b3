"""What was read out of a text: every value with the sentence and line it comes from (clause 0)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from troth.policy.adopt.negation import Clause
from troth.policy.adopt.sentences import Sentence

Path = tuple[str, ...]


class Source(Struct, frozen=True):
    """Where a value stands: the line and the words."""

    line: int
    text: str


class Value(Struct, frozen=True):
    """One value and its source."""

    path: Path
    value: Any
    source: Source


class Remark(Struct, frozen=True):
    """Something seen on the way that is no value: a duplicate, an open end, a thing that is not understood."""

    kind: str
    words: str
    source: Source


class Reading:
    """Collects values. The first one stays; a second, different one for the same place is a remark."""

    def __init__(self) -> None:
        self.values: dict[Path, Value] = {}
        self.remarks: list[Remark] = []
        self.placed: set[int] = set()

    def put(self, path: Path, value: Any, source: Source | Sentence | Clause) -> None:
        """Take a value that the source says."""
        known = self.values.get(path)
        if known is None:
            self.values[path] = Value(path, value, source_of(source))
        elif known.value != value:
            self.remark("conflict", f"{'.'.join(path)}: {known.value} (line {known.source.line}), {value}", source)
        self.place(source)

    def place(self, source: Source | Sentence | Clause) -> None:
        """Note that a sentence was understood, though it gives no value of its own."""
        if isinstance(source, Clause):
            source = source.sentence
        if isinstance(source, Sentence):
            self.placed.add(source.place)
            if source.lead is not None:
                self.placed.add(source.lead.place)

    def remark(self, kind: str, words: str, source: Source | Sentence | Clause) -> None:
        """Note something that is no value."""
        found = Remark(kind, words, source_of(source))
        if found not in self.remarks:
            self.remarks.append(found)

    def get(self, *path: str) -> Any:
        """Return the value at a path, None if the text gives none."""
        known = self.values.get(path)
        return known.value if known else None

    def below(self, *path: str) -> Iterator[Value]:
        """Yield the values below a path, in the order they were read."""
        for key, value in self.values.items():
            if len(key) > len(path) and key[: len(path)] == path:
                yield value

    def keys(self, *path: str) -> list[str]:
        """Return the names right below a path."""
        return list(dict.fromkeys(value.path[len(path)] for value in self.below(*path)))


def source_of(source: Source | Sentence | Clause) -> Source:
    """Return line and words of whatever a value was read from."""
    if isinstance(source, Clause):
        source = source.sentence
    return source if isinstance(source, Source) else Source(source.line, source.text)
