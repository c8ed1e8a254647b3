"""Clause 8.3 (C8.3-04): the receipt of a decision: what it states, where it stands in the ledger, who signed it.

A receipt states; it authorises nothing (security rule 31). It holds no address, no browser's name, no token and no
subject: its number is random, and whoever has it learns what is printed on it and gets in nowhere. It is one JSON
document that can be checked without us (`receipt_check.py`); docs/receipts.md describes it for others.

The form is frozen by tests/golden/receipt.json: people keep these for years. Never change it, add a version.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

import msgspec
from msgspec import Raw, Struct

from troth.clock import to_ms
from troth.consent.events import Event
from troth.consent.guardian import GuardianRecord
from troth.ledger.entry import Entry
from troth.ledger.note import PublicKey

VERSION: Final = 1
PREFIX: Final = b"troth-receipt-v1\n"
NUMBER_BYTES: Final = 16
ALGORITHM: Final = "Ed25519"

canonical = msgspec.json.Encoder(order="sorted").encode
"""Canonical JSON: keys sorted, no white space, UTF-8. Receipts hold no fractions, so there is one form for each."""


class Statement(Struct, frozen=True, kw_only=True):
    """What was decided, in the form the ledger commits to. Moments are UTC to the millisecond.

    receipt    the number
    purposes   what was answered, yes or no
    granted    everything that is granted after it, answered now or before
    withdrawn  what was granted until then and is not any more
    text       SHA-256 of the words that were shown; "" where nothing was shown
    """

    receipt: str
    event: Event
    at: str
    until: str
    purposes: Mapping[str, bool]
    granted: Sequence[str]
    withdrawn: Sequence[str]
    policy: str
    language: str
    layer: int
    how: str
    text: str
    gpc: bool
    guardian: GuardianRecord | None = None

    @property
    def decided_at(self) -> datetime:
        """The moment of the decision."""
        return read_moment(self.at)

    @property
    def holds_until(self) -> datetime:
        """The moment it lapses by itself."""
        return read_moment(self.until)


class Placed(Protocol):
    """Where a statement's entry stands, and the proof of it under a signed head (`ledger.Appended`)."""

    @property
    def entry(self) -> Entry: ...

    @property
    def seq(self) -> int: ...

    @property
    def checkpoint(self) -> str: ...

    def proof(self) -> list[bytes]: ...


class Place(Struct, frozen=True):
    """A place that was looked up again."""

    entry: Entry
    seq: int
    checkpoint: str
    path: tuple[bytes, ...]

    def proof(self) -> list[bytes]:
        """Return the inclusion proof under the checkpoint."""
        return list(self.path)


class Receipt(Struct, frozen=True):
    """A statement with its place. `plain` is what the ledger commits to, together with `salt`."""

    statement: Statement
    plain: bytes
    salt: bytes
    placed: Placed

    @property
    def number(self) -> str:
        """The number: 32 hexadecimal characters."""
        return self.statement.receipt


class ReceiptSigner(Protocol):
    """Signs receipts with the key of the site (`ledger.NoteSigner` under the use "receipt")."""

    @property
    def public_key(self) -> PublicKey: ...

    def sign_bytes(self, message: bytes) -> bytes:
        """Return the bare signature: 64 bytes."""
        ...


def new_number() -> str:
    """Return 128 random bits in hexadecimal."""
    return secrets.token_hex(NUMBER_BYTES)


def plain_of(statement: Statement) -> bytes:
    """Return a statement as the ledger commits to it."""
    return canonical(statement)


def read_statement(plain: bytes) -> Statement:
    """Return the statement again."""
    return msgspec.json.decode(plain, type=Statement)


def issue(receipt: Receipt, record: Mapping[str, object], signer: ReceiptSigner, issued_at: datetime) -> bytes:
    """Return the signed document: canonical JSON.

    record  the fields of ISO/IEC TS 27560 (`record_27560.py`)
    """
    body: dict[str, object] = {
        **record,
        "troth_receipt": {"version": VERSION, "issued_at": write_moment(issued_at)},
        "decision": Raw(receipt.plain),
        "ledger": _ledger_part(receipt),
    }
    signature = signer.sign_bytes(signed_bytes(body))
    body["signature"] = {
        "algorithm": ALGORITHM,
        "key": key_id(signer.public_key),
        "value": base64.b64encode(signature).decode(),
    }
    return canonical(body)


def signed_bytes(body: Mapping[str, object]) -> bytes:
    """Return what the signature is over: a fixed line, then everything but the signature as canonical JSON."""
    return PREFIX + canonical({name: value for name, value in body.items() if name != "signature"})


def key_id(key: PublicKey) -> str:
    """Return how a receipt names the key that signed it: name+hash, the beginning of the key's verifier line."""
    return f"{key.name}+{key.hash.hex()}"


def write_moment(moment: datetime) -> str:
    """Return a moment as receipts print it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_moment(text: str) -> datetime:
    """Return the moment again. Raises ValueError."""
    return datetime.fromisoformat(text)


def _ledger_part(receipt: Receipt) -> dict[str, object]:
    placed, entry = receipt.placed, receipt.placed.entry
    return {
        "seq": placed.seq,
        "entry": {
            "version": entry.version,
            "kind": entry.kind,
            "second": to_ms(entry.at) // 1000,
            "policy_hash": entry.policy_hash,
            "clause": entry.clause,
            "commitment": entry.commitment.hex(),
        },
        "salt": receipt.salt.hex(),
        "proof": [step.hex() for step in placed.proof()],
        "checkpoint": placed.checkpoint,
    }
