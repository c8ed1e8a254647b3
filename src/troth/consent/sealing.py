"""Clause 7: ledger payloads are sealed by the vault, under the person or under the site (security rule 28).

Both in the class `evidence`. How long that class is kept is a term of law, so it stands in the policy (X-01).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from troth.errors import PolicyError
from troth.ledger import SealedPayload
from troth.policy.model import Policy
from troth.policy.permit import SubjectId
from troth.policy.versions import VersionsInForce
from troth.vault import Label, RowKey, epoch_of, seal

EVIDENCE_CLASS: Final = "evidence"


class RowKeys(Protocol):
    """The writing side of the vault."""

    def row_key(self, subject: SubjectId, class_: str, epoch: str) -> RowKey: ...

    def site_row_key(self, class_: str, epoch: str) -> RowKey: ...


def evidence_days(policy: Policy) -> int:
    """Return how long evidence is kept. Raises PolicyError if the policy does not say."""
    for kept in policy.retention.values():
        if kept.class_ == EVIDENCE_CLASS:
            return kept.longest_days
    raise PolicyError(
        "no retention says how long evidence is kept, so no decision could be recorded",
        f'add a retention with "class: {EVIDENCE_CLASS}" and the term the law sets',
        "retention",
    )


class VaultSealer:
    """Seals ledger payloads in the class `evidence`, which is kept for the term the policy in force declares."""

    def __init__(self, vault: RowKeys, versions: VersionsInForce) -> None:
        self._vault = vault
        self._versions = versions

    def seal_payload(self, subject: SubjectId | None, record_id: str, at: datetime, plain: bytes) -> SealedPayload:
        """Seal under the person's key, or under the site's where there is no person.

        Raises Erased or Restricted if nothing may be written about the person any more.
        """
        epoch = self.epoch_at(at)
        key = self._key(subject, epoch)
        blob = seal(key, payload_label(subject, record_id, EVIDENCE_CLASS, epoch), plain)
        return SealedPayload(subject=subject, record_id=record_id, class_=EVIDENCE_CLASS, epoch=epoch, blob=blob)

    def epoch_at(self, at: datetime) -> str:
        """Return the epoch of evidence made at a moment. Raises PolicyError if no version says how long it is kept."""
        return epoch_of(EVIDENCE_CLASS, at, evidence_days(self._policy_at(at)))

    def _policy_at(self, at: datetime) -> Policy:
        """Return the policy in force, before the first day of all the one that is to come."""
        published = self._versions.published()
        if published and at < published[0].in_force_from:
            return published[0].policy
        return self._versions.at(at).policy

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
