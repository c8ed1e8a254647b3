"""Clause 8.3 and security rule 31: check a receipt without the house, with nothing but its public keys.

Five things must fit, one by one: the site's signature; the statement and its commitment; the entry that commits to it;
the way from that entry to the head; the signature under the head. The head is then one that left the machine: whoever
rewrites the ledger afterwards, even with its key, contradicts it (`ledger.verify`, security rule 30).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from troth.clock import from_ms
from troth.consent.receipt import ALGORITHM, VERSION, Statement, canonical, key_id, read_moment, signed_bytes
from troth.errors import Tampered, UnusableInput
from troth.ledger.checkpoint import open_checkpoint
from troth.ledger.entry import Entry, Numbered, commitment, leaf_bytes
from troth.ledger.note import PublicKey
from troth.ledger.tree import Head, leaf_hash, root_of_inclusion

LONGEST_BYTES = 1024 * 1024

Hex32 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Meta(ge=0, le=2**53)]


class Checked(Struct, frozen=True, kw_only=True):
    """A receipt that fits in every part.

    head   the ledger's head it attests, to be held against the ledger itself
    keys   names of the two keys that signed: receipt and head
    """

    statement: Statement
    issued_at: datetime
    seq: int
    head: Head
    checkpoint: str
    keys: tuple[str, str]


class _Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Count
    kind: str
    second: Count
    policy_hash: Hex32
    clause: str
    commitment: Hex32


class _Ledger(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seq: Count
    entry: _Entry
    salt: Hex32
    proof: Annotated[list[Hex32], Meta(max_length=64)]
    checkpoint: str


class _Issue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int
    issued_at: str


class _Signature(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    algorithm: str
    key: str
    value: str


class _Document(Struct, frozen=True, kw_only=True):
    """The parts of a receipt that are checked; the record around them is covered by the signature."""

    record_id: str
    troth_receipt: _Issue
    decision: Statement
    ledger: _Ledger
    signature: _Signature


def check_receipt(document: bytes, keys: Sequence[PublicKey]) -> Checked:
    """Return what a receipt proves, from its bytes and the site's public keys alone.

    Raises UnusableInput for something that is no receipt, Tampered for one that does not fit, and says where.
    """
    body, read = _read(document)
    signer = _check_signature(body, read, keys)
    numbered = _check_commitment(body["decision"], read)
    head = open_checkpoint(read.ledger.checkpoint, keys)
    root = root_of_inclusion(
        leaf_hash(leaf_bytes(numbered)), numbered.seq, head.size, [bytes.fromhex(step) for step in read.ledger.proof]
    )
    if root != head.root:
        raise Tampered("the receipt's entry is not under the head it names", "fetch the receipt again")
    return Checked(
        statement=read.decision,
        issued_at=_moment(read.troth_receipt.issued_at),
        seq=numbered.seq,
        head=head,
        checkpoint=read.ledger.checkpoint,
        keys=(signer.name, read.ledger.checkpoint.partition("\n")[0]),
    )


def _read(document: bytes) -> tuple[dict[str, object], _Document]:
    fix = "give the file as it was downloaded"
    if len(document) > LONGEST_BYTES:
        raise UnusableInput("the receipt is longer than any receipt of ours", fix)
    try:
        body = msgspec.json.decode(document, type=dict[str, object])
        read = msgspec.convert(body, _Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnusableInput("this is not a receipt", fix) from None  # a decoder's message quotes what it read
    if read.troth_receipt.version != VERSION:
        raise UnusableInput(
            f"the receipt has version {read.troth_receipt.version}, this Troth reads {VERSION}", "take a newer Troth"
        )
    return body, read


def _check_signature(body: dict[str, object], read: _Document, keys: Sequence[PublicKey]) -> PublicKey:
    known = [key for key in keys if key.use == "receipt" and key_id(key) == read.signature.key]
    if not known or read.signature.algorithm != ALGORITHM:
        raise Tampered("the receipt is signed by none of the known keys", "give the keys of the site that issued it")
    key, day = known[0], _moment(read.troth_receipt.issued_at).date()
    if key.until is not None and day > key.until:
        raise Tampered("the receipt was issued after its key was retired", "ask the site about that key")
    if not key.checks(_signature_bytes(read.signature.value), signed_bytes(body)):
        raise Tampered("the receipt was changed after it was signed", "fetch it again")
    return key


def _check_commitment(decision: object, read: _Document) -> Numbered:
    """Return the entry that commits to the statement, with its place."""
    said, ledger, entry = read.decision, read.ledger, read.ledger.entry
    committed = commitment(bytes.fromhex(ledger.salt), canonical(decision))
    if committed.hex() != entry.commitment:
        raise Tampered("the receipt's statement is not the one the ledger commits to", "fetch it again")
    whole_second = _moment(said.at).replace(microsecond=0)
    if (read.record_id, said.policy, whole_second) != (said.receipt, entry.policy_hash, from_ms(entry.second * 1000)):
        raise Tampered("number, version or time of the receipt contradict each other", "fetch it again")
    return Numbered(
        ledger.seq,
        Entry(
            version=entry.version,
            kind=entry.kind,
            at=whole_second,
            policy_hash=entry.policy_hash,
            clause=entry.clause,
            commitment=committed,
        ),
    )


def _moment(text: str) -> datetime:
    try:
        return read_moment(text).astimezone(UTC)
    except ValueError:
        raise Tampered("a moment in the receipt is none", "fetch it again") from None


def _signature_bytes(value: str) -> bytes:
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if base64.b64encode(raw).decode() != value:  # one text stands for one signature
        raise Tampered("the receipt's signature is not base64", "fetch it again")
    return raw
