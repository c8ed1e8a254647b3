"""Clauses 10 and 12: every version there has been, when each one held, and under which address it stays (C10-03)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct

from troth.pages.layout import day_in_words
from troth.policy.versions import Version
from troth.web.registers import Cell, Register
from troth.words import Language, say

HASH_IN_ADDRESS = 16
"""Letters of a hash that stand for a version in an address: no two versions share sixteen."""

State = Literal["current", "old", "coming", "never"]


class Edition(Struct, frozen=True):
    """One version among the others. It holds from `since` until just before `until` (None: nothing replaces it yet).

    address   its number, or the beginning of its hash where the number was used more than once
    """

    version: Version
    since: datetime
    until: datetime | None
    state: State
    address: str

    @property
    def first_day(self) -> date:
        return self.since.astimezone(self.version.policy.zone).date()

    @property
    def last_day(self) -> date | None:
        """The last day on which it held for at least a moment."""
        return (self.until - timedelta(seconds=1)).astimezone(self.version.policy.zone).date() if self.until else None


def editions(published: Sequence[Version], now: datetime) -> tuple[Edition, ...]:
    """Return all versions with the time each one held, oldest first.

    published   in the order in which they come into force, as `VersionsInForce` gives them
    """
    numbers = [version.policy.version for version in published]
    starts = [version.in_force_from for version in published]
    ends = [*starts[1:], None] if published else []
    return tuple(
        _edition(version, until, now, is_reused=numbers.count(version.policy.version) > 1)
        for version, until in zip(published, ends, strict=True)
    )


def edition_named(all_: Sequence[Edition], name: str) -> Edition | None:
    """Return the version of that number or hash, or None.

    A number that was used more than once means the text in force now, else the latest that was, else the next.
    """
    named = [edition for edition in all_ if edition.version.policy.version == name]
    for states in (("current",), ("old", "never"), ("coming",)):
        fitting = [edition for edition in named if edition.state in states]
        if fitting:
            return fitting[0] if states == ("coming",) else fitting[-1]
    if len(name) < 8:
        return None
    return next((edition for edition in all_ if edition.version.hash.startswith(name)), None)


def others_with_number(all_: Sequence[Edition], of: Version) -> tuple[Edition, ...]:
    """Return the other versions that were published under the same number."""
    return tuple(e for e in all_ if e.version.policy.version == of.policy.version and e.version.hash != of.hash)


def versions_register(all_: Sequence[Edition], language: Language, shown: str = "") -> Register:
    """Return what was in force when, the newest first. `shown`: the hash of the version the page is about."""
    columns = ("versions.version", "versions.in_force", "versions.issued", "versions.hash", "versions.data")
    return Register(
        "versions",
        say("versions.title", language),
        tuple(say(key, language) for key in columns),
        tuple(_row(edition, language, shown) for edition in reversed(all_)),
        say("versions.intro", language),
    )


def _edition(version: Version, until: datetime | None, now: datetime, *, is_reused: bool) -> Edition:
    since = version.in_force_from
    state: State = "current"
    if until is not None and until <= since:
        state = "never"
    elif since > now:
        state = "coming"
    elif until is not None and until <= now:
        state = "old"
    address = version.hash[:HASH_IN_ADDRESS] if is_reused else version.policy.version
    return Edition(version, since, until, state, address)


def _row(edition: Edition, language: Language, shown: str) -> tuple[Cell, ...]:
    tags = [(say(f"versions.{edition.state}", language), "on")] if edition.state in ("current", "coming") else []
    tags += [(say("versions.shown", language), "")] if edition.version.hash == shown else []
    at = f"/privacy/policy/{edition.address}"
    return (
        Cell(edition.version.policy.version, tags=tuple(tags), to=f"{at}?lang={language}"),
        Cell(_held(edition, language)),
        Cell(day_in_words(edition.version.policy.issued, language)),
        Cell(edition.version.hash[:HASH_IN_ADDRESS] + "…", code=True),
        Cell(f"{edition.address}.json", to=f"{at}.json"),
    )


def _held(edition: Edition, language: Language) -> str:
    if edition.state == "never":
        return say("versions.never", language)
    first, last = day_in_words(edition.first_day, language), edition.last_day
    if last is not None:
        return say("versions.between", language, first=first, last=day_in_words(last, language))
    return say("versions.will" if edition.state == "coming" else "versions.from", language, first=first)
