"""Names in one part of the file that point to another part: purposes and retentions."""

from __future__ import annotations

from troth.policy.findings import Path, nearest, one_of
from troth.policy.rules.book import Notes


def check_purpose(notes: Notes, path: Path, name: str, who: str) -> None:
    """Check that a named purpose exists."""
    known = notes.policy.purposes
    if name not in known:
        near = nearest(name, known)
        fix = f'did you mean "{near}"?' if near else f"known purposes: {one_of(known)}"
        notes.add("T2-07", path, f'{who} names the purpose "{name}", which does not exist', fix)


def check_retention(notes: Notes, path: Path, name: str, who: str) -> None:
    """Check that a named retention exists."""
    known = notes.policy.retention
    if name not in known:
        near = nearest(name, known)
        fix = f'did you mean "{near}"?' if near else f"known retentions: {one_of(known)}"
        notes.add("T5-01", path, f'{who} names the retention "{name}", which does not exist', fix)
