"""The rows of a month file (clause 2.1): coarse columns in clear, what identifies sealed beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from troth.collect.lines import Coarse

COARSE_COLUMNS = (
    "country",
    "province",
    "isp",
    "geo_source",
    "browser",
    "browser_major",
    "device",
    "os",
    "tz",
    "locale",
    "screen",
    "color_bits",
    "cookie_ok",
    "java_ok",
    "referrer",
)


class VisitRow(Struct, frozen=True, kw_only=True):
    """One closed visit. None where the policy or the person does not let us keep the fact.

    visitor_key  32 hex characters: countable within its month, linkable to nothing else
    started_ms   milliseconds since 1970, UTC; `day` is the day in the policy's zone, "2026-11-24"
    frequency    how many visits so far: "1", "2-3", "4-9" or "10+"
    """

    visit: str
    visitor_key: str
    grants: str
    day: str
    started_ms: int
    pages: int | None
    duration_ms: int | None
    entry_page: str | None
    exit_page: str | None
    is_first: bool | None
    frequency: str | None
    coarse: Coarse


class ViewRow(Struct, frozen=True, kw_only=True):
    """One page view of a closed visit."""

    visit: str
    view: str
    day: str
    seen_ms: int
    page: str
    engaged_ms: int | None
    opened_ms: int | None


class SealRow(Struct, frozen=True, kw_only=True):
    """Sealed facts of a visit, openable by nobody once the person or the epoch is gone."""

    visit: str
    number: int
    class_: str
    epoch: str
    blob: bytes


class ClosedVisits(Struct, frozen=True):
    """What goes into one month file in one transaction."""

    month: str
    visits: Sequence[VisitRow]
    views: Sequence[ViewRow]
    seals: Sequence[SealRow]


class MonthFiles(Protocol):
    """The visits of past and present months, a file a month."""

    def held(self, month: str, visits: Collection[str]) -> set[str]:
        """Return which of these visits the month file already holds."""

    def load(self, closed: ClosedVisits, committed: Callable[[], None]) -> None:
        """Keep the visits in one transaction, then call `committed` before anybody can count them twice."""

    def views_since(self, since_ms: int) -> Iterable[tuple[str, int]]:
        """Return view id and time of the views seen since then."""
