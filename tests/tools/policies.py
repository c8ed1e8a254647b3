"""The demo's policy, and the same with a few things changed: what tests of rules start from."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from troth.policy import Finding, Loaded, check_policy, load_policy, load_policy_text

DEMO = Path(__file__).parents[2] / "src/troth/demo/policy.yaml"
GONE = object()
"""As a new value: the key is taken out."""


@cache
def demo() -> Loaded:
    return load_policy(DEMO)


def changed(*changes: tuple[str, Any]) -> Loaded:
    """Return the demo's policy with values changed: `("facts.ip.purposes", [])`, keys divided by dots or slashes."""
    values = copy.deepcopy(json.loads(demo().canonical))
    for place, value in changes:
        *parents, last = place.split("/") if "/" in place else place.split(".")
        group = values
        for key in parents:
            group = group[int(key)] if isinstance(group, list) else group[key]
        if value is GONE:
            del group[int(last) if isinstance(group, list) else last]
        elif isinstance(group, list):
            group[int(last)] = value
        else:
            group[last] = value
    return load_policy_text(json.dumps(values, ensure_ascii=False, indent=1))


def findings(*changes: tuple[str, Any]) -> list[Finding]:
    """Return what the rules find in the demo's policy so changed."""
    return check_policy(changed(*changes))


def rules(*changes: tuple[str, Any]) -> set[str]:
    """Return the ids of the rules that find something in the demo's policy so changed."""
    return {found.rule for found in findings(*changes)}
