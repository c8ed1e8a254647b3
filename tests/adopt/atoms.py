"""Compares what was read out of a text with what a careful reader found, value by value (see README.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from troth.policy.adopt.outline import outline
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.read import read_blocks
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.subjects import recognise

HERE = Path(__file__).parent
Atom = tuple[str, ...]

# What Troth also reads and the reader's notes have no key for: the detail of a row, or what only the file needs.
_NO_KEY = {("minors",), ("cookies", "content"), ("cookies", "consent"), ("sdks", "data_text")}
# Where the notes of one text name this and those of another leave it out, it is judged only where it is named.
_IF_NAMED = {"purpose", "scene", "method", "company", "egress", "statement_url", "data", "officer"}


class Score(Struct, frozen=True):
    """How one reading compares: what is right, what was invented, what was missed."""

    right: set[Atom]
    invented: set[Atom]
    missed: set[Atom]
    unjudged: set[Atom]

    @property
    def precision(self) -> float:
        return len(self.right) / max(1, len(self.right) + len(self.invented))

    @property
    def recall(self) -> float:
        return len(self.right) / max(1, len(self.right) + len(self.missed))


def read(path: Path) -> Reading:
    """Read one text."""
    return recognise(Prose(read_blocks(path.read_bytes(), path.name)))


def expected_of(name: str, folder: Path = HERE / "expected") -> dict[str, Any]:
    """Return the reader's notes on one text."""
    loaded: dict[str, Any] = yaml.safe_load((folder / f"{name}.yaml").read_text("utf-8"))
    return loaded


def score(reading: Reading, expected: Mapping[str, Any]) -> Score:
    """Compare a reading with the notes."""
    wanted = set(_atoms(expected))
    found = {
        atom for atom in _atoms(outline(reading)) if atom[:1] not in _NO_KEY and (atom[0], atom[-2]) not in _NO_KEY
    }
    named = {(atom[0], *_row(atom)) for atom in wanted}
    extra = found - wanted
    unjudged = {atom for atom in extra if _row(atom)[-1] in _IF_NAMED and (atom[0], *_row(atom)) not in named}
    unjudged -= {atom for atom in unjudged if ".".join(_row(atom)) in set(expected.get("absent", ()))}
    return Score(found & wanted, extra - unjudged, wanted - found, unjudged)


def _row(atom: Atom) -> Atom:
    """Return an atom without its value: the places it fills."""
    return atom[1:-1] or ("",)


def _atoms(told: Mapping[str, Any]) -> Iterator[Atom]:
    for name, value in told.items():
        if name != "absent":
            yield from _of(value, (name,))


def _of(value: Any, path: Atom) -> Iterator[Atom]:
    """Yield one atom for each single value; what is empty says nothing. Rows are named by product or name."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _of(item, (*path, str(key)))
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, Mapping):
                yield from _of(item, (*path, str(item.get("product") or item.get("name"))))
            else:
                yield (*path, str(item))
    elif value is not None and value != "":
        yield (*path, str(msgspec.to_builtins(value)))
