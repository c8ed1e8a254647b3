"""The shapes of a policy file and of a law pack as JSON Schema, made from their models (clause 0, X-09)."""

from __future__ import annotations

from typing import Any

import msgspec

from troth.policy.model import Policy
from troth.policy.pack import Pack
from troth.policy.text import Text


def policy_schema() -> bytes:
    """Return the JSON Schema of the policy file, indented, ready to be written to a file."""
    return _schema_of(Policy, "A privacy policy that runs")


def pack_schema() -> bytes:
    """Return the JSON Schema of a law pack, indented, ready to be written to a file."""
    return _schema_of(Pack, "A law pack: what one law asks for, every statement with its source")


def _schema_of(kind: type, title: str) -> bytes:
    (schema,), parts = msgspec.json.schema_components([kind], schema_hook=_text_schema, ref_template="#/$defs/{name}")
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **schema,
        "$defs": parts,
    }
    return msgspec.json.format(msgspec.json.encode(whole, order="deterministic"), indent=2) + b"\n"


def _text_schema(kind: type) -> dict[str, Any]:
    if kind is Text:
        return {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "minProperties": 1,
            "description": "A text by language tag, in every language of the policy.",
        }
    raise NotImplementedError(kind.__name__)
