"""Clause 7: ledger payloads are sealed by the vault, under the person or under the site (security rule 28)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from troth.ledger import SealedPayload
from troth.policy.permit import SubjectId
from troth.vault import Label, RowKey, epoch_of, seal

EVIDENCE_CLASS = "evidence"
EVIDENCE_DAYS = 3 * 365


class RowKeys(Protocol):
    """The writing side of the vault."""

    def row_key(self, subject: SubjectId, class_: str, epoch: str) -> RowKey: ...

    def site_row_key(self, class_: str, epoch: str) -> RowKey: ...


class VaultSealer:
    """Seals ledger payloads in the class `evidence`, which is kept for the statutory term."""

    def __init__(self, vault: RowKeys) -> None:
        self._vault = vault

    def seal_payload(self, subject: SubjectId | None, record_id: str, at: datetime, plain: bytes) -> SealedPayload:
        """Seal under the person's key, or under the site's where there is no person.

        Raises Erased or Restricted if nothing may be written about the person any more.
        """
        epoch = epoch_of(EVIDENCE_CLASS, at, EVIDENCE_DAYS)
        key = self._key(subject, epoch)
        blob = seal(key, payload_label(subject, record_id, EVIDENCE_CLASS, epoch), plain)
        return SealedPayload(subject=subject, record_id=record_id, class_=EVIDENCE_CLASS, epoch=epoch, blob=blob)

    def _key(self, subject: SubjectId | None, epoch: str) -> RowKey:
        if subject is None:
            return self._vault.site_row_key(EVIDENCE_CLASS, epoch)
        return self._vault.row_key(subject, EVIDENCE_CLASS, epoch)


def payload_label(subject: SubjectId | None, record_id: str, class_: str, epoch: str) -> Label:
    """Return the label under which a ledger payload is sealed and opened."""
    return Label(
        kind="ledger",
        field="payload",
        subject=subject or "",
        record_id=record_id,
        revision=1,
        class_=class_,
        epoch=epoch,
    )
