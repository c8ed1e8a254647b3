"""`troth check`: what in a policy file would break a promise, where, why, and what to do (clauses 1, 2, 3 and 12)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from troth.policy import Finding
    from troth.policy.law import Decided


def check(
    policy: Annotated[Path, typer.Argument(help="The policy file.", metavar="POLICY")],
    output: Annotated[Literal["text", "json", "sarif"], typer.Option("--format", help="How to print it.")] = "text",
    strict: Annotated[bool, typer.Option("--strict", help="Count warnings as errors.")] = False,
) -> None:
    """Say what is wrong with a policy file. Exit 0: it can go live, 1: findings, 2: it cannot be read."""
    from troth.notice.weight import check_script
    from troth.policy import PolicyErrors, check_policy, load_policy
    from troth.policy.law import law_of

    try:
        loaded = load_policy(policy)
    except PolicyErrors as errors:
        _print(policy, "", errors.findings, {}, output)
        raise typer.Exit(2) from None
    findings = check_policy(loaded)
    if not any(found.level == "error" for found in findings):
        findings += check_script(loaded)
    _print(policy, loaded.hash, findings, law_of(loaded.policy).decided, output)
    stopping = ("error", "warning") if strict else ("error",)
    if any(found.level in stopping for found in findings):
        raise typer.Exit(1)


def _print(
    file: Path, policy_hash: str, findings: Sequence[Finding], decided: Mapping[str, Decided], output: str
) -> None:
    if output == "json":
        typer.echo(_as_json(file, policy_hash, findings, decided))
        return
    if output == "sarif":
        from troth import __version__
        from troth.policy.sarif import as_sarif

        typer.echo(as_sarif(file, findings, __version__))
        return
    for found in findings:
        typer.echo(f"{found.level}: {file}:{found.line}: {found.what} [{found.rule}]")
        typer.echo(f"why:   {found.why} ({found.clause})")
        typer.echo(f"fix:   {found.fix}\n")
    for line in law_table(decided):
        typer.echo(line)
    typer.echo(f"{file}: {summary(findings)}")


def law_table(decided: Mapping[str, Decided]) -> Iterator[str]:
    """Yield the fields that have words, each with its value, the pack that decided it and where that stands (X-09)."""
    from troth.words import WORDS, say

    rows = [
        (say(f"law.{name}", "en"), one.said, one.pack, one.source)
        for name, one in decided.items()
        if f"law.{name}" in WORDS
    ]
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    yield f"{say('law.head', 'en')}:"
    for row in rows:
        yield "  " + "  ".join([*(words.ljust(width) for words, width in zip(row, widths, strict=False)), row[3]])
    yield ""


def summary(findings: Sequence[Finding]) -> str:
    """Return the last line: `2 errors, 1 warning, no notes`."""
    counts = []
    for level in ("error", "warning", "note"):
        number = sum(found.level == level for found in findings)
        counts.append(f"{number or 'no'} {level}{'' if number == 1 else 's'}")
    return ", ".join(counts)


def _as_json(file: Path, policy_hash: str, findings: Sequence[Finding], decided: Mapping[str, Decided]) -> str:
    import msgspec

    from troth.policy.shape import dotted

    rows = [{**msgspec.to_builtins(found), "path": dotted(found.path)} for found in findings]
    answer: dict[str, object] = {
        "file": str(file),
        "hash": policy_hash,
        "findings": rows,
        "law": list(decided.values()),
    }
    answer["summary"] = summary(findings)
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
