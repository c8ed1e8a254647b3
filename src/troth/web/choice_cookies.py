"""The two cookies of a choice, as the edge sets them (C4-02), and the headers that clear all others (C8.3-02)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from troth.consent import Decided
from troth.policy.declared import Cookie
from troth.policy.model import Policy

CHOICE_COOKIE: Final = "troth"
TOKEN_COOKIE: Final = "troth_id"  # noqa: S105 - the name of a cookie, not a secret
TOKEN: Final = re.compile(r"[0-9a-f]{32}")
CHOICE: Final = re.compile(r"([ygn])\.([0-9a-f]{8})\.(\d{8})\.(~?(?:[A-Za-z0-9_.-]+(?:~[A-Za-z0-9_.-]+)*)?)")
"""Letter, policy, day, purposes. The script puts a ~ first while the edge has not heard of a withdrawal."""


class Remembered(Struct, frozen=True):
    """What the cookie `troth` says: yes or no, under which policy, since when, for which purposes.

    over_gpc  the yes was given while the browser's opt-out signal was on, so a signal does not end it
    """

    policy8: str
    decided_on: date
    granted: frozenset[str]
    over_gpc: bool = False


def choice_cookies(decided: Decided, today: date) -> list[str]:
    """Return the Set-Cookie values after a decision: the choice always, the token only with something granted.

    Without a grant the token is cleared. No identifier is ever in `troth`; neither is HttpOnly, the script reads both.
    """
    seconds = int((decided.until - decided.decided_at).total_seconds())
    value = f"{_answer(decided)}.{decided.policy_hash[:8]}.{today:%Y%m%d}.{'~'.join(sorted(decided.granted))}"
    cookies = [f"{CHOICE_COOKIE}={value}; Path=/; Max-Age={seconds}; SameSite=Lax; Secure"]
    if decided.granted and decided.token:
        cookies.append(f"{TOKEN_COOKIE}={decided.token}; Path=/; Max-Age={seconds}; SameSite=Lax; Secure")
    else:
        cookies.append(_cleared(TOKEN_COOKIE))
    return cookies


def _answer(decided: Decided) -> str:
    """Return `y` for a yes, `g` for a yes given although the opt-out signal was on, `n` for a no."""
    if not decided.granted:
        return "n"
    return "g" if decided.gpc else "y"


def cleared_cookies(policy: Policy, refused: Iterable[str]) -> list[str]:
    """Return the Set-Cookie values that take the declared cookies of refused purposes from the browser.

    One header for every declared path and every level of the site's host names: a browser only lets go of a cookie
    whose name, path and domain are all named, and ignores what was never there. This is the only way to what is
    HttpOnly. Patterns need the script, cookies of other companies their own hosts: `app/placement.py` says which.
    """
    levels = ["", *domain_levels(policy.scope.origins)]
    cookies = sorted({entry for purpose in refused for entry in _nameable(policy, purpose)})
    return [_cleared(name, path, domain) for name, path in cookies for domain in levels]


def _nameable(policy: Policy, purpose: str) -> Iterator[tuple[str, str]]:
    """Yield name and path of every cookie of a purpose that a header of the site's own host can name."""
    for name, cookie in policy.cookies_for(purpose).items():
        if can_be_named(name, cookie):
            for path in cookie.paths or ("/",):
                yield plain_name(name, cookie), path


def cleared_by_script(policy: Policy, refused: Iterable[str]) -> list[str]:
    """Return how the stored names of refused purposes begin, as `name=` or a prefix: what a script is to take away."""
    purposes = set(refused)
    mine = {key: one for key, one in policy.cookies.items() if one.purpose in purposes and one.set_by != "troth"}
    names = sorted({plain_name(key, one) for key, one in mine.items() if one.party == "first"})
    return [name.removesuffix("*") if name.endswith("*") else f"{name}=" for name in names]


def can_be_named(name: str, cookie: Cookie) -> bool:
    """Whether a header can take this cookie away: ours, not stored elsewhere, with a name and not a pattern."""
    is_own = name in (CHOICE_COOKIE, TOKEN_COOKIE)
    return cookie.storage == "cookie" and cookie.party == "first" and "*" not in plain_name(name, cookie) and not is_own


def plain_name(name: str, cookie: Cookie) -> str:
    """Return the name or the pattern under which a browser keeps it."""
    return cookie.pattern or name


def domain_levels(origins: Iterable[str]) -> list[str]:
    """Return every domain a cookie of these origins may have been set on: `www.a.test`, `a.test`.

    The top level is left out; a browser refuses it, like every other public suffix it knows.
    """
    levels: dict[str, None] = {}
    for origin in origins:
        labels = (urlsplit(origin).hostname or "").split(".")
        if labels[-1].isdecimal() or ":" in labels[0]:
            continue  # an address has no levels
        levels.update(dict.fromkeys(".".join(labels[at:]) for at in range(len(labels) - 1)))
    return list(levels)


def _cleared(name: str, path: str = "/", domain: str = "") -> str:
    level = f"; Domain={domain}" if domain else ""
    return f"{name}=; Path={path}{level}; Max-Age=0; SameSite=Lax; Secure"


def read_cookies(header: str) -> Mapping[str, str]:
    """Return the cookies sent once; a name sent twice is left out, since we cannot tell which one is ours."""
    values: dict[str, str] = {}
    twice: set[str] = set()
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        if not equals:
            continue
        if name in values:
            twice.add(name)
        values[name] = value
    return {name: value for name, value in values.items() if name not in twice}


def remembered_choice(cookies: Mapping[str, str]) -> Remembered | None:
    """Return what the choice cookie says, or None if it is missing or not of our making."""
    found = CHOICE.fullmatch(cookies.get(CHOICE_COOKIE, ""))
    if found is None:
        return None
    try:
        decided_on = datetime.strptime(found[3], "%Y%m%d").date()  # noqa: DTZ007 - a date without a time
    except ValueError:
        return None
    granted = frozenset(found[4].split("~")) - {""} if found[1] in "yg" else frozenset()
    return Remembered(found[2], decided_on, granted, over_gpc=found[1] == "g")


def known_token(cookies: Mapping[str, str]) -> str:
    """Return the browser's token if it is well formed, else empty."""
    token = cookies.get(TOKEN_COOKIE, "")
    return token if TOKEN.fullmatch(token) else ""
