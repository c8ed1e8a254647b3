"""Clause 12: which version of the policy was in force at a moment. Rooms ask; the register answers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Protocol

from msgspec import Struct

from troth.errors import PolicyError
from troth.policy.model import Policy


class Version(Struct, frozen=True, kw_only=True):
    """A published version. `hash` is the SHA-256 hex of its canonical JSON."""

    hash: str
    policy: Policy
    published_at: datetime

    @property
    def in_force_from(self) -> datetime:
        """The first moment it holds: its effective day begins in its own time zone, and it is published."""
        return max(self.published_at, start_of(self.policy.policy.effective, self.policy))


class Publication(Struct, frozen=True, kw_only=True):
    """A version as it is kept: the file as written, the canonical form, and the model read from it."""

    version: Version
    source: bytes
    canonical: bytes


class PolicyBook(Protocol):
    """`change.policies`: versions are added, never altered."""

    def publish(self, publication: Publication) -> None:
        """Keep a version; publishing the same hash again changes nothing."""
        ...


class VersionsInForce(Protocol):
    """Every published version, and which one holds at a moment."""

    def at(self, moment: datetime) -> Version:
        """Return the version in force; PolicyError if there was none yet."""
        ...

    def by_hash(self, hash_: str) -> Version | None:
        """Return the version with this hash, or with this beginning of a hash (8 characters or more)."""
        ...

    def published(self) -> Sequence[Version]:
        """Return all versions, oldest first."""
        ...


class VersionList:
    """Versions held in a list: the honest small implementation of `VersionsInForce`."""

    def __init__(self, versions: Sequence[Version]) -> None:
        by_start = sorted(versions, key=lambda version: (version.in_force_from, version.published_at))
        self._versions = by_start
        self._starts = [version.in_force_from for version in by_start]

    def at(self, moment: datetime) -> Version:
        begun = bisect_right(self._starts, moment)
        if begun == 0:
            day = moment.astimezone(UTC).date()
            raise PolicyError(f"no version of the policy is in force on {day}", "publish one that is effective by then")
        return self._versions[begun - 1]

    def by_hash(self, hash_: str) -> Version | None:
        if len(hash_) < 8:
            return None
        return next((version for version in self._versions if version.hash.startswith(hash_)), None)

    def published(self) -> Sequence[Version]:
        return list(self._versions)


def start_of(day: date, policy: Policy) -> datetime:
    """Return the moment a day begins in the policy's time zone, as UTC."""
    return datetime.combine(day, time(), tzinfo=policy.zone).astimezone(UTC)
