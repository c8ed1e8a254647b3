"""`troth serve`: the running system, from one policy file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from troth.settings import BY_NAME, read_settings


def setting(name: str) -> Any:
    """An option for a setting: its sentence as help, the environment and the default behind it."""
    return typer.Option(help=f"{BY_NAME[name].sentence} [{BY_NAME[name].default or 'see docs'}]", show_default=False)


Text = str | None
Number = int | None
Place = Path | None


def serve(
    policy: Annotated[Path, typer.Argument(help="The policy file.")],
    host: Annotated[Text, setting("host")] = None,
    port: Annotated[Number, setting("port")] = None,
    console_port: Annotated[Number, setting("console_port")] = None,
    data: Annotated[Place, setting("data")] = None,
    key_file: Annotated[Place, setting("key_file")] = None,
    register: Annotated[Text, setting("register")] = None,
    public_url: Annotated[Text, setting("public_url")] = None,
    edge_path: Annotated[Text, setting("edge_path")] = None,
    trusted_proxies: Annotated[Text, setting("trusted_proxies")] = None,
    rate_per_s: Annotated[Number, setting("rate_per_s")] = None,
    rate_burst: Annotated[Number, setting("rate_burst")] = None,
    calendar_file: Annotated[Place, setting("calendar_file")] = None,
) -> None:
    """Run the policy: banner, collector, consents, pages. Every option is also a TROTH_ variable."""
    given = {name: value for name, value in locals().items() if name in BY_NAME}
    settings = read_settings(given)
    from troth.app.doors import serve_policy

    serve_policy(policy, settings, typer.echo)
