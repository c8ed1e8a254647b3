"""The `troth` command. Each command is a file; nothing heavy is imported before a command needs it."""

from __future__ import annotations

import sys

import typer

from troth.cli.adopt import adopt
from troth.cli.bases import bases
from troth.cli.check import check
from troth.cli.demo import demo
from troth.cli.diff import diff
from troth.cli.doctor import doctor
from troth.cli.due import due
from troth.cli.geo import commands as geo_commands
from troth.cli.init import init
from troth.cli.keys import commands as keys_commands
from troth.cli.serve import serve
from troth.cli.snippet import snippet
from troth.cli.verify import verify
from troth.errors import TrothError

app = typer.Typer(
    name="troth",
    help="The privacy policy that runs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
for command in (init, adopt, check, diff, snippet, serve, demo, due, doctor, verify, bases):
    app.command()(command)
app.add_typer(geo_commands)
app.add_typer(keys_commands)


def main() -> None:
    """Run the command line; every error is two lines and exit code 2."""
    try:
        app()
    except TrothError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
