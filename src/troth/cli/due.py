"""`troth due`: the last day to answer what was received on a day (C8.2-03)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from troth.errors import UnusableInput

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from troth.clock import Due


def due(
    received: Annotated[
        str, typer.Argument(help="Day of arrival, 2026-02-23, or its moment, 2026-02-23T23:50+08:00.", metavar="DAY")
    ],
    working_days: Annotated[int, typer.Option(help="Working days to answer in.")] = 15,
    calendar: Annotated[str, typer.Option(help="Whose working days.")] = "cn",
    overlay: Annotated[Path | None, typer.Option(help="File with days announced since.", metavar="FILE")] = None,
    zone: Annotated[str, typer.Option(help="Time zone of the policy.")] = "Asia/Shanghai",
    output: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
) -> None:
    """Print the last day to answer a request received on DAY, which itself is not counted."""
    from troth.clock import WorkCalendar
    from troth.clock import due as due_on_calendar

    answer = due_on_calendar(_received(received), working_days, WorkCalendar.load(calendar, overlay), _zone(zone))
    _print(answer, output)


def _print(answer: Due, output: str) -> None:
    """Show the day alone on the first line; why it is provisional goes to stderr."""
    if output == "json":
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
    else:
        typer.echo(answer.due_on.isoformat())
    if answer.provisional:
        typer.echo(
            f"provisional: the {answer.calendar} calendar is known through {answer.known_through}; "
            "this is the earliest day it can be. Name later notices with --overlay.",
            err=True,
        )


def _received(text: str) -> date | datetime:
    """Read a day, or a moment with its offset."""
    from datetime import date, datetime

    try:
        return date.fromisoformat(text) if len(text) == len("2026-02-23") else datetime.fromisoformat(text)
    except ValueError:
        raise UnusableInput(
            f'"{text}" is not a day', "write 2026-02-23, or a moment as 2026-02-23T23:50+08:00"
        ) from None


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnusableInput(f'no time zone "{name}"', "use a name such as Asia/Shanghai") from None
