"""Clause 7: every reading of sealed values stands in the ledger before the text is handed out (security rule 48)."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from typing import Protocol

from troth.errors import Erased, Restricted, StoreError
from troth.ledger import Draft, Payload, Sealer, WithLedger, draft_entry
from troth.policy.permit import SubjectId
from troth.policy.versions import VersionsInForce
from troth.vault import Reading


class LedgerRegister(Protocol):
    """The register, as far as readings need it."""

    def change(self) -> AbstractContextManager[WithLedger]: ...


class RegisterReadings:
    """The vault's `Readings` over the register. The vault needs it before it can seal, so the sealer comes later."""

    def __init__(self, register: LedgerRegister, versions: VersionsInForce) -> None:
        self._register = register
        self._versions = versions
        self._sealer: Sealer | None = None

    def seal_with(self, sealer: Sealer) -> None:
        """Say who seals the entries' payloads; until then nothing can be read."""
        self._sealer = sealer

    def record(self, reading: Reading) -> None:
        """Write one entry for the reading and return when it is durable. Raises StoreError: nothing is opened then."""
        if self._sealer is None:
            raise StoreError("readings cannot be recorded yet", "call seal_with() when the vault is made")
        draft = self._draft(self._sealer, reading)
        with self._register.change() as change:
            change.ledger.append(draft)

    def _draft(self, sealer: Sealer, reading: Reading) -> Draft:
        """Seal under the person if it is about one, else under the site; also if nothing may be written about them."""
        about = reading.subjects[0] if len(reading.subjects) == 1 else None
        try:
            return self._entry(sealer, reading, about)
        except (Erased, Restricted):
            return self._entry(sealer, reading, None)

    def _entry(self, sealer: Sealer, reading: Reading, about: SubjectId | None) -> Draft:
        permit = reading.permit
        payload: Payload = {
            "purpose": permit.purpose,
            "basis": permit.basis,
            "actor": permit.actor,
            "grant": permit.grant_id,
            "subjects": list(reading.subjects),
            "fields": list(reading.fields),
            "count": reading.count,
            "selection": reading.selection,
        }
        return draft_entry(
            sealer,
            "read",
            permit.clause,
            payload,
            subject=about,
            record_id=secrets.token_hex(16),
            policy_hash=self._versions.at(reading.at).hash,
            at=reading.at,
        )
