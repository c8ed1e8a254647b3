"""`troth bases`: which purpose stands on what, now or at any past moment (clause 3)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from troth.cli.serve import setting
from troth.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from troth.app.standing import PurposeStands


def bases(
    folder: Annotated[Path | None, typer.Argument(help="The data folder.", metavar="DIR", show_default=False)] = None,
    at: Annotated[
        str | None, typer.Option(help="Another moment than now: 2026-02-23T23:50+08:00.", metavar="MOMENT")
    ] = None,
    register: Annotated[str | None, setting("register")] = None,
    output: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
) -> None:
    """Show what each purpose stands on: consent, or which case, on what evidence, called on by whom. Changes nothing.

    A purpose for emergencies or orders stands on nothing, and cannot be used, until somebody calls on its case.
    """
    settings = read_settings({"data": folder, "register": register})
    from troth.app.standing import what_stands

    moment = _moment(at)
    purposes = what_stands(settings, moment)
    if output == "json":
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode({"at": moment, "purposes": purposes}), indent=2).decode())
    else:
        typer.echo("\n".join(line for purpose in purposes for line in _lines(purpose)))


def _lines(stands: PurposeStands) -> Iterator[str]:
    head = f"{stands.purpose:<16} {stands.basis:<20}"
    if stands.basis == "consent":
        yield f"{head} whoever consents"
    elif not stands.events:
        yield f"{head} nothing stands: it cannot be used"
    for event in stands.events:
        until = "" if event.until is None else f" until {event.until:%Y-%m-%d %H:%M} UTC"
        yield f"{head} {event.about}, since {event.start:%Y-%m-%d %H:%M} UTC{until}, by {event.actor}"
        yield f"{'':<37} {event.evidence}"
        yield f"{'':<37} {event.event_id}"


def _moment(text: str | None) -> datetime:
    """Return the moment asked for, now by default."""
    from datetime import datetime

    from troth.clock import SystemClock
    from troth.clock.moments import in_utc
    from troth.errors import UnusableInput

    if text is None:
        return SystemClock().now()
    try:
        return in_utc(datetime.fromisoformat(text))
    except ValueError:
        raise UnusableInput(f'"{text}" is not a moment', "write it with its offset: 2026-02-23T23:50+08:00") from None
