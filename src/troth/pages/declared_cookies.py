"""Clause 4 (C4-03): no page of ours sets a cookie the policy does not declare, or keeps one longer than it says.

A guard around everything the house answers: whatever a handler or a library writes, only a Set-Cookie that the policy
in force describes goes out. A stripped one is a fault of ours, logged as an error and counted, and the browser never
saw it. So the promise was kept and `/health` stays "ok": a red one would let whoever finds such a page stop every
visitor's choice from being stored, because of a cookie that was never set.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from troth.clock import Clock
from troth.errors import PolicyError
from troth.pages.headers import AsgiApp, Message, Receive, Scope, Send
from troth.policy.declared import Cookie
from troth.policy.model import Policy
from troth.policy.rules.stored import CHOICE, IDENTIFIER
from troth.policy.versions import VersionsInForce

START: Final = "http.response.start"
SET_COOKIE: Final = b"set-cookie"
NAME_BYTES: Final = len(SET_COOKIE)
DAY_S: Final = 86_400
FAMILIAR: Final = frozenset({"session", "sessionid", "csrftoken"})
"""Names that libraries set by themselves: these may be logged as they are (rule 47), like the declared ones."""

log = logging.getLogger("troth.cookies")


def only_declared_cookies(
    app: AsgiApp, versions: VersionsInForce, clock: Clock, count: Callable[[str], None] = lambda _: None
) -> AsgiApp:
    """Return `app` with every Set-Cookie taken out that the policy in force does not declare.

    count   told the name of each one taken out: a declared or familiar one, else "other"
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        def send_declared(message: Message) -> Awaitable[None]:  # no coroutine of its own: every beacon passes here
            if message["type"] == START:
                for name, _ in message.get("headers", ()):
                    if len(name) == NAME_BYTES and name.lower() == SET_COOKIE:
                        message["headers"] = _kept(message["headers"], _policy(versions, clock), count)
                        break
            return send(message)

        await app(scope, receive, send_declared)

    return guarded


def _policy(versions: VersionsInForce, clock: Clock) -> Policy | None:
    try:
        return versions.at(clock.now()).policy
    except PolicyError:
        return None


def _kept(
    headers: Iterable[tuple[bytes, bytes]], policy: Policy | None, count: Callable[[str], None]
) -> list[tuple[bytes, bytes]]:
    """Return the headers without the cookies that are not declared, each counted and logged."""
    kept: list[tuple[bytes, bytes]] = []
    for name, value in headers:
        fault = fault_of(value.decode("latin-1"), policy) if name.lower() == SET_COOKIE else ""
        if not fault:
            kept.append((name, value))
            continue
        known = _name_for_the_log(value.decode("latin-1"), policy)
        log.error("a Set-Cookie was taken out of an answer: %s (%s)", known, fault)
        count(known)
    return kept


def fault_of(cookie: str, policy: Policy | None) -> str:
    """Return what is wrong with a Set-Cookie value under `policy`, or "" if it may go out.

    Setting: declared as ours, `Secure`, `SameSite` Lax or Strict, `Path`, no `Domain`, HttpOnly if declared so, and
    not for longer than declared. Clearing (no value, `Max-Age=0`): any cookie the policy names, on any path or domain.
    """
    pair, *parts = cookie.split(";")
    name, equals, value = pair.strip().partition("=")
    attributes = {
        key.strip().lower(): said.strip() for key, _, said in (part.partition("=") for part in parts) if key.strip()
    }
    entry = policy.cookies.get(name) if policy is not None else None
    if policy is None or not equals:
        return "undeclared"
    if value == "" and attributes.get("max-age") == "0":
        names = {known.pattern or key for key, known in policy.cookies.items() if known.storage == "cookie"}
        return "" if name in names | {CHOICE, IDENTIFIER} else "undeclared"
    if entry is None or entry.set_by != "troth" or entry.storage != "cookie":
        return "undeclared"
    return _fault_of_attributes(attributes, entry)


def _fault_of_attributes(attributes: dict[str, str], entry: Cookie) -> str:
    if "secure" not in attributes or attributes.get("samesite", "").lower() not in ("lax", "strict"):
        return "without Secure or SameSite"
    if "domain" in attributes or not attributes.get("path", "").startswith("/"):
        return "with a Domain, or without a Path"
    if entry.http_only and "httponly" not in attributes:
        return "without HttpOnly"
    lasts = attributes.get("max-age")
    if "expires" in attributes and lasts is None:
        return "longer than declared"
    if lasts is not None and not (lasts.isdecimal() and int(lasts) <= entry.lifetime_days * DAY_S):
        return "longer than declared"
    return ""


def _name_for_the_log(cookie: str, policy: Policy | None) -> str:
    name = cookie.partition("=")[0].strip()
    declared = policy.cookies if policy is not None else {}
    return name if name in FAMILIAR or name in declared else "other"
