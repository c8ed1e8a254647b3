"""X-01: a second copy of every decision, sealed under the site, found by the number of its receipt and by nothing else.

The person's own copy dies with the person. This one stays for the statutory term: it says what was decided and when,
not by whom. Its row holds the SHA-256 of the number, the epoch and the sealed copy, so nothing in the register leads
from a person to it, and from it to nobody. Whoever has the number can have it shown (`ReceiptDesk.evidence`).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from troth.ledger.entry import SALT_BYTES
from troth.vault import Label, RowKey, Sealed, seal


class SealedCopy(Struct, frozen=True):
    """A row: `mark` is the SHA-256 of the number, 32 bytes."""

    mark: bytes
    class_: str
    epoch: str
    blob: bytes

    def __repr__(self) -> str:
        return f"SealedCopy({self.class_!r}, {self.epoch!r}, ●●●)"


class EvidenceBook(Protocol):
    """Evidence inside one change."""

    def keep(self, copy: SealedCopy) -> None: ...


class EvidenceShelf(Protocol):
    """Evidence as a reader sees it."""

    def find(self, mark: bytes) -> SealedCopy | None:
        """Return the copy with this mark."""
        ...

    def place_of(self, second: datetime, commitment: bytes) -> int | None:
        """Return the number of the ledger entry of that second which makes this commitment."""
        ...


def mark_of(number: str) -> bytes:
    """Return what evidence is found by."""
    return hashlib.sha256(number.encode()).digest()


def seal_copy(key: RowKey, number: str, salt: bytes, plain: bytes) -> SealedCopy:
    """Return the copy of a decision, sealed under the site's key of an epoch."""
    mark = mark_of(number)
    blob = seal(key, _label(mark, key.class_, key.epoch), salt + plain)
    return SealedCopy(mark, key.class_, key.epoch, blob)


def sealed_value(copy: SealedCopy) -> Sealed:
    """Return the copy as the vault opens it."""
    return Sealed(_label(copy.mark, copy.class_, copy.epoch), copy.blob)


def parts_of(opened: bytes) -> tuple[bytes, bytes]:
    """Return salt and statement of an opened copy."""
    return opened[:SALT_BYTES], opened[SALT_BYTES:]


def _label(mark: bytes, class_: str, epoch: str) -> Label:
    return Label(
        kind="receipt", field="evidence", subject="", record_id=mark.hex(), revision=1, class_=class_, epoch=epoch
    )
