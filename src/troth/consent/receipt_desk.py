"""Clause 8.3 and X-01: where receipts are issued: to whoever holds number and token, and to staff as evidence.

A number alone opens nothing (security rule 31): the browser's token has to come with it. Every look at a kept copy is
a recorded reading under the basis on which choices are remembered; consent is not asked for it, and not needed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from troth.clock import Clock
from troth.consent.drafting import CHOICE_COOKIE, Written
from troth.consent.evidence import SealedCopy, mark_of, parts_of, seal_copy, sealed_value
from troth.consent.footing import Footings
from troth.consent.model import NotPermitted
from troth.consent.permits import permit_for_own
from troth.consent.receipt import Place, Receipt, ReceiptSigner, issue, read_statement
from troth.consent.record_27560 import Links, Records
from troth.consent.sealing import EVIDENCE_CLASS, payload_label
from troth.consent.stores import ConsentReading, ConsentRegister
from troth.errors import Tampered
from troth.ledger.entry import commitment
from troth.policy.permit import Permit, SubjectId
from troth.policy.versions import VersionsInForce
from troth.vault import RowKey, Sealed, Vault

CLAUSE = "X-01"
KEY_KEPT = timedelta(seconds=60)
SELECTION = "one receipt, by its number"


class ReceiptDesk:
    """Seals the copies that stay, finds them again, issues signed documents. Keeps nothing about a person."""

    def __init__(
        self,
        register: ConsentRegister,
        vault: Vault,
        versions: VersionsInForce,
        clock: Clock,
        signer: ReceiptSigner,
        links: Links,
    ) -> None:
        self._register = register
        self._vault = vault
        self._versions = versions
        self._clock = clock
        self._signer = signer
        self._records = Records(versions, links)
        self._footings = Footings(register, versions)
        self._key: tuple[RowKey, datetime] | None = None

    def issue(self, receipt: Receipt) -> bytes:
        """Return the signed document of a receipt, issued now. Raises PolicyError for a version we do not have."""
        return issue(receipt, self._records.of(receipt.statement), self._signer, self._clock.now())

    def seal(self, written: Written) -> SealedCopy:
        """Return the copy of a decision that outlives the person, to be kept in the decision's own change."""
        return seal_copy(self._site_key(written.epoch), written.statement.receipt, written.salt, written.plain)

    def evidence(self, number: str, actor: str) -> Receipt | None:
        """Return what was decided under a number, whether the person still exists here or not; None if unknown.

        Raises NotPermitted, Expired when the statutory term is over, Tampered, StoreError.
        """
        with self._register.reading() as reading:
            copy = reading.receipts.find(mark_of(number))
        if copy is None:
            return None
        (opened,) = self._vault.open_for(self._permit(actor), [sealed_value(copy)], SELECTION)
        return self._found(*parts_of(opened))

    def find(self, number: str, subject: SubjectId) -> Receipt | None:
        """Return a person's own receipt; None for an unknown number, and for somebody else's all the same."""
        receipt = self.evidence(number, "subject")
        if receipt is None:
            return None
        with self._register.reading() as reading:
            return receipt if _owner_of(reading, receipt.placed.seq) == subject else None

    def of_decision(self, decision_id: str, subject: SubjectId) -> Receipt | None:
        """Return the receipt of one of a person's decisions, from their own sealed copy; None if it is not theirs.

        Raises Restricted while their processing is stopped.
        """
        with self._register.reading() as reading:
            payloads = [payload for _, payload in reading.ledger.payloads_of(subject)]
        own = next((payload for payload in payloads if payload.record_id == decision_id), None)
        if own is None:
            return None
        label = payload_label(own.subject, own.record_id, own.class_, own.epoch)
        (opened,) = self._vault.open_for(permit_for_own(subject), [Sealed(label, own.blob)])
        return self._found(*parts_of(opened))

    def _found(self, salt: bytes, plain: bytes) -> Receipt:
        """Return the receipt with its place under the newest head. Raises Tampered if the ledger has no such entry."""
        statement = read_statement(plain)
        committed = commitment(salt, plain)
        with self._register.reading() as reading:
            seq = reading.receipts.place_of(statement.decided_at.replace(microsecond=0), committed)
            checkpoint = reading.ledger.head()
            if seq is None or checkpoint is None:
                raise Tampered("the ledger has no entry for a decision that is kept", "run `troth verify`")
            (numbered,) = reading.ledger.after(seq - 1, 1)
            path = reading.ledger.prove_inclusion(seq, _size_of(checkpoint))
        return Receipt(statement, plain, salt, Place(numbered.entry, seq, checkpoint, tuple(path)))

    def _site_key(self, epoch: str) -> RowKey:
        """Return the site's key to write with, asked for anew once a minute (security rule 8)."""
        now = self._clock.now()
        key, asked_at = self._key or (None, now)
        if key is None or key.epoch != epoch or not timedelta() <= now - asked_at < KEY_KEPT:
            key = self._vault.site_row_key(EVIDENCE_CLASS, epoch)
            self._key = key, now
        return key

    def _permit(self, actor: str) -> Permit:
        """Return leave to read evidence, on the basis of the purpose that the choice cookie serves."""
        now = self._clock.now()
        cookie = self._versions.at(now).policy.cookies.get(CHOICE_COOKIE)
        if cookie is None:
            raise NotPermitted(f"the policy declares no cookie {CHOICE_COOKIE}, so no purpose keeps evidence")
        return self._footings.permit(cookie.purpose, None, now, actor, CLAUSE)


def _owner_of(reading: ConsentReading, seq: int) -> SubjectId | None:
    """Return whose decision an entry is, while that still stands somewhere."""
    payload = reading.ledger.payload_at(seq)
    if payload is None:
        return None
    if payload.subject is not None:
        return payload.subject
    decision = reading.consents.decision(payload.record_id)
    return None if decision is None else decision.subject


def _size_of(checkpoint: str) -> int:
    """Return the size a checkpoint of our own states: its second line."""
    return int(checkpoint.split("\n", 2)[1])
