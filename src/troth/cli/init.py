"""`troth init`: a commented policy, a key file, and the recovery kit, once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from troth.errors import UnusableInput


def init(
    folder: Annotated[Path, typer.Argument(help="Where the policy and the keys go.")] = Path(),
    company: Annotated[str, typer.Option(help="The company's name, as in its policy.")] = "",
    origin: Annotated[str, typer.Option(help="The site, like https://www.example.com.")] = "https://www.example.com",
) -> None:
    """Write a commented policy.yaml and a key file; nothing goes live before you filled in and confirmed both."""
    from troth.app.keyfile import make_key_file
    from troth.cli.init_policy import starter_policy

    policy, key_file = folder / "policy.yaml", folder / "keys" / "troth-keys.json"
    for path in (policy, key_file):
        if path.exists():
            raise UnusableInput("this file exists already and is kept", "choose another folder", str(path))
    text = starter_policy(company, origin, ("zh-CN", "en"))
    folder.mkdir(parents=True, exist_ok=True)
    kit = make_key_file(key_file, folder / "data")
    policy.write_text(text, encoding="utf-8")
    typer.echo(f"wrote {policy}: fill in what is marked, then run: troth check {policy}")
    typer.echo(f"wrote {key_file}: it opens everything; back it up apart from the data")
    typer.echo(f"wrote {kit.copy}: its copy, which only the recovery kit opens")
    typer.echo(KIT.format(identity=kit.identity, copy=kit.copy.name, key_file=key_file))


KIT = """
RECOVERY KIT, shown once. Print it or write it down, and keep it away from this machine.

    {identity}

If the key file is lost:   age --decrypt --identity KIT.txt {copy} > troth-keys.json
Without key file and kit nobody can ever read what the vault sealed.

Nothing goes live until you prove that you kept it:   troth keys confirm {key_file}
"""
