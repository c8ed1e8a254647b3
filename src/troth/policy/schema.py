"""The shape of a policy file as JSON Schema, made from the model (clause 0)."""

from __future__ import annotations

from typing import Any

import msgspec

from troth.policy.model import Policy
from troth.policy.text import Text


def policy_schema() -> bytes:
    """Return the JSON Schema of the policy file, indented, ready to be written to a file."""
    (schema,), parts = msgspec.json.schema_components([Policy], schema_hook=_text_schema, ref_template="#/$defs/{name}")
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A privacy policy that runs",
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
