"""Clause 4: everything the site stores in a browser, how to delete it, and what deleting costs (C4-01 to C4-05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from troth.policy.declared import Cookie
from troth.policy.model import Policy
from troth.web.names import basis_name, days_in_words
from troth.web.registers import Cell, Register, listed
from troth.words import Language, say

COLUMNS = ("cookies.name", "cookies.text", "cookies.purpose", "cookies.content", "cookies.by", "cookies.keep")
COSTS = ("choice", "preference", "session", "random_id")
"""Kinds of content in the order in which losing them is felt."""


class StoredPage(Struct, frozen=True):
    """The page: what is set without asking, what only after a yes, and what is lost with it.

    hosts   under which names a browser lists what this site stored
    """

    registers: Sequence[Register]
    costs: Sequence[str]
    hosts: str
    asks: bool


def stored_page(policy: Policy, language: Language) -> StoredPage:
    """Return the page of cookies and other storage; everything declared is on it."""
    asked = {key: cookie for key, cookie in policy.cookies.items() if _needs_consent(policy, cookie)}
    always = {key: cookie for key, cookie in policy.cookies.items() if key not in asked}
    registers = [
        _register("always", policy, always, language),
        _register("asked", policy, asked, language),
    ]
    held = {_loss(cookie, key in asked) for key, cookie in policy.cookies.items()}
    hosts = dict.fromkeys(urlsplit(origin).hostname or origin for origin in policy.scope.origins)
    hosts |= dict.fromkeys(cookie.host for cookie in policy.cookies.values() if cookie.host)
    return StoredPage(
        registers=tuple(register for register in registers if register.rows),
        costs=tuple(say(f"cookies.cost_{content}", language) for content in COSTS if content in held),
        hosts=listed(hosts, language),
        asks=bool(asked),
    )


def _needs_consent(policy: Policy, cookie: Cookie) -> bool:
    purpose = policy.purposes.get(cookie.purpose)
    return purpose is not None and purpose.needs_consent


def _loss(cookie: Cookie, is_asked: bool) -> str:
    """Return what losing a cookie means; a mark of one visit that was agreed to only recognises the browser."""
    return "random_id" if is_asked and cookie.content == "session" else cookie.content


def _register(id: str, policy: Policy, cookies: Mapping[str, Cookie], language: Language) -> Register:
    return Register(
        id,
        say(f"cookies.{id}_title", language),
        tuple(say(key, language) for key in COLUMNS),
        tuple(_row(policy, name, cookie, language) for name, cookie in cookies.items()),
        say(f"cookies.{id}_intro", language),
    )


def _where(cookie: Cookie, language: Language) -> str:
    """Return what is unusual about where a cookie lies: another host, single paths, out of reach of scripts."""
    said = [say("cookies.on", language, where=cookie.host)] if cookie.host else []
    said += [say("cookies.on", language, where=listed(cookie.paths, language))] if cookie.paths else []
    said += [say("cookies.http_only", language)] if cookie.http_only else []
    return listed(said, language)


def _row(policy: Policy, name: str, cookie: Cookie, language: Language) -> tuple[Cell, ...]:
    purpose = policy.purposes.get(cookie.purpose)
    by = policy.sdks[cookie.set_by].company.in_(language) if cookie.set_by in policy.sdks else ""
    tags = ((say(f"cookies.{cookie.storage}", language), ""),) if cookie.storage != "cookie" else ()
    lasts = days_in_words(cookie.lifetime_days, language) if cookie.lifetime_days else ""
    return (
        Cell(cookie.pattern or name, tags=tags, code=True),
        Cell(cookie.text.in_(language)),
        Cell(purpose.title.in_(language) if purpose else "", basis_name(purpose, language) if purpose else ""),
        Cell(say(f"content.{cookie.content}", language)),
        Cell(by or say(f"party.{cookie.party}", language), _where(cookie, language)),
        Cell(lasts or say("retention.closed", language)),
    )
