"""What is wrong with a policy file, where, why and what to do: one `Finding` each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from troth.errors import PolicyError

Level = Literal["error", "warning", "note"]
Path = tuple[str | int, ...]


class Finding(Struct, frozen=True, kw_only=True):
    """One thing a rule found in a policy file.

    rule    stable id, `T2-03`: the clause, then a number that is never used for another rule
    path    where in the file: ("facts", "ip", "retention")
    why     what goes wrong for a person if it stays; clause: the duty or article it rests on
    """

    rule: str
    level: Level
    line: int
    path: Path
    what: str
    why: str
    fix: str
    clause: str


class PolicyErrors(PolicyError):
    """Everything that keeps one policy file from being loaded, at once; `findings` holds each with its line."""

    def __init__(self, file: str, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(first.what, first.fix, f"{file}:{first.line}")
        self.file = file
        self.findings = tuple(findings)

    def __str__(self) -> str:
        return "\n".join(
            f"error: {self.file}:{found.line}: {found.what}\nfix:   {found.fix}" for found in self.findings
        )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like `word`, or None if none is near."""
    from difflib import get_close_matches  # only needed once something is wrong; 5 ms of every start

    names = list(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return near[0]
    same = [name for name in names if name.casefold() == word.casefold()]
    return same[0] if same else None


def one_of(words: Iterable[str], most: int = 8) -> str:
    """Return the words as a short list for a hint: `a, b, c, … (12 in all)`."""
    names = list(words)
    if not names:
        return "nothing yet"
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown}, … ({len(names)} in all)"
