"""Clause 7: one line of the ledger, which holds no personal data and commits to a payload that does (security rule 28).

The payload and its salt are sealed beside the entry, under the person it is about. Re-sealing or erasing them changes
no entry: the commitment is over the plain payload and a random salt, never over ciphertext.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Struct

from troth.clock import to_ms
from troth.errors import Tampered
from troth.ledger.encode import encode
from troth.ledger.tree import Growth
from troth.policy.permit import SubjectId

# Stored in every entry. Never change or reuse a number.
ENTRY_VERSION = 1
SALT_BYTES = 32

Payload = Mapping[str, str | int | bool | Mapping[str, bool] | Sequence[str] | None]
"""What an entry commits to: names of the domain to ids, numbers, flags and short lists."""


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the ledger. `at` is a whole UTC second; `commitment` is 32 bytes."""

    version: int = ENTRY_VERSION
    kind: str
    at: datetime
    policy_hash: str
    clause: str
    commitment: bytes


class SealedPayload(Struct, frozen=True, kw_only=True):
    """The salt and payload of an entry, sealed: kept beside the entry, gone with the person.

    subject  whose key seals it; None = sealed under the site's key of the class
    """

    subject: SubjectId | None
    record_id: str
    class_: str
    epoch: str
    blob: bytes


class Draft(Struct, frozen=True):
    """An entry that is ready to be appended, with its sealed payload."""

    entry: Entry
    payload: SealedPayload


class Numbered(Struct, frozen=True):
    """An entry with its place in the ledger; the first place is 0, there are no gaps."""

    seq: int
    entry: Entry


class Appended:
    """An entry on its way into the ledger; once the change is durable it knows its place and the head over it."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self._placed: tuple[int, str, Growth] | None = None

    @property
    def seq(self) -> int:
        """The entry's number; the first is 0."""
        return self._place[0]

    @property
    def checkpoint(self) -> str:
        """The signed head of the batch that the entry was committed with."""
        return self._place[1]

    def proof(self) -> list[bytes]:
        """Return the inclusion proof of the entry under that head."""
        seq, _, growth = self._place
        return growth.proof(seq)

    def place(self, seq: int, checkpoint: str, growth: Growth) -> None:
        """Say where the entry came to lie; the engine calls it after the commit."""
        self._placed = (seq, checkpoint, growth)

    @property
    def _place(self) -> tuple[int, str, Growth]:
        if self._placed is None:
            raise RuntimeError("the change is not durable yet; ask after its block has ended")
        return self._placed


class Sealer(Protocol):
    """Seals payloads; the vault does it (`consent.sealing.VaultSealer`)."""

    def seal_payload(self, subject: SubjectId | None, record_id: str, at: datetime, plain: bytes) -> SealedPayload:
        """Seal under the person's key, or under the site's where `subject` is None."""
        ...


class EntryBook(Protocol):
    """The ledger inside one change. Numbers are given when the change is committed."""

    def append(self, draft: Draft) -> Appended: ...


class WithLedger(Protocol):
    """A change that carries ledger entries."""

    @property
    def ledger(self) -> EntryBook: ...


def commitment(salt: bytes, payload: bytes) -> bytes:
    """Return SHA-256 over the salt and the payload, unambiguously joined (security rule 28)."""
    return hashlib.sha256(encode(["troth/commit/v1", salt, payload])).digest()


def draft_entry(
    sealer: Sealer,
    kind: str,
    clause: str,
    payload: Payload,
    *,
    subject: SubjectId | None,
    record_id: str,
    policy_hash: str,
    at: datetime,
) -> Draft:
    """Return an entry and its sealed payload. Costs the sealing, so draft before opening the change."""
    plain = msgspec.json.encode(payload, order="sorted")
    salt = secrets.token_bytes(SALT_BYTES)
    sealed = sealer.seal_payload(subject, record_id, at, salt + plain)
    whole_second = at.replace(microsecond=0)
    committed = commitment(salt, plain)
    entry = Entry(kind=kind, at=whole_second, policy_hash=policy_hash, clause=clause, commitment=committed)
    return Draft(entry, sealed)


def record(
    change: WithLedger,
    sealer: Sealer,
    kind: str,
    clause: str,
    payload: Payload,
    *,
    subject: SubjectId | None,
    record_id: str,
    policy_hash: str,
    at: datetime,
) -> Appended:
    """Seal the payload and append its entry to the change."""
    draft = draft_entry(
        sealer, kind, clause, payload, subject=subject, record_id=record_id, policy_hash=policy_hash, at=at
    )
    return change.ledger.append(draft)


def read_payload(entry: Entry, opened: bytes) -> bytes:
    """Return the payload (canonical JSON) of an opened, formerly sealed value; Tampered if the entry says otherwise."""
    salt, plain = opened[:SALT_BYTES], opened[SALT_BYTES:]
    if not hmac.compare_digest(commitment(salt, plain), entry.commitment):
        raise Tampered("a ledger payload does not fit its entry", "run `troth verify` and compare with a receipt")
    return plain


def leaf_bytes(numbered: Numbered) -> bytes:
    """Return what the tree hashes as a leaf: place, version, kind, second, policy, clause, commitment."""
    entry = numbered.entry
    second = to_ms(entry.at) // 1000
    numbers = [str(numbered.seq), str(entry.version), str(second)]
    return encode(["troth/entry/v1", *numbers, entry.kind, entry.policy_hash, entry.clause, entry.commitment])
