"""The key provider on a key file, and the recovery kit its operator keeps (clause 7, security rules 1, 2, 6 and 9)."""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import date
from pathlib import Path

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from msgspec.structs import replace

from troth.clock import Clock
from troth.engines.key_file import KeyFile, load, new_key_file, recovery_copy, refuse_inside, save
from troth.engines.lockdown import Swap, encrypted_swap, lock_down_process
from troth.errors import KeyFileError, Tampered, WrongKey
from troth.vault.key import Key
from troth.vault.keyring import KeyHealth, Wrapped

__all__ = [
    "KeyFileProvider",
    "KeyReport",
    "RecoveryKit",
    "Swap",
    "confirm",
    "create_key_file",
    "encrypted_swap",
    "lock_down_process",
    "open_key_file",
    "report",
]


class RecoveryKit(Struct, frozen=True):
    """Printed once and kept by the operator: `age -d -i KIT COPY` gives the key file back."""

    identity: str
    recipient: str
    copy: Path

    def __repr__(self) -> str:
        return f"RecoveryKit(<key>, {self.recipient!r}, {str(self.copy)!r})"


class KeyReport(Struct, frozen=True):
    """Versions and the days they were made; never a secret."""

    path: Path
    copy: Path
    kek: dict[int, date]
    index: dict[int, date]
    ledger_sign: date
    receipt_sign: date
    recipient: str
    confirmed_on: date | None


def create_key_file(path: Path, clock: Clock, data_paths: Collection[Path] = ()) -> RecoveryKit:
    """Make the key file and its encrypted copy; return the kit, which is stored nowhere.

    Raises KeyFileError if either file is there already, or the place is inside a data path.
    """
    refuse_inside(path, data_paths)
    for there in (path, recovery_copy(path)):
        if there.exists() or there.is_symlink():
            raise KeyFileError("there is a key file already", "keep it: nothing else opens what it sealed", str(there))
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    save(path, new_key_file(recipient, clock.now().date()))
    return RecoveryKit(str(identity), recipient, recovery_copy(path))


def confirm(path: Path, typed_identity: str, clock: Clock, data_paths: Collection[Path] = ()) -> None:
    """Note that the operator kept the recovery kit: what they typed opens the copy beside the key file.

    Raises KeyFileError if it is not an identity, or another one.
    """
    keys = load(path, data_paths)
    try:
        identity = pyrage.x25519.Identity.from_str(typed_identity.strip())
    except pyrage.IdentityError:
        fix = "type the line that begins with AGE-SECRET-KEY-1"
        raise KeyFileError("this is not a recovery identity", fix, str(path)) from None
    if str(identity.to_public()) != keys.recipient:
        raise KeyFileError(
            f"this recovery identity is not the one of {keys.recipient}", "look for the right kit", str(path)
        )
    save(path, replace(keys, confirmed_on=keys.confirmed_on or clock.now().date()))
    pyrage.decrypt(recovery_copy(path).read_bytes(), [identity])


def report(path: Path, data_paths: Collection[Path] = ()) -> KeyReport:
    """Return what may be shown of a key file."""
    keys = load(path, data_paths)
    return KeyReport(
        path,
        recovery_copy(path),
        {version: root.made_on for version, root in keys.kek.items()},
        {version: root.made_on for version, root in keys.index.items()},
        keys.ledger_sign.made_on,
        keys.receipt_sign.made_on,
        keys.recipient,
        keys.confirmed_on,
    )


def open_key_file(path: Path, data_paths: Collection[Path] = ()) -> KeyFileProvider:
    """Return the provider. Raises KeyFileError if the file is missing, unsafe or inside a data path."""
    return KeyFileProvider(load(path, data_paths), path)


class KeyFileProvider:
    """KeyProvider on a key file: AES-256-GCM, wrapped key = random nonce 12 | ciphertext 32 | tag 16."""

    def __init__(self, keys: KeyFile, path: Path) -> None:
        self._file = keys
        self._path = path
        self._kek = {version: AESGCM(root.secret.reveal()) for version, root in keys.kek.items()}
        self.version = max(keys.kek)
        self.index_versions = tuple(sorted(keys.index, reverse=True))

    def wrap(self, aad: bytes, key: Key) -> Wrapped:
        """Return the key sealed under the newest root key."""
        return self._wrap(aad, key, os.urandom(12))

    def _wrap(self, aad: bytes, key: Key, nonce: bytes) -> Wrapped:
        """Wrap with a given nonce: for frozen vectors only, a nonce is used once."""
        return Wrapped(self.version, nonce + self._kek[self.version].encrypt(nonce, key.reveal(), aad))

    def unwrap(self, aad: bytes, wrapped: Wrapped) -> Key:
        """Return the key. Raises WrongKey for a version not in the file, Tampered for a key changed or moved."""
        kek = self._kek.get(wrapped.version)
        if kek is None:
            raise WrongKey(f"root key version {wrapped.version} is not in the key file", "restore the file that has it")
        try:
            return Key(kek.decrypt(wrapped.blob[:12], wrapped.blob[12:], aad))
        except (InvalidTag, ValueError):
            fix = "check that key file and identity store belong together"
            raise Tampered("a wrapped key was changed or moved", fix) from None

    def index_key(self, version: int) -> Key:
        """Return the secret of this index version. Raises WrongKey."""
        if version not in self._file.index:
            raise WrongKey(f"index key version {version} is not in the key file", "restore the file that has it")
        return self._file.index[version].secret

    @property
    def ledger_sign(self) -> Key:
        """Return the Ed25519 seed that signs the ledger."""
        return self._file.ledger_sign.secret

    @property
    def ledger_sign_since(self) -> date:
        """Return the day it was made."""
        return self._file.ledger_sign.made_on

    @property
    def receipt_sign(self) -> Key:
        """Return the Ed25519 seed that signs receipts."""
        return self._file.receipt_sign.secret

    @property
    def receipt_sign_since(self) -> date:
        """Return the day it was made."""
        return self._file.receipt_sign.made_on

    def health(self) -> KeyHealth:
        """Return whether the recovery kit is confirmed, the version in use and the day it was made."""
        made_on = self._file.kek[self.version].made_on
        return KeyHealth("unconfirmed" if self._file.confirmed_on is None else "ok", self.version, made_on)

    def require_confirmed(self) -> None:
        """Return if the operator proved they kept the recovery kit. Raises KeyFileError: do not go live."""
        if self._file.confirmed_on is None:
            fix = "print the kit, then: troth keys confirm"
            raise KeyFileError("nobody has confirmed the recovery kit of this key file", fix, str(self._path))
