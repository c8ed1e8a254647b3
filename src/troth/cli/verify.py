"""`troth verify`: was the ledger altered, cut or rewritten, and does a receipt fit it (clause 7, security rule 30)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from troth.cli.serve import setting
from troth.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troth.app.witness import Found, Watch
    from troth.ledger import Problem

SHOW_AFTER_S = 1.0
Files = list[Path] | None


def verify(
    folder: Annotated[Path | None, typer.Argument(help="The data folder.", metavar="DIR", show_default=False)] = None,
    checkpoint: Annotated[
        Files, typer.Option(help="A head that left the machine: a note, or a receipt.", metavar="FILE")
    ] = None,
    receipt: Annotated[Files, typer.Option(help="A receipt to be checked in every part.", metavar="FILE")] = None,
    keys: Annotated[
        Path | None, typer.Option(help="The site's troth-keys.json; by default the key file's keys.", metavar="FILE")
    ] = None,
    register: Annotated[str | None, setting("register")] = None,
    key_file: Annotated[Path | None, setting("key_file")] = None,
    output: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
) -> None:
    """Recompute the ledger in DIR and hold every signed head against it; also while a house runs. Changes nothing.

    With receipts alone, checks only them. Exit 0: everything fits, 1: something does not, 2: nothing to verify.
    """
    settings = read_settings({"data": folder, "register": register, "key_file": key_file})
    from troth.app.witness import verify as verify_all

    with_ledger = folder is not None or register is not None or bool(checkpoint) or not receipt
    with _Progress() as progress:
        found = verify_all(
            settings,
            keys_file=keys,
            checkpoints=checkpoint or (),
            receipts=receipt or (),
            with_ledger=with_ledger,
            watch=progress.watch(),
        )
    typer.echo(_as_json(found) if output == "json" else "\n".join(_lines(found)))
    if found.problems:
        raise typer.Exit(1)


def _lines(found: Found) -> Iterator[str]:
    for file, checked in found.receipts:
        yield f"{file}: fits; issued {checked.issued_at:%Y-%m-%d %H:%M:%S} UTC, entry {checked.seq}"
    if found.problems:
        number = len(found.problems)
        yield f"not consistent: {number} finding{'s' if number > 1 else ''}, the first at {_place(found.problems[0])}"
        yield from (f"  {_place(problem)}: {problem.what}" for problem in found.problems)
    elif found.verdict is not None:
        yield from _good_lines(found)


def _place(problem: Problem) -> str:
    """Say which entries a node stands for: if it does not fit, either it or one of them was altered."""
    name, _, coordinates = problem.where.partition(" ")
    level, _, index = coordinates.partition("/")
    if name != "node" or not (level.isdigit() and index.isdigit()):
        return problem.where
    first = int(index) << int(level)
    return f"{problem.where}, over entries {first} to {first + (1 << int(level)) - 1}"


def _good_lines(found: Found) -> Iterator[str]:
    """Say no more than was shown: without a head from outside, nobody can say that nothing was rewritten."""
    assert found.verdict is not None  # noqa: S101  the caller looked
    for outside in found.verdict.attested:
        yield f"consistent, and contains what was attested at size {outside.head.size} ({outside.name})"
    if not found.verdict.attested:
        yield "consistent"
    yield f"{found.verdict.head.size} entries, root {_base64(found.verdict.head.root)}"
    if not found.verdict.attested:
        yield "Whoever holds the signing key could have rewritten it all: a head from outside would show it."
        yield "Give one with --checkpoint FILE: a receipt, or the head in a letter or mail."


def _as_json(found: Found) -> str:
    import msgspec

    answer: dict[str, Any] = {
        "consistent": not found.problems,
        "ledger": None,
        "receipts": [
            {"file": file, "entry": checked.seq, "issued_at": checked.issued_at, "keys": checked.keys}
            for file, checked in found.receipts
        ],
        "problems": found.problems,
    }
    if found.verdict is not None:
        head, attested = found.verdict.head, found.verdict.attested
        answer["ledger"] = {
            "entries": head.size,
            "root": _base64(head.root),
            "attested": [{"file": outside.name, "size": outside.head.size} for outside in attested],
        }
    return msgspec.json.format(msgspec.json.encode(answer), indent=2).decode()


def _base64(raw: bytes) -> str:
    import base64

    return base64.b64encode(raw).decode()


class _Progress:
    """A bar on stderr, once it has taken over a second."""

    def __init__(self) -> None:
        import time

        self._clock = time.monotonic
        self._began = self._clock()
        self._total = self._done = 0
        self._bar: Any = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def watch(self) -> Watch:
        """Return what the walk tells."""
        from troth.app.witness import Watch

        return Watch(self._begin, self._advance)

    def _begin(self, total: int) -> None:
        self._total = total

    def _advance(self, count: int) -> None:
        self._done += count
        if self._bar is None and self._clock() - self._began > SHOW_AFTER_S:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("entries", total=self._total)
            self._bar.start()
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done)
