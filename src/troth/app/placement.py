"""What the place a house stands in cannot do: above all, what a withdrawal leaves on a browser (C8.3-02, design 3.10).

From policy and settings alone; nothing is asked of anybody. Each line says what stays, why, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from troth.app.signs import Sign
from troth.policy.declared import Cookie
from troth.policy.model import Policy
from troth.settings import Settings
from troth.web.choice_cookies import can_be_named, cleared_cookies, plain_name

HEADERS_BYTES: Final = 3_000
"""With more than this nginx may answer 502: it reads the headers of an answer into one page, often 4,096 bytes."""


def look_at_placement(policy: Policy, settings: Settings) -> Iterator[Sign]:
    """Say what this placement cannot do: rooms need an origin of their own, pages need TLS, cookies have owners."""
    yield from _rooms(policy, settings)
    stays = [*_edge(policy, settings), *_origins(policy), *_cookies(policy), *_headers(policy)]
    yield from stays or [_all_cleared(policy)]


def _rooms(policy: Policy, settings: Settings) -> Iterator[Sign]:
    rooms = urlsplit(settings.public_url)
    local = (rooms.hostname or "").endswith(("localhost", "127.0.0.1"))
    if rooms.netloc in {urlsplit(origin).netloc for origin in policy.scope.origins}:
        fix = "give the rooms a host of their own, like privacy.example.com, in --public-url"
        yield Sign("placement", "problem", "the rooms share the site's origin, where any script could use them", fix)
    elif rooms.scheme != "https" and not local:
        fix = "put a proxy with a certificate in front"
        yield Sign("placement", "problem", "the rooms are reached without TLS: tokens travel in clear", fix)
    elif local:
        fix = "give --public-url the address visitors will use"
        yield Sign("placement", "warning", f"the rooms are only known on this machine ({settings.public_url})", fix)
    else:
        yield Sign("placement", "ok", f"rooms at {settings.public_url}, edge at {settings.edge_path} on the site")
    if not settings.trusted_proxies:
        fix = "name the proxy in --trusted-proxies, or every visitor seems to come from it"
        yield Sign("proxies", "warning", "no proxy is trusted: addresses are those of the connections", fix)


def _edge(policy: Policy, settings: Settings) -> Iterator[Sign]:
    """Name what does not work because of where the edge is reached."""
    edge = urlsplit(settings.edge_path).hostname
    if edge and edge not in site_hosts(policy):
        says = f"the edge is on {edge}, not on the site's host: no answer of it can set the choice cookie, or clear "
        yield Sign("clearing", "problem", f"{says}what no script sees", "let the site's own host pass /troth/ on to us")
    for origin in policy.scope.origins:
        parts = urlsplit(origin)
        if parts.scheme != "https" and not is_local(parts.hostname or ""):
            says = f"{origin} has no TLS: browsers take neither the choice cookie nor a header that clears another"
            yield Sign("clearing", "problem", says, "put a certificate in front and write the origin with https://")


def _origins(policy: Policy) -> Iterator[Sign]:
    """Say what several hosts mean: cookies of one host and all browser storage are out of another's reach."""
    hosts = sorted(site_hosts(policy))
    if len(hosts) > 1:
        says = f"the site is on {', '.join(hosts)}: a choice holds on the host where it was made, and a withdrawal "
        says += "leaves what lies on the others until it is made there too"
        yield Sign("clearing", "warning", says, "send visitors to one host, or mount the edge and ask on each")


def _cookies(policy: Policy) -> Iterator[Sign]:
    """Name each declared cookie that may stay on a browser after its purpose was refused."""
    for name, cookie in _agreed_to(policy).items():
        shown = plain_name(name, cookie)
        reason = _why_it_stays(policy, shown, cookie)
        if reason is not None:
            yield Sign("clearing", "warning", f"{shown} stays: {reason[0]}", reason[1])


def _why_it_stays(policy: Policy, shown: str, cookie: Cookie) -> tuple[str, str] | None:
    """Return why neither script nor header can take it away, and what to do; None if one of them can."""
    if cookie.party == "third":
        sdk = policy.sdks.get(cookie.set_by)
        owner = ", ".join(sdk.hosts) if sdk else "another company's host"
        see = f" ({sdk.statement_url})" if sdk else ""
        why = f"it lies with {owner}, and only that host can take it away; after a withdrawal nothing is loaded there"
        return why, f"name the company's own way out to visitors{see}, or use its code without cookies"
    if cookie.host and cookie.host not in site_hosts(policy):
        why = f"it lies on {cookie.host}, which no answer of the edge and no script of the site can reach"
        return why, f"mount the edge there and add https://{cookie.host} to scope.origins"
    if cookie.http_only and "*" in shown:
        return "no script sees it, and a header cannot name a pattern", "declare each of its names on its own"
    if cookie.paths and "*" in shown:
        pages = ", ".join(cookie.paths)
        why = f"a script sees it only on pages below {pages}, and a header cannot name a pattern"
        return why, "declare each of its names on its own, or have it set on /"
    return None


def _headers(policy: Policy) -> Iterator[Sign]:
    """Warn of an answer that many proxies refuse to pass on."""
    size = sum(len(f"set-cookie: {cookie}\r\n") for cookie in cleared_cookies(policy, policy.consent_purposes))
    if size > HEADERS_BYTES:
        says = f"the answer to a withdrawal clears cookies with {size} bytes of headers, which a proxy may refuse (502)"
        yield Sign("clearing", "warning", says, "nginx: proxy_buffer_size 16k; or declare fewer names and paths")


def _all_cleared(policy: Policy) -> Sign:
    agreed = _agreed_to(policy)
    by_header = sum(can_be_named(name, cookie) for name, cookie in agreed.items())
    says = f"a withdrawal takes all that is declared: {by_header} names by the edge's answer, "
    return Sign("clearing", "ok", f"{says}{len(agreed) - by_header} patterns or stored items by the script")


def _agreed_to(policy: Policy) -> Mapping[str, Cookie]:
    """Return what a withdrawal has to take away, the two cookies of the choice itself left out."""
    asked = policy.consent_purposes
    return {key: one for key, one in policy.cookies.items() if one.purpose in asked and one.set_by != "troth"}


def site_hosts(policy: Policy) -> set[str]:
    """Return the hosts of the site, lower case, without port."""
    return {(urlsplit(origin).hostname or "").lower() for origin in policy.scope.origins}


def is_local(host: str) -> bool:
    """Whether a browser treats this host as its own machine, where it asks for no TLS."""
    return host in ("127.0.0.1", "::1") or host == "localhost" or host.endswith(".localhost")
