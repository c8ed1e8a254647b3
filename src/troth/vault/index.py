"""Blind indexes: finding a subject by what they gave us without storing it (clause 7, security rule 26)."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from troth.ledger.encode import encode
from troth.vault.identity import IndexRow
from troth.vault.key import Secret
from troth.vault.keyring import KeyProvider

_SALT = b"troth/blind-index/v1"


class _Keyed(Secret):
    """A keyed hash, ready to copy; its key never leaves it."""

    __slots__ = ("_hash",)

    def __init__(self, derived: bytes) -> None:
        self._hash = HMAC(derived, SHA256())

    def of(self, value: str) -> bytes:
        keyed = self._hash.copy()
        keyed.update(encode((value,)))
        return keyed.finalize()[:16]


class BlindIndex:
    """Blind indexes under every version of the index key; new rows take the newest.

    Values must be normalised before (security rule 21): the same person, one spelling.
    """

    def __init__(self, keys: KeyProvider) -> None:
        self._keys = keys
        self._ready: dict[tuple[int, str, str], _Keyed] = {}

    def of(self, kind: str, purpose: str, value: str) -> bytes:
        """Return the 16 bytes under the newest index key."""
        return self._keyed(self._keys.index_versions[0], kind, purpose).of(value)

    def every(self, kind: str, purpose: str, value: str) -> list[bytes]:
        """Return the blind index under each version we hold, newest first."""
        return [self._keyed(version, kind, purpose).of(value) for version in self._keys.index_versions]

    def row(self, kind: str, purpose: str, value: str, verified: bool = False) -> IndexRow:
        """Return the row to store."""
        return IndexRow(self.of(kind, purpose, value), self._keys.index_versions[0], verified)

    def _keyed(self, version: int, kind: str, purpose: str) -> _Keyed:
        name = (version, kind, purpose)
        if name not in self._ready:
            root = self._keys.index_key(version)
            self._ready[name] = _Keyed(HKDF(SHA256(), 32, _SALT, encode((kind, purpose))).derive(root.reveal()))
        return self._ready[name]
