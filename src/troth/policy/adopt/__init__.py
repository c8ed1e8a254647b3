"""Turn a privacy policy that is prose into a policy file, without inventing anything (clause 0).

read -> sections -> sentences -> stances -> recognisers -> `Reading` -> policy file, findings, and what is left.
No network, no model: the same text gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from troth.errors import UnusableInput
from troth.policy.adopt.findings import prose_findings
from troth.policy.adopt.negation import is_denied
from troth.policy.adopt.outline import outline
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.read import read_blocks
from troth.policy.adopt.read.decode import MAX_BYTES
from troth.policy.adopt.reading import Reading, Remark, Source
from troth.policy.adopt.subjects import recognise
from troth.policy.adopt.write import write_policy
from troth.policy.findings import Finding

__all__ = ["Adopted", "Reading", "Unplaced", "adopt", "adopt_file"]


class Unplaced(Struct, frozen=True):
    """A sentence that gave no value. `denied`: it denies something, so there was nothing to take."""

    line: int
    text: str
    is_denied: bool


class Adopted(Struct, frozen=True):
    """A text as a policy file, with everything a person has to look at.

    policy    the policy file; every line names its sentence
    told      the values by key, without sources
    left_out  keys that the text says nothing about
    remarks   what was seen and not taken: duplicates, open ends, unknown facts, a second answer
    """

    file: str
    policy: str
    told: dict[str, Any]
    findings: tuple[Finding, ...]
    unplaced: tuple[Unplaced, ...]
    left_out: tuple[str, ...]
    remarks: tuple[Remark, ...]


def adopt_file(path: Path, laws: Sequence[str] = ()) -> Adopted:
    """Read one file. Raises UnusableInput if it cannot be opened or holds no readable text."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnusableInput(f"cannot open it: {error.strerror}", "name the policy's text", str(path)) from None
    return adopt(raw, str(path), laws)


def adopt(raw: bytes, file: str = "policy.txt", laws: Sequence[str] = ()) -> Adopted:
    """Return a text as a policy file. `laws` are named by whoever asks, for texts that name none."""
    prose = Prose(read_blocks(raw, file))
    reading = recognise(prose)
    written = write_policy(prose, reading, laws)
    return Adopted(
        file=file,
        policy=written.text,
        told=outline(reading),
        findings=tuple(prose_findings(prose, reading)),
        unplaced=tuple(_unplaced(prose, reading)),
        left_out=written.left_out,
        remarks=tuple(reading.remarks),
    )


def _unplaced(prose: Prose, reading: Reading) -> list[Unplaced]:
    """Return the sentences that no recogniser took anything from, in their order."""
    seen = {value.source for value in reading.values.values()}
    return [
        Unplaced(sentence.line, sentence.text, is_denied(sentence.said))
        for sentence in prose.sentences
        if sentence.place not in reading.placed and Source(sentence.line, sentence.text) not in seen
    ]
