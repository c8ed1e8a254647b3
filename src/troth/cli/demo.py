"""`troth demo`: a fictional company's site with Troth on it, everything on one port."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    port: Annotated[int, typer.Option(help="The port for all host names.")] = 8400,
    data: Annotated[Path, typer.Option(help="Folder for the demo's stores and keys.")] = Path("demo-data"),
    history: Annotated[bool, typer.Option(help="Seed three months of visits through the pipeline.")] = True,
    geography: Annotated[bool, typer.Option(help="Install the geography file if it can be had.")] = True,
) -> None:
    """Show Troth at work on a site that does not exist: say no, say yes, change your mind."""
    from troth.demo.run import run_demo

    run_demo(port, data, with_history=history, with_geography=geography, say=typer.echo)
