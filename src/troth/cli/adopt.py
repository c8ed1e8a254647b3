"""`troth adopt`: read a privacy policy that is prose into a policy file, and say what is wrong with it (clause 0)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from troth.cli.check import summary
from troth.errors import UnusableInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troth.policy import Finding
    from troth.policy.adopt import Adopted

_MOST_SIGNS = 160


def adopt(
    text: Annotated[Path, typer.Argument(help="The policy as plain text, Markdown or HTML.", metavar="TEXT")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Where the policy file goes; without it, to the output.")
    ] = None,
    output: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
    law: Annotated[
        list[str] | None,
        typer.Option("--law", help="A law that applies, where the text names none."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
) -> None:
    """Read a policy's text into a policy file. Nothing is invented: what the text does not say stays empty.

    Exit 0: read, whatever was found; 2: it cannot be read, or the file exists already.
    """
    from troth.policy.adopt import adopt_file

    if out is not None and out.exists() and not force:
        raise UnusableInput("this file exists already and is kept", "choose another name, or add --force", str(out))
    if out is not None and text.exists() and out.exists() and out.samefile(text):
        raise UnusableInput("this is the text itself", "choose another name for the policy file", str(out))
    adopted = adopt_file(text, _known(law or []))
    checked = _check(adopted, out)
    if out is not None:
        _write(adopted.policy, out)
    if output == "json":
        typer.echo(_as_json(adopted, out, checked))
        return
    if out is None:
        typer.echo(adopted.policy, nl=False)
    for line in _report(adopted, out, checked):
        typer.echo(line, err=out is None)


def _known(laws: list[str]) -> list[str]:
    """Return the laws, all of which have a pack."""
    from typing import get_args

    from troth.policy.findings import one_of
    from troth.policy.words import LawPack

    for law in laws:
        if law not in get_args(LawPack):
            raise UnusableInput(f'there is no law pack "{law}"', f"use one of: {one_of(get_args(LawPack))}", "--law")
    return laws


def _check(adopted: Adopted, out: Path | None) -> Sequence[Finding]:
    """Return what `check` says of the new file: that of the loader, if what is empty keeps it from being loaded."""
    from troth.policy import PolicyErrors, check_policy
    from troth.policy.load import load_policy_text

    try:
        return check_policy(load_policy_text(adopted.policy, str(out or "policy.yaml")))
    except PolicyErrors as errors:
        return errors.findings


def _write(policy: str, out: Path) -> None:
    """Write the file whole or not at all."""
    half = out.with_name(f".{out.name}.half")
    try:
        half.write_text(policy, encoding="utf-8")
        half.replace(out)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise UnusableInput(f"cannot write it: {error.strerror}", "choose another place for --out", str(out)) from None


def _report(adopted: Adopted, out: Path | None, checked: Sequence[Finding]) -> Iterator[str]:
    name = str(out or "policy.yaml")
    yield f"read {adopted.file}" + (f", wrote {out}" if out else "")
    yield ""
    yield f"The text itself: {summary(adopted.findings)}"
    yield from _findings(adopted.file, adopted.findings)
    yield f"Sentences that gave nothing ({len(adopted.unplaced)}); read them, they may hold promises:"
    for left in adopted.unplaced:
        mark = "denied " if left.is_denied else ""
        yield f"  {adopted.file}:{left.line}: {mark}“{_short(left.text)}”"
    unknown = [remark for remark in adopted.remarks if remark.kind.startswith(("unknown", "unread"))]
    for remark in unknown:
        yield f"  {adopted.file}:{remark.source.line}: not known to Troth: “{_short(remark.words)}”"
    yield ""
    yield f"What the text leaves out ({len(adopted.left_out)}), empty in the file:"
    yield from (f"  {key}" for key in adopted.left_out)
    yield ""
    yield f"The file: {summary(checked)}"
    yield from _findings(name, checked)


def _findings(file: str, findings: Sequence[Finding]) -> Iterator[str]:
    for found in findings:
        yield f"{found.level}: {file}:{found.line}: {found.what} [{found.rule}]"
        yield f"why:   {found.why} ({found.clause})"
        yield f"fix:   {found.fix}"
    yield ""


def _short(words: str) -> str:
    return words if len(words) <= _MOST_SIGNS else f"{words[:_MOST_SIGNS]}…"


def _as_json(adopted: Adopted, out: Path | None, checked: Sequence[Finding]) -> str:
    import msgspec

    from troth.policy.shape import dotted

    answer = msgspec.to_builtins(adopted)
    rows = [{**msgspec.to_builtins(found), "path": dotted(found.path)} for found in checked]
    answer |= {"out": str(out) if out else None, "check": rows, "summary": summary(checked)}
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()
