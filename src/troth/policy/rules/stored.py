"""Cookies and other storage of the browser: declared, essential or agreed to, cleared by name (clause 4)."""

from __future__ import annotations

import re

from troth.policy.declared import Cookie
from troth.policy.findings import Path, nearest, one_of
from troth.policy.rules.book import Notes
from troth.policy.rules.links import check_purpose
from troth.policy.rules.scope import is_host

CHOICE, IDENTIFIER = "troth", "troth_id"
BROWSERS_KEEP_DAYS = 400

# A name as RFC 6265 allows it, with at least one sign before the star.
_PATTERN = re.compile(r"[!#$%&'+\-.^_`|~0-9A-Za-z]+\*?")
_NAME = re.compile(r"[!#$%&'+\-.^_`|~0-9A-Za-z]+")
# A path as it stands in a Set-Cookie header: nothing that could end the attribute or the header.
_PATH = re.compile(r"/[!#$%&'()*+,\-./:=@_~0-9A-Za-z]*")


def check_stored(notes: Notes) -> None:
    """Check every cookie, and the two that Troth sets itself."""
    for name, cookie in notes.policy.cookies.items():
        _check_cookie(notes, name, cookie)
    _check_choice(notes)
    _check_identifier(notes)


def _check_cookie(notes: Notes, name: str, cookie: Cookie) -> None:
    path: Path = ("cookies", name)
    check_purpose(notes, (*path, "purpose"), cookie.purpose, f'the cookie "{name}"')
    _check_setter(notes, path, name, cookie)
    purpose = notes.policy.purposes.get(cookie.purpose)
    if purpose is not None and purpose.needs_consent == cookie.essential:
        what = f'the cookie "{name}" is {"" if cookie.essential else "not "}essential, but "{cookie.purpose}" '
        what += f"rests on {purpose.basis}"
        notes.add("T4-04", path, what, "essential goes without consent, everything else with it")
    if cookie.essential and cookie.content == "random_id":
        what = f'the essential cookie "{name}" holds a random number'
        notes.add("T4-06", path, what, 'keep no identifier in it, or set "essential: false" and ask')
    pattern = cookie.pattern
    if not _NAME.fullmatch(name) or (pattern is not None and not _PATTERN.fullmatch(pattern)):
        what = f'"{name if pattern is None else pattern}" is not a name or pattern of cookies'
        notes.add("T4-09", path, what, "write the beginning of the names and one * at the end: _va_*")
    if cookie.lifetime_days > BROWSERS_KEEP_DAYS and cookie.storage == "cookie":
        what = f'the cookie "{name}" is said to last {cookie.lifetime_days} days'
        notes.add("T4-10", (*path, "lifetime_days"), what, f"at most {BROWSERS_KEEP_DAYS}")
    _check_place(notes, path, name, cookie)


def _check_place(notes: Notes, path: Path, name: str, cookie: Cookie) -> None:
    """Check what clearing needs of a cookie: its paths and its host, which only a cookie can have."""
    for number, place in enumerate(cookie.paths):
        if not _PATH.fullmatch(place):
            what = f'the cookie "{name}" is set on "{place}", which is not a path'
            notes.add("T4-12", (*path, "paths", number), what, "write a path that begins with /, like /shop")
    if cookie.host and not is_host(cookie.host):
        what = f'"{cookie.host}" is not a host'
        notes.add("T4-12", (*path, "host"), what, "write the host only, in lower case: shop.example.com")
    if cookie.storage != "cookie" and (cookie.paths or cookie.http_only):
        what = f'"{name}" is kept in browser storage, which has neither paths nor "http_only"'
        notes.add("T4-12", path, what, "leave out paths and http_only")


def _check_setter(notes: Notes, path: Path, name: str, cookie: Cookie) -> None:
    sdks = notes.policy.sdks
    if cookie.set_by in sdks:
        sdk = sdks[cookie.set_by]
        if sdk.purpose != cookie.purpose:
            what = f'the cookie "{name}" is for "{cookie.purpose}", its SDK "{cookie.set_by}" for "{sdk.purpose}"'
            notes.add("T4-08", (*path, "purpose"), what, f'set "purpose: {sdk.purpose}"')
    elif cookie.set_by not in ("troth", "site"):
        setters = ["troth", "site", *sdks]
        near = nearest(cookie.set_by, setters)
        fix = f'did you mean "{near}"?' if near else f"use one of: {one_of(setters)}"
        notes.add("T4-05", (*path, "set_by"), f'"{cookie.set_by}" is neither Troth, the site nor an SDK', fix)


def _check_choice(notes: Notes) -> None:
    cookie = notes.policy.cookies.get(CHOICE)
    if cookie is None:
        fix = 'add "troth" with essential: true, set_by: troth, content: choice'
        notes.add("T4-01", ("cookies",), 'the cookie "troth" is not declared', fix)
        return
    told = (cookie.essential, cookie.set_by, cookie.content, cookie.party, cookie.pattern, cookie.storage)
    if told != (True, "troth", "choice", "first", None, "cookie"):
        fix = "write essential: true, set_by: troth, content: choice, party: first"
        notes.add("T4-02", ("cookies", CHOICE), 'the cookie "troth" is an essential choice without a number', fix)
    _check_own_lifetime(notes, CHOICE, cookie)


def _check_identifier(notes: Notes) -> None:
    cookie = notes.policy.cookies.get(IDENTIFIER)
    if cookie is None:
        if notes.policy.consent_purposes:
            fix = 'add "troth_id" with set_by: troth, content: random_id and a purpose that is agreed to'
            notes.add("T4-03", ("cookies",), 'consent is asked for, but "troth_id" is not declared', fix)
        return
    told = (cookie.essential, cookie.set_by, cookie.content, cookie.party, cookie.pattern, cookie.storage)
    if told != (False, "troth", "random_id", "first", None, "cookie"):
        fix = "write set_by: troth, content: random_id, party: first, and leave out essential"
        notes.add("T4-02", ("cookies", IDENTIFIER), 'the cookie "troth_id" is a random number after consent', fix)
    _check_own_lifetime(notes, IDENTIFIER, cookie)


def _check_own_lifetime(notes: Notes, name: str, cookie: Cookie) -> None:
    """Check that our own cookie, which is set until people are asked again, is declared for at least as long."""
    days = notes.policy.consent.reask_after_days
    if cookie.lifetime_days < days:
        what = f'the cookie "{name}" is declared for {cookie.lifetime_days} days, but set for {days}'
        notes.add("T4-11", ("cookies", name, "lifetime_days"), what, f"at least {days}, or ask again sooner")
