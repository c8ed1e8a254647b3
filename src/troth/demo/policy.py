"""The demo's policy file, for the port it listens on and a day on which three months of history lie behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

IN_FORCE_FOR_DAYS = 120
NOTICE_DAYS = 31


def demo_policy_text() -> str:
    """Return the policy as it is shipped."""
    return resources.files("troth.demo").joinpath("policy.yaml").read_text("utf-8")


def write_demo_policy(path: Path, origins: Sequence[str], today: date | None = None) -> Path:
    """Write the policy with these origins; with `today`, made so that it has been in force for four months.

    A file that is there is kept as it is, except for its origins: its version must not change between two starts.
    """
    text = path.read_text("utf-8") if path.exists() else _dated(demo_policy_text(), today)
    line = f"  origins: [{', '.join(origins)}]"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(re.sub(r"(?m)^  origins: \[.*\]$", line, text), encoding="utf-8")
    return path


def _dated(text: str, today: date | None) -> str:
    if today is None:
        return text
    effective = today - timedelta(days=IN_FORCE_FOR_DAYS)
    issued = effective - timedelta(days=NOTICE_DAYS)
    text = re.sub(r"(?m)^  issued: .*$", f"  issued: {issued}", text)
    return re.sub(r"(?m)^  effective: .*$", f"  effective: {effective}", text)
