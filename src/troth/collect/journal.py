"""Clause 2: the journal a view is written to before it is acknowledged, in the words the collector needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from troth.collect.lines import SegmentLine
from troth.policy.permit import SubjectId


class Before(Struct):
    """How an open visit stood before a beacon, so that it can be put back; seq and engaged_ms are a ping's view's."""

    seen_ms: int
    seals: int
    seq: int = 0
    engaged_ms: int = 0


class Entry(Struct, eq=False):
    """What one beacon adds: its lines, and what to put back in memory if they could not be written.

    adds        a visit with its first view, a view, or a ping of one
    generation  the identity store's generation when the browser was looked up
    ended       set by the journal: the person withdrew or was erased since then, nothing was written
    """

    subject: SubjectId
    generation: int
    visit: str
    view: str
    adds: Literal["visit", "view", "ping"]
    before: Before
    data: bytes
    ended: bool = False


class TakeBack(Protocol):
    """What the journal calls, on the event loop, for entries it did not write."""

    def __call__(self, entries: Sequence[Entry]) -> None: ...


class Fence(Protocol):
    """Asked before each group commit: who withdrew, was restricted or erased lately, and in which generation."""

    def __call__(self) -> Mapping[SubjectId, int]: ...


class Journal(Protocol):
    """Append-only segments with group commit."""

    async def append(self, entry: Entry) -> None:
        """Return once the entry is durable or `entry.ended` is set. Raises StoreError if it could not be written."""

    async def settled(self) -> None:
        """Return once everything appended so far is durable."""

    def release(self, visits: Iterable[str]) -> None:
        """Let go of visits that are safe elsewhere; segments that hold no other visit are removed."""


class Segments(Protocol):
    """What is read back at a start."""

    def read_back(self) -> Iterable[Sequence[SegmentLine]]:
        """Yield the lines of each segment, oldest segment first; torn tails are cut off."""
