"""Clause 7: texts signed in the C2SP signed-note form, and the public keys that check them (security rule 27).

text, ending in a newline
(empty line)
— key-name base64(4 bytes of the key's hash | Ed25519 signature)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from troth.errors import Tampered

ED25519 = b"\x01"
DASH = "\N{EM DASH} "
LONGEST_NOTE_CHARS = 64 * 1024
MOST_SIGNATURES = 16


class Seed(Protocol):
    """A secret of 32 bytes that is shown to nobody else (`vault.key.Key`)."""

    def reveal(self) -> bytes: ...


class PublicKey(Struct, frozen=True, kw_only=True):
    """A key that checks signatures. `key` is 32 bytes; `until` is the last day it signs, None = still."""

    name: str
    use: Literal["ledger", "receipt"]
    key: bytes
    since: date
    until: date | None = None

    @property
    def hash(self) -> bytes:
        """Four bytes that stand for the name and the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    @property
    def verifier(self) -> str:
        """The key in one line, as C2SP tools take it: name+hash+base64."""
        return f"{self.name}+{self.hash.hex()}+{base64.b64encode(ED25519 + self.key).decode()}"

    def checks(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made the signature over the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class NoteSigner:
    """Signs under one name."""

    def __init__(self, name: str, seed: Seed, use: Literal["ledger", "receipt"], since: date) -> None:
        if not name or "+" in name or any(char.isspace() for char in name):
            raise ValueError("a key's name has no space and no plus sign")
        self._private = Ed25519PrivateKey.from_private_bytes(seed.reveal())
        self.public_key = PublicKey(name=name, use=use, key=self._private.public_key().public_bytes_raw(), since=since)

    def __repr__(self) -> str:
        return f"NoteSigner({self.public_key.name!r}, <key>)"

    def sign_bytes(self, message: bytes) -> bytes:
        """Return the bare signature: 64 bytes."""
        return self._private.sign(message)

    def sign(self, text: str) -> str:
        """Return the text, which ends in a newline, with our signature under it."""
        if not text.endswith("\n"):
            raise ValueError("a signed text ends in a newline")
        signed = base64.b64encode(self.public_key.hash + self._private.sign(text.encode())).decode()
        return f"{text}\n{DASH}{self.public_key.name} {signed}\n"


def read_verifier(line: str, use: Literal["ledger", "receipt"], since: date) -> PublicKey:
    """Return the key of a verifier line, name+hash+base64. Raises Tampered if its parts do not fit."""
    name, _, rest = line.strip().partition("+")
    hash_, _, encoded = rest.partition("+")
    raw = _decode(encoded)
    key = PublicKey(name=name, use=use, key=raw[1:], since=since)
    if not name or raw[:1] != ED25519 or len(raw) != 33 or key.hash.hex() != hash_:
        raise Tampered("a verifier key is damaged", "take it from /.well-known/troth-keys.json again")
    return key


def open_note(note: str, keys: Sequence[PublicKey]) -> str:
    """Return the text of a note that one of these keys signed.

    Signatures by other keys are passed over, as the form asks. Raises Tampered for a note out of form, for one that
    none of our keys signed, and for a wrong signature under one of our names.
    """
    text, gap, lines = note.rpartition("\n\n")
    signatures = lines.split("\n")[:-1]
    is_in_form = gap and lines.endswith("\n") and 0 < len(signatures) <= MOST_SIGNATURES
    if not is_in_form or len(note) > LONGEST_NOTE_CHARS or any(char < " " and char != "\n" for char in note):
        raise Tampered("a signed note is out of form", "fetch it again, as plain text")
    text += "\n"
    checked = [_check(line, text, keys) for line in signatures]
    if not any(checked):
        raise Tampered("a note is signed by none of the known keys", "give the keys of the site that signed it")
    return text


def _check(line: str, text: str, keys: Sequence[PublicKey]) -> bool:
    """Whether one of our keys signed this line; False for a stranger's. Raises Tampered for a wrong signature."""
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not name or not encoded:
        raise Tampered("a signature line is out of form", "fetch the note again, as plain text")
    raw = _decode(encoded)
    for key in keys:
        if key.name == name and hmac.compare_digest(key.hash, raw[:4]):
            if not key.checks(raw[4:], text.encode()):
                raise Tampered(f"the signature of {name} does not fit its text", "compare with another copy")
            return True
    return False


def _decode(encoded: str) -> bytes:
    """Return the bytes; one text stands for them, so that no bit of it can change unseen."""
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not raw or base64.b64encode(raw).decode() != encoded:
        raise Tampered("a signature or key is not base64", "fetch it again, as plain text")
    return raw
