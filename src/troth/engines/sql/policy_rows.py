"""Clauses 10 and 12: published versions of the policy; they are added and never altered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from sqlalchemy import Connection, bindparam, insert, select

from troth.clock import from_ms, to_ms
from troth.engines.sql.tables import policy_versions
from troth.policy.model import Policy
from troth.policy.versions import Publication, Version, VersionList

_FIND = select(policy_versions.c.hash).where(policy_versions.c.hash == bindparam("wanted"))
_PUBLISH = insert(policy_versions)
_KNOWN = select(policy_versions.c.hash, policy_versions.c.published_at_ms).order_by(policy_versions.c.published_at_ms)
_IDS = select(policy_versions.c.policy_id).order_by(policy_versions.c.published_at_ms)
_TEXTS = select(policy_versions).where(policy_versions.c.hash.in_(bindparam("hashes", expanding=True)))
_SOURCE = select(policy_versions.c.source).where(policy_versions.c.hash == bindparam("wanted"))
_CANONICAL = select(policy_versions.c.canonical).where(policy_versions.c.hash == bindparam("wanted"))


class PolicyRows:
    """The versions inside one change."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def publish(self, publication: Publication) -> None:
        """Keep a version; publishing the same hash again changes nothing."""
        version = publication.version
        if self._connection.execute(_FIND, {"wanted": version.hash}).first():
            return
        header = version.policy.policy
        row = {
            "hash": version.hash,
            "policy_id": header.id,
            "version": header.version,
            "source": publication.source,
            "canonical": publication.canonical,
            "issued": header.issued.isoformat(),
            "effective": header.effective.isoformat(),
            "published_at_ms": to_ms(version.published_at),
        }
        self._connection.execute(_PUBLISH, row)


class Text(Struct, frozen=True):
    """A version as it lies in the register."""

    hash: str
    source: bytes
    published_at: datetime


class PolicyShelf:
    """The versions as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hashes(self) -> list[str]:
        """Return the hashes of all versions in the order of publication."""
        return [row.hash for row in self._connection.execute(_KNOWN)]

    def policy_ids(self) -> list[str]:
        """Return every id the policy has had, the first one first."""
        return list(dict.fromkeys(self._connection.scalars(_IDS)))

    def texts(self, hashes: Sequence[str]) -> list[Text]:
        """Return these versions as they were written."""
        rows = self._connection.execute(_TEXTS, {"hashes": list(hashes)})
        return [Text(row.hash, bytes(row.source), from_ms(row.published_at_ms)) for row in rows]

    def source(self, hash_: str) -> bytes | None:
        """Return the file as it was written."""
        found = self._connection.scalar(_SOURCE, {"wanted": hash_})
        return None if found is None else bytes(found)

    def canonical(self, hash_: str) -> bytes | None:
        """Return the bytes the hash was made of, as they were published."""
        found = self._connection.scalar(_CANONICAL, {"wanted": hash_})
        return None if found is None else bytes(found)


class PolicyReading(Protocol):
    @property
    def policies(self) -> PolicyShelf: ...


class PolicyRegister(Protocol):
    """The register, as far as versions need it."""

    def reading(self) -> AbstractContextManager[PolicyReading]: ...


class PublishedVersions:
    """`VersionsInForce` over the register: held in memory, read again after `refresh()`.

    Only the house process publishes; it refreshes after the change, so that nothing is read for a visitor.
    """

    def __init__(self, register: PolicyRegister, read_policy: Callable[[bytes], Policy]) -> None:
        self._register = register
        self._read_policy = read_policy
        self._lock = threading.Lock()
        self._by_hash: dict[str, Version] = {}
        self._list = VersionList([])
        self.refresh()

    def refresh(self) -> None:
        """Take up versions that were published since."""
        with self._lock:
            with self._register.reading() as reading:
                new = [hash_ for hash_ in reading.policies.hashes() if hash_ not in self._by_hash]
                texts = reading.policies.texts(new) if new else []
            for text in texts:
                policy = self._read_policy(text.source)
                self._by_hash[text.hash] = Version(hash=text.hash, policy=policy, published_at=text.published_at)
            self._list = VersionList(list(self._by_hash.values()))

    def at(self, moment: datetime) -> Version:
        """Return the version in force; PolicyError if there was none yet."""
        return self._list.at(moment)

    def by_hash(self, hash_: str) -> Version | None:
        """Return the version with this hash, or with this beginning of a hash (8 characters or more)."""
        return self._list.by_hash(hash_)

    def published(self) -> Sequence[Version]:
        """Return all versions, oldest first."""
        return self._list.published()
