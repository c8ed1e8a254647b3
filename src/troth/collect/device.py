"""Facts 2 and 5 of clause 2.1: browser, operating system and kind of device, in coarse families only.

Chromium's client hints are believed before the User-Agent, whose text Chromium froze; own rules come first of all,
because in-app and Chinese browsers call themselves Chrome. Every answer is a word of a closed list: nothing that a
visitor's browser wrote is passed on.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

import msgspec

from troth.collect.device_rules import (
    APP_RULES,
    BOT_STARTS,
    BOT_WORDS,
    BRAND_FAMILIES,
    BROWSER_FAMILIES,
    HARMONY_WORDS,
    LINUXES,
    NOT_A_BOT,
    OS_FAMILIES,
    PLATFORM_FAMILIES,
    UNKNOWN,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ua_parser import Result

Kind = Literal["desktop", "mobile", "tablet", "bot", "unknown"]
Hints = tuple[str, str, str]

AGENT_LIMIT_CHARS = 512
HINT_LIMIT_CHARS = 256
CACHED_DEVICES = 8_192
_MAJOR_AT_MOST = 9_999
_BRAND = re.compile(r'"([^"]{1,40})";\s*v="(\d{1,5})')


class Device(msgspec.Struct, frozen=True):
    """What a browser says it is, coarsely. `browser_major` is None where it does not say."""

    browser: str = UNKNOWN
    browser_major: int | None = None
    os: str = UNKNOWN
    kind: Kind = "unknown"


UNKNOWN_DEVICE = Device()


def device_of(user_agent: str | bytes, hints: Hints = ("", "", "")) -> Device:
    """Return the device behind these request headers; never raises, whatever they hold.

    hints   Sec-CH-UA, Sec-CH-UA-Mobile, Sec-CH-UA-Platform as received, "" where absent
    A User-Agent over 512 characters is nobody's: it is neither read nor remembered.
    """
    if len(user_agent) > AGENT_LIMIT_CHARS:
        return UNKNOWN_DEVICE
    brands, mobile, platform = (_text(hint) if len(hint) <= HINT_LIMIT_CHARS else "" for hint in hints)
    return _read(_text(user_agent), brands, mobile, platform)


def _text(value: str | bytes) -> str:
    """Return clean Unicode: the parser is compiled code and wants no lone surrogates."""
    if isinstance(value, str) and value.isascii():
        return value
    raw = value.encode("utf-8", "replace") if isinstance(value, str) else value
    return raw.decode("utf-8", "replace")


@lru_cache(maxsize=CACHED_DEVICES)
def _read(agent: str, brands: str, mobile: str, platform: str) -> Device:
    if not agent and not brands:
        return UNKNOWN_DEVICE
    parsed, lower = _parser()(agent), agent.lower()
    system = _system(lower, platform, parsed)
    if _is_bot(lower, brands, parsed):
        return Device(browser="bot", os=system, kind="bot")
    browser, major = _own_rule(lower) or _from_brands(brands) or _from_agent(parsed)
    return Device(browser=browser, browser_major=major, os=system, kind=_kind(agent, mobile, system))


@cache
def _parser() -> Callable[[str], Result]:
    """Return the pattern matcher, without a cache of its own. Costs a moment at first use, so only here."""
    import ua_parser

    return ua_parser.Parser(ua_parser.BestAvailableResolver(ua_parser.load_lazy_builtins())).parse


def _is_bot(lower: str, brands: str, parsed: Result) -> bool:
    if parsed.device is not None and parsed.device.family == "Spider":
        return True
    named = lower.replace(NOT_A_BOT, "")
    return lower.startswith(BOT_STARTS) or any(word in named for word in BOT_WORDS) or "Headless" in brands


def _own_rule(lower: str) -> tuple[str, int | None] | None:
    for rule in APP_RULES:
        if any(word in lower for word in rule.words):
            found = rule.major.search(lower) if rule.major else None
            return rule.family, _major(found[1]) if found else None
    return None


def _from_brands(brands: str) -> tuple[str, int | None] | None:
    """Return the best known brand; Chromium only if no other is named, the invented ones never."""
    named = {BRAND_FAMILIES[name]: _major(major) for name, major in _BRAND.findall(brands) if name in BRAND_FAMILIES}
    others = [family for family in named if family != "Chromium"]
    family = others[0] if others else "Chromium" if named else ""
    return (family, named[family]) if family else None


def _from_agent(parsed: Result) -> tuple[str, int | None]:
    if parsed.user_agent is None:
        return UNKNOWN, None
    family = BROWSER_FAMILIES.get(parsed.user_agent.family, "other")
    return family, None if family == "other" else _major(parsed.user_agent.major)


def _major(text: str | None) -> int | None:
    """Return a believable major version."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 5:
        return None
    major = int(text)
    return major if major <= _MAJOR_AT_MOST else None


def _system(lower: str, platform: str, parsed: Result) -> str:
    if any(word in lower for word in HARMONY_WORDS):
        return "HarmonyOS"
    if hinted := PLATFORM_FAMILIES.get(platform.strip().strip('"')):
        return hinted
    if parsed.os is None:
        return UNKNOWN
    if parsed.os.family in LINUXES:
        return "Linux"
    return OS_FAMILIES.get(parsed.os.family, "other")


def _kind(agent: str, mobile: str, system: str) -> Kind:
    if "iPad" in agent or "Tablet" in agent:
        return "tablet"
    if mobile == "?1" or any(word in agent for word in ("iPhone", "iPod", "Phone;", "Windows Phone")):
        return "mobile"
    if system in ("Android", "HarmonyOS"):
        return _android_kind(agent)
    return "desktop" if system in ("Windows", "macOS", "Linux", "Chrome OS") else "unknown"


def _android_kind(agent: str) -> Kind:
    """Android browsers leave the word Mobile out on tablets; a television is neither."""
    if "(PC;" in agent:
        return "desktop"
    if "TV" in agent or "BRAVIA" in agent:
        return "unknown"
    return "mobile" if "Mobile" in agent else "tablet"
