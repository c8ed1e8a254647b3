"""The data files that come with Troth, read like a policy file: YAML 1.2 without its traps, typed, nothing unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from troth.policy.text import Text
from troth.policy.yaml12 import read_yaml

Whole = TypeVar("Whole")


def read_data_file(path: Path, kind: type[Whole]) -> Whole:
    """Return what a data file says. Raises ValueError for one that is not sound: it is ours, so that is a defect."""
    document = read_yaml(path.read_bytes())
    if document.findings:
        first = document.findings[0]
        raise ValueError(f"{path.name}:{first.line}: {first.what}")
    return msgspec.convert(document.values, kind, dec_hook=as_text)


def as_text(kind: type, value: Any) -> Any:
    """Return a text by language as `Text`; msgspec asks for the types it does not know."""
    if kind is Text:
        return Text(value)
    raise NotImplementedError(kind.__name__)
