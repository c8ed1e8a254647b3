"""`troth keys`: confirm that the recovery kit was kept, show what the key file holds (clause 7)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

commands = typer.Typer(name="keys", help="The key file: its recovery kit and its versions.", no_args_is_help=True)

DEFAULT = Path("keys/troth-keys.json")
KeyFilePath = Annotated[Path, typer.Argument(envvar="TROTH_KEY_FILE", help="The key file made by troth init.")]


@commands.command("confirm")
def confirm(path: KeyFilePath = DEFAULT) -> None:
    """Prove that you kept the recovery kit: type its identity, the line AGE-SECRET-KEY-1…"""
    from troth.app.keyfile import confirm_key_file

    typed = typer.prompt("Recovery identity", hide_input=True)
    confirm_key_file(path, typed)
    typer.echo("The kit is confirmed. Keep it apart from this machine and its backups.")


@commands.command("show")
def show(path: KeyFilePath = DEFAULT) -> None:
    """Show versions, the days they were made, the recipient of the copy; never a secret."""
    from troth.app.keyfile import report_key_file

    keys = report_key_file(path)
    for name, versions in (("root key", keys.kek), ("index key", keys.index)):
        for version, made_on in sorted(versions.items()):
            typer.echo(f"{name:<13} version {version}, made {made_on}")
    typer.echo(f"{'ledger sign':<13} made {keys.ledger_sign}")
    typer.echo(f"{'receipt sign':<13} made {keys.receipt_sign}")
    typer.echo(f"{'copy':<13} {keys.copy}, opened by the identity of {keys.recipient}")
    typer.echo(f"{'confirmed':<13} {keys.confirmed_on or 'no: print the kit, then run troth keys confirm'}")
