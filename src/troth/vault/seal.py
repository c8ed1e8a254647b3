"""The only file that encrypts records: row keys and sealed values (clauses 5 and 7, security rules 4, 5 and 7).

A sealed value is 0x01 | check value 8 | random nonce 12 | ciphertext | tag 16.
Formats are frozen by tests/golden/vault-*.json: stored on disk, never change them, add a new first byte.
"""

from __future__ import annotations

import os
from datetime import datetime
from hmac import compare_digest
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from troth.errors import Tampered, WrongKey
from troth.ledger.encode import encode
from troth.policy.permit import SubjectId
from troth.vault.key import Key, Secret

_VERSION = b"\x01"
_ROW_KEY = b"troth/row-key/v1"
_SITE_ROW_KEY = b"troth/site-row-key/v1"
_VISITOR = b"troth/visitor/v1"
_NOBODY: Literal[""] = ""


class Label(Struct, frozen=True):
    """What a sealed value is and where it belongs: logical names, never tables or row numbers.

    subject   "" for a row without a person
    epoch     "2026-11" or "2026-11-24"
    """

    kind: str
    field: str
    subject: SubjectId | Literal[""]
    record_id: str
    revision: int
    class_: str
    epoch: str


class Sealed(Struct, frozen=True):
    """A sealed value with its label; `keep_until` is the row's own end, None if the epoch alone decides."""

    label: Label
    blob: bytes
    keep_until: datetime | None = None

    def __repr__(self) -> str:
        return f"Sealed({self.label!r}, ●●●)"


class RowKey(Secret):
    """The key of one subject (or nobody), class and epoch."""

    __slots__ = ("_cipher", "_header", "class_", "epoch", "subject")

    def __init__(self, subject: SubjectId | Literal[""], class_: str, epoch: str, derived: bytes) -> None:
        self.subject = subject
        self.class_ = class_
        self.epoch = epoch
        self._cipher = AESGCM(derived[:32])
        self._header = _VERSION + derived[32:40]


def derive_row_key(
    subject: SubjectId, key_generation: int, subject_key: Key, class_: str, epoch: str, epoch_key: Key
) -> RowKey:
    """Return the key of a person's rows in one class and epoch: without either key there is none."""
    info = encode((subject, str(key_generation), class_, epoch))
    return RowKey(subject, class_, epoch, _hkdf(40, _ROW_KEY, info, subject_key, epoch_key))


def derive_site_row_key(class_: str, epoch: str, epoch_key: Key) -> RowKey:
    """Return the key of rows without a person (evidence, network log, statutory terms)."""
    info = encode((_NOBODY, "0", class_, epoch))
    return RowKey(_NOBODY, class_, epoch, _hkdf(40, _SITE_ROW_KEY, info, epoch_key))


def derive_visitor_key(subject: SubjectId, key_generation: int, subject_key: Key, month: str, epoch_key: Key) -> bytes:
    """Return the 16 bytes that count a visitor within a month and mean nothing in the next (security rule 16)."""
    return _hkdf(16, _VISITOR, encode((subject, str(key_generation), "visits", month)), subject_key, epoch_key)


def _hkdf(length: int, salt: bytes, info: bytes, *keys: Key) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(b"".join(key.reveal() for key in keys))


def seal(row_key: RowKey, label: Label, plain: bytes) -> bytes:
    """Return the value sealed under this row key, bound to its label. Raises ValueError if they do not belong."""
    return _seal(row_key, label, plain, os.urandom(12))


def _seal(row_key: RowKey, label: Label, plain: bytes, nonce: bytes) -> bytes:
    """Seal with a given nonce: for frozen vectors only, a nonce is used once."""
    if (label.subject, label.class_, label.epoch) != (row_key.subject, row_key.class_, row_key.epoch):
        raise ValueError("this row key belongs to another subject, class or epoch")
    header = row_key._header
    return header + nonce + row_key._cipher.encrypt(nonce, plain, _aad(header, label))


def unseal(row_key: RowKey, label: Label, blob: bytes) -> bytes:
    """Return the plain value. Raises WrongKey if another key sealed it, Tampered if it was changed or moved."""
    if len(blob) < 37 or blob[:1] != _VERSION:
        raise Tampered(f"{_place(label)} is not a sealed value")
    header = row_key._header
    if not compare_digest(blob[:9], header):
        raise WrongKey(
            f"{_place(label)} was sealed under another key", "check that key file and stores belong together"
        )
    try:
        return row_key._cipher.decrypt(blob[9:21], blob[21:], _aad(header, label))
    except InvalidTag:
        raise Tampered(f"{_place(label)} was changed or moved", "restore it from a backup") from None


def _aad(header: bytes, label: Label) -> bytes:
    return encode(
        (
            header,
            label.kind,
            label.field,
            label.subject,
            label.record_id,
            str(label.revision),
            label.class_,
            label.epoch,
        )
    )


def _place(label: Label) -> str:
    return f"{label.kind}.{label.field} of record {label.record_id}"
