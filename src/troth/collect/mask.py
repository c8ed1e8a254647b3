"""Clause 2.1: precise values made coarse. Every function takes anything and returns a value of a closed set."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from functools import lru_cache
from urllib.parse import unquote_plus, urlsplit
from zoneinfo import available_timezones

UNKNOWN = "unknown"
_SCREEN = re.compile(r"(\d{2,5})x(\d{2,5})")
_SCREEN_STEPS = ((480, "<480"), (768, "480-767"), (1024, "768-1023"), (1440, "1024-1439"), (1920, "1440-1919"))
_COLOUR_BITS = frozenset((1, 4, 8, 15, 16, 18, 24, 30, 32, 36, 48))
_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_;,\s]|$)")


def bucket_screen(said: object) -> str:
    """Return the width of a "1920x1080" as one of seven steps."""
    match = _SCREEN.fullmatch(said) if isinstance(said, str) else None
    if match is None:
        return UNKNOWN
    width = int(match[1])
    for limit, name in _SCREEN_STEPS:
        if width < limit:
            return name
    return "1920-2559" if width < 2560 else "2560+"


def colour_bits(said: object) -> int | None:
    """Return the colour depth if it is one that screens have."""
    return said if type(said) is int and said in _COLOUR_BITS else None


def time_zone(said: object) -> str:
    """Return the zone's name if it is one of the tz database."""
    return said if isinstance(said, str) and said in _zones() else UNKNOWN


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) | {"UTC"}


def primary_language(accept_language: object) -> str:
    """Return the primary subtag of the first language, in lower case."""
    match = _LANGUAGE.match(accept_language) if isinstance(accept_language, str) else None
    return match[1].lower() if match else UNKNOWN


@lru_cache(maxsize=4096)
def referrer_host(referrer: str) -> str:
    """Return the host of a referrer, "" if there is none or it cannot be read."""
    try:
        parts = urlsplit(referrer)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


@lru_cache(maxsize=4096)
def referrer_origin(referrer: str) -> str:
    """Return scheme and host of a referrer whose host can be read, without user name or path."""
    parts = urlsplit(referrer)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def search_terms(query: str, names: Container[str]) -> list[str]:
    """Return the values of the named parameters of a query, at most 20 of 200 characters; the rest is not even read."""
    pairs = (pair.partition("=") for pair in query.removeprefix("?").split("&"))
    found = [value for name, _, value in pairs if value and name in names]
    return [unquote_plus(value, errors="replace")[:200] for value in found[:20]]


def yes_or_no(said: object) -> bool | None:
    """Return what was said if it is yes or no."""
    return said if isinstance(said, bool) else None


MASKS: Mapping[str, Callable[[object], str | int | bool | None]] = {
    "tz": time_zone,
    "locale": primary_language,
    "screen": bucket_screen,
    "color_bits": colour_bits,
    "cookie_ok": yes_or_no,
    "java_ok": yes_or_no,
}
"""Fact -> how it is made coarse."""
