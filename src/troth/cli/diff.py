"""`troth diff`: what a new version of a policy says differently, in words or as JSON (clause 10)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from troth.policy import Loaded
    from troth.policy.difference import Difference


def diff(
    old: Annotated[Path, typer.Argument(help="The policy as it was.", metavar="OLD")],
    new: Annotated[Path, typer.Argument(help="The policy as it is to be.", metavar="NEW")],
    output: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
    language: Annotated[Literal["zh-CN", "en"], typer.Option("--language", help="In which language.")] = "en",
) -> None:
    """Say what differs between two policies. Exit 0: they promise the same, 1: they differ, 2: one cannot be read."""
    from troth.policy import load_policy
    from troth.policy.diff import diff as compare

    was, now = load_policy(old), load_policy(new)
    difference = compare(was.policy, now.policy)
    typer.echo(
        _as_json(was, now, difference, language) if output == "json" else _as_text(was, now, difference, language)
    )
    if difference:
        raise typer.Exit(1)


def _as_text(was: Loaded, now: Loaded, difference: Difference, language: Literal["zh-CN", "en"]) -> str:
    from troth.policy.diff_words import difference_in_words
    from troth.words import say

    lines = [f"{_name(was)} → {_name(now)}", *difference_in_words(difference, language)]
    if difference:
        end = say("diff.count", language, number=len(difference.changes))
    else:
        end = say("diff.same" if was.hash == now.hash else "diff.written", language)
    return "\n".join([*lines, end])


def _name(loaded: Loaded) -> str:
    return f"{loaded.file} ({loaded.policy.id} {loaded.policy.version}, {loaded.hash[:12]})"


def _as_json(was: Loaded, now: Loaded, difference: Difference, language: Literal["zh-CN", "en"]) -> str:
    import msgspec

    from troth.policy.diff_words import change_in_words
    from troth.policy.difference import as_values

    steps = [
        {**step, "said": change_in_words(change, language)}
        for step, change in zip(as_values(difference), difference.changes, strict=True)
    ]
    whole = {"old": _identity(was), "new": _identity(now), "same": not difference, "changes": steps}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def _identity(loaded: Loaded) -> dict[str, Any]:
    policy = loaded.policy
    return {"file": loaded.file, "id": policy.id, "version": policy.version, "hash": loaded.hash}
