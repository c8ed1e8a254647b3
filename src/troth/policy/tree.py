"""A policy as plain values and back: what it says with every default written out (clause 12)."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct, structs

from troth.policy.model import Policy
from troth.policy.text import Text


def tree_of(part: Any, left_out: bool = True) -> Any:
    """Return a policy, or a part of one, as plain groups, lists, texts and numbers; keys as in the file.

    left_out   whether to include what a file may leave out because it holds anyway
    """
    if isinstance(part, Struct):
        pairs = [(field, getattr(part, field.name)) for field in structs.fields(part)]
        return {
            field.encode_name: tree_of(value, left_out)
            for field, value in pairs
            if left_out or field.required or value != _default(field)
        }
    if isinstance(part, dict):
        return {key: tree_of(value, left_out) for key, value in part.items()}
    if isinstance(part, (tuple, list)):
        return [tree_of(value, left_out) for value in part]
    return part.isoformat() if isinstance(part, date) else part


def policy_of(tree: Any) -> Policy:
    """Return the policy that plain values say. Raises msgspec.ValidationError where they say none."""
    return msgspec.convert(tree, Policy, dec_hook=_text)


def _default(field: structs.FieldInfo) -> Any:
    return field.default if field.default is not NODEFAULT else field.default_factory()


def _text(kind: type, value: Any) -> Any:
    if kind is Text:
        return Text(value)
    raise NotImplementedError(f"no such type in a policy: {kind.__name__}")
