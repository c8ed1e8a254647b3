"""Origins, routes and referrers that can really be matched (clause 1)."""

from __future__ import annotations

import re

from troth.policy.rules.book import Notes
from troth.policy.rules.texts import FILL_IN

HOST = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
_ORIGIN = re.compile(rf"(?P<scheme>https?)://(?P<host>{HOST})(?P<port>:[1-9][0-9]{{0,4}})?")
_HOST = re.compile(HOST)


def check_scope(notes: Notes) -> None:
    """Check what the policy is for."""
    scope = notes.policy.scope
    if not scope.origins:
        notes.add("T1-04", ("scope", "origins"), "no origin is named", "name the site: [https://www.example.com]")
    if not scope.routes:
        notes.add("T1-04", ("scope", "routes"), "no route is named", "name the pages: [/, /products, /news/*]")
    for number, origin in enumerate(scope.origins):
        _check_origin(notes, number, origin)
    for number, route in enumerate(scope.routes):
        if not is_route(route):
            fix = "begin with /, leave out ? and #, and use * only at the end as /*"
            notes.add("T1-03", ("scope", "routes", number), f'"{route}" is not a route', fix)
    for number, host in enumerate(scope.referrers):
        if not is_host(host):
            fix = "write the host only, in lower case: www.example.com"
            notes.add("T1-05", ("scope", "referrers", number), f'"{host}" is not a host', fix)


def is_host(name: str) -> bool:
    """Return whether this is a host name as browsers write it: lower case, no port."""
    return len(name) <= 253 and bool(_HOST.fullmatch(name))


def is_route(route: str) -> bool:
    """Return whether a route can match a path."""
    body = route[:-1] if route.endswith("/*") else route
    return route.startswith("/") and not any(sign in body for sign in "?#* ")


def _check_origin(notes: Notes, number: int, origin: str) -> None:
    path = ("scope", "origins", number)
    if FILL_IN in origin:
        return
    parts = _ORIGIN.fullmatch(origin)
    if parts is None or int((parts["port"] or ":0")[1:]) > 65535:
        notes.add("T1-01", path, f'"{origin}" is not an origin', "write scheme and host only: https://www.example.com")
    elif parts["scheme"] == "http" and parts["host"] != "localhost" and not parts["host"].endswith(".localhost"):
        notes.add("T1-02", path, f'"{origin}" is not encrypted', f'use "https{origin[4:]}"')
