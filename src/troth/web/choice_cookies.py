"""The two first-party cookies of a choice, as the edge sets them (C4-02): one without an identifier, one with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from troth.consent import Decided
from troth.policy.model import Policy

CHOICE_COOKIE: Final = "troth"
TOKEN_COOKIE: Final = "troth_id"  # noqa: S105 - the name of a cookie, not a secret
TOKEN: Final = re.compile(r"[0-9a-f]{32}")
CHOICE: Final = re.compile(r"([yn])\.([0-9a-f]{8})\.(\d{8})\.([A-Za-z0-9_.-]*(?:~[A-Za-z0-9_.-]+)*)")


class Remembered(Struct, frozen=True):
    """What the cookie `troth` says: yes or no, under which policy, since when, for which purposes."""

    policy8: str
    decided_on: date
    granted: frozenset[str]


def choice_cookies(decided: Decided, today: date) -> list[str]:
    """Return the Set-Cookie values after a decision: the choice always, the token only with something granted.

    Without a grant the token is cleared. No identifier is ever in `troth`; neither is HttpOnly, the script reads both.
    """
    seconds = int((decided.until - decided.decided_at).total_seconds())
    answer = "y" if decided.granted else "n"
    value = f"{answer}.{decided.policy_hash[:8]}.{today:%Y%m%d}.{'~'.join(sorted(decided.granted))}"
    cookies = [f"{CHOICE_COOKIE}={value}; Path=/; Max-Age={seconds}; SameSite=Lax; Secure"]
    if decided.granted and decided.token:
        cookies.append(f"{TOKEN_COOKIE}={decided.token}; Path=/; Max-Age={seconds}; SameSite=Lax; Secure")
    else:
        cookies.append(_cleared(TOKEN_COOKIE))
    return cookies


def cleared_cookies(policy: Policy, refused: Iterable[str]) -> list[str]:
    """Return the Set-Cookie values that take the declared cookies of refused purposes from the browser.

    Reaches plain names on the site's own host. Patterns, other paths or domains and local storage need the script.
    """
    names = [
        stored.pattern for purpose in refused for stored in policy.stored_for(purpose) if stored.storage == "cookie"
    ]
    return [
        _cleared(name) for name in sorted(set(names)) if "*" not in name and name not in (CHOICE_COOKIE, TOKEN_COOKIE)
    ]


def _cleared(name: str) -> str:
    return f"{name}=; Path=/; Max-Age=0; SameSite=Lax; Secure"


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
    granted = frozenset(found[4].split("~")) - {""} if found[1] == "y" else frozenset()
    return Remembered(found[2], decided_on, granted)


def known_token(cookies: Mapping[str, str]) -> str:
    """Return the browser's token if it is well formed, else empty."""
    token = cookies.get(TOKEN_COOKIE, "")
    return token if TOKEN.fullmatch(token) else ""
