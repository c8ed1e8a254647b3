"""Load a policy file: values, lines, types and the hash that names this very policy (clause 12)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import msgspec
from msgspec import Struct, inspect, structs

from troth.errors import UnusableInput
from troth.policy.findings import Finding, PolicyErrors
from troth.policy.model import Policy
from troth.policy.shape import Shape
from troth.policy.text import Text
from troth.policy.yaml12 import MAX_BYTES, Document, Lines, Unreadable, read_yaml

FORMAT_VERSION = 1


class Loaded(Struct, frozen=True):
    """A policy with where it came from.

    hash       SHA-256 in hex of the canonical JSON of the values as written: comments, order, quoting, line ends
               and defaults left out do not change it, every value does
    canonical  those values as canonical JSON, the bytes that were hashed
    source     the bytes of the file, kept so that what was published can be shown again
    """

    policy: Policy
    lines: Lines
    hash: str
    source: bytes
    canonical: bytes
    file: str = "policy.yaml"

    def with_origins(self, origins: Sequence[str]) -> Loaded:
        """Return it for other origins. The hash stays: the port a demo listens on is no promise to anybody."""
        return structs.replace(self, policy=self.policy.with_origins(origins))


def load_policy(path: FilePath) -> Loaded:
    """Read, check the shape of, and type one policy file.

    Raises UnusableInput if it cannot be opened, PolicyErrors with every finding if it cannot be run.
    """
    try:
        with path.open("rb") as file:
            source = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnusableInput(f"cannot open it: {error.strerror}", "name an existing policy file", str(path)) from None
    return load_policy_text(source, str(path))


def load_policy_text(source: bytes | str, file: str = "policy.yaml") -> Loaded:
    """Load a policy from its text; `file` names it in findings."""
    raw = source.encode() if isinstance(source, str) else source
    try:
        document = read_yaml(raw)
    except Unreadable as error:
        raise PolicyErrors(file, [error.finding]) from None
    findings = [*document.findings, *_misshapen(document)]
    if findings:
        raise PolicyErrors(file, sorted(findings, key=lambda found: found.line))
    policy = msgspec.convert(document.values, Policy, dec_hook=_text)
    canonical = canonical_json(document.values)
    return Loaded(policy, document.lines, hashlib.sha256(canonical).hexdigest(), raw, canonical, file)


def canonical_json(values: Any) -> bytes:
    """Return values as canonical JSON: sorted keys, no white space, UTF-8, texts in NFC (the reader made them so)."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def _misshapen(document: Document) -> list[Finding]:
    version = document.values.get("troth") if isinstance(document.values, dict) else None
    if isinstance(version, int) and version != FORMAT_VERSION:
        return [_other_format(version, document.lines)]
    shape = Shape(document.lines)
    shape.compare(document.values, _shape_of_a_policy(), ())
    return shape.findings


@cache
def _shape_of_a_policy() -> inspect.Type:
    """Return the model as msgspec describes it; made once, since it takes longer than reading a small file."""
    return inspect.type_info(Policy)


def _other_format(version: int, lines: Lines) -> Finding:
    return Finding(
        rule="T0-15",
        level="error",
        line=lines.line_of(("troth",)),
        path=("troth",),
        what=f"the file has format version {version}, this Troth reads version {FORMAT_VERSION}",
        why="a file of another format may promise what this program does not know",
        fix=f"write troth: {FORMAT_VERSION}, or use the Troth that reads version {version}",
        clause="C0-03",
    )


def _text(kind: type, value: Any) -> Any:
    if kind is Text:
        return Text(value)
    raise NotImplementedError(f"no such type in a policy: {kind.__name__}")
