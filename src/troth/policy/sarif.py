"""The findings of `troth check` as SARIF 2.1.0, for editors and for the pages where code is reviewed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from troth.policy.findings import Finding
from troth.policy.shape import dotted

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(file: Path, findings: Sequence[Finding], version: str) -> str:
    """Return one run with every finding; `version` is that of the program. A rule is described once."""
    rules = {found.rule: found for found in reversed(findings)}
    order = {rule: number for number, rule in enumerate(sorted(rules))}
    run = {
        "tool": {
            "driver": {
                "name": "troth check",
                "version": version,
                "rules": [_rule(rules[rule]) for rule in order],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(file, found, order[found.rule]) for found in findings],
    }
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _rule(found: Finding) -> dict[str, Any]:
    return {
        "id": found.rule,
        "shortDescription": {"text": f"{found.rule}: {found.why}"},
        "help": {"text": f"Rests on {found.clause}. See docs/reference/rules/{found.rule}.md."},
        "defaultConfiguration": {"level": found.level},
        "properties": {"restsOn": found.clause},
    }


def _result(file: Path, found: Finding, index: int) -> dict[str, Any]:
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(file)}, "region": {"startLine": found.line}}
    }
    if found.path:
        place["logicalLocations"] = [{"fullyQualifiedName": dotted(found.path), "kind": "member"}]
    return {
        "ruleId": found.rule,
        "ruleIndex": index,
        "level": found.level,
        "message": {"text": f"{found.what}\nwhy: {found.why}\nfix: {found.fix}"},
        "locations": [place],
        "partialFingerprints": {"place/v1": _fingerprint(found)},
    }


def _uri(file: Path) -> str:
    """Return a path as SARIF wants it: relative ones stay so, absolute ones become file: addresses."""
    from urllib.parse import quote

    return file.as_uri() if file.is_absolute() else quote(file.as_posix())


def _fingerprint(found: Finding) -> str:
    """Return what makes a finding the same one after lines moved: its rule, its place and what it says."""
    return hashlib.sha256("\n".join((found.rule, dotted(found.path), found.what)).encode()).hexdigest()[:32]
