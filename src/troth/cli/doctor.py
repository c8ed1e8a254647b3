"""`troth doctor`: what could keep a promise from being kept on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from troth.cli.serve import Number, Place, Text, setting
from troth.settings import BY_NAME, read_settings


def doctor(
    policy: Annotated[Path, typer.Argument(help="The policy file.")],
    output: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
    data: Annotated[Place, setting("data")] = None,
    key_file: Annotated[Place, setting("key_file")] = None,
    register: Annotated[Text, setting("register")] = None,
    public_url: Annotated[Text, setting("public_url")] = None,
    edge_path: Annotated[Text, setting("edge_path")] = None,
    trusted_proxies: Annotated[Text, setting("trusted_proxies")] = None,
    calendar_file: Annotated[Place, setting("calendar_file")] = None,
    port: Annotated[Number, setting("port")] = None,
) -> None:
    """Look at policy, keys, disk, swap, calendar, geography and what is due. Exit 0 fine, 1 if there is a problem."""
    given = {name: value for name, value in locals().items() if name in BY_NAME}
    settings = read_settings(given)
    from troth.app.doctor import examine

    signs = examine(policy, settings)
    if output == "json":
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode(signs), indent=2).decode())
    else:
        for sign in signs:
            typer.echo(f"{sign.level:<8} {sign.about:<10} {sign.says}")
            if sign.fix:
                typer.echo(f"{'fix:':<19} {sign.fix}")
    if any(sign.level == "problem" for sign in signs):
        raise typer.Exit(1)
