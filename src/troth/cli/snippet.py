"""`troth snippet`: a vendor's usual snippet in its gated form, and what the policy must say of it (clause 2.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from troth.errors import UnusableInput

if TYPE_CHECKING:
    from troth.notice.snippets import Snippet, Vendor

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PURPOSE = re.compile(r"[A-Za-z0-9_]+([.-][A-Za-z0-9_]+)*")


def snippet(
    vendor: Annotated[str, typer.Argument(help="Whose code: baidu, ga, matomo or umami.", metavar="VENDOR")],
    id_: Annotated[str, typer.Option("--id", help="Your site's id at the vendor.", metavar="ID")] = "YOUR-ID",
    host: Annotated[str, typer.Option(help="The host its code lies on; with http:// only to try it out.")] = "",
    purpose: Annotated[str, typer.Option(help="The purpose of your policy that it serves.")] = "statistics",
    policy: Annotated[
        bool, typer.Option("--policy", help="Print the lines of the policy file, and only them.")
    ] = False,
) -> None:
    """Print a vendor's snippet so that nothing of it loads or runs before a yes, and the policy lines it needs."""
    from troth.notice.snippets import Snippet, policy_lines

    known = _vendor(vendor)
    if not _ID.fullmatch(id_):
        raise UnusableInput(f'"{id_}" is not an id', "copy it from the vendor's own snippet: letters, digits, _ and -")
    if not _PURPOSE.fullmatch(purpose):
        raise UnusableInput(f'"{purpose}" is not a purpose', "name a purpose of your policy, such as statistics")
    made = Snippet(known, id_, _origin(host or known.host), purpose)
    typer.echo(policy_lines(made) if policy else _whole(made), nl=False)


def _vendor(name: str) -> Vendor:
    from troth.notice.snippets import ALSO_CALLED, VENDORS
    from troth.policy.findings import nearest, one_of

    key = name.casefold()
    if key in VENDORS:
        return VENDORS[key]
    near = nearest(key, [*VENDORS, *ALSO_CALLED])
    fix = f'did you mean "{ALSO_CALLED.get(near, near)}"?' if near else f"use one of: {one_of(VENDORS)}"
    raise UnusableInput(f'no snippet for "{name}"', fix)


def _origin(host: str) -> str:
    """Return the origin of a host; a scheme and a port may come with it."""
    from troth.policy.rules.scope import is_host

    scheme, _, rest = host.rpartition("://")
    name, _, port = rest.partition(":")
    if scheme not in ("", "http", "https") or not is_host(name) or (port and not port.isdigit()):
        raise UnusableInput(f'"{host}" is not a host', "write the host only, in lower case: stats.example.com")
    return f"{scheme or 'https'}://{rest}"


def _whole(made: Snippet) -> str:
    from troth.notice.snippets import header_lines, page_lines, policy_lines

    allowed = "".join(f"    {directive} {sources}\n" for directive, sources in header_lines(made).items())
    policy = "".join(f"    {line}\n" for line in policy_lines(made).splitlines())
    return (
        f"{page_lines(made)}<!-- The lines above go where the vendor's own snippet would stand. Until {made.purpose} "
        "is agreed to, none of it loads or runs,\n"
        f"  and what your pages call of {', '.join(made.vendor.names)} comes to nothing.\n\n"
        f"  If the site sends a Content-Security-Policy, it must allow besides:\n{allowed}\n"
        f"  The policy file must say:\n{policy}-->\n"
    )
