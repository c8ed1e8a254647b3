"""How keys are kept: wrapped under a root key, bound to what they are for (clause 7, security rule 6)."""

from __future__ import annotations

import os
import threading
from datetime import date
from typing import Literal, Protocol

from msgspec import Struct

from troth.errors import KeyFileError
from troth.ledger.encode import encode
from troth.policy.permit import SubjectId
from troth.vault.key import Key

# The bound for random nonces under one AES-GCM key.
SEALS_LIMIT = 2**32
# Seals are reserved in blocks, so that counting costs one small write in 1,024 keys; a crash loses one block.
SEALS_BLOCK = 1024


class Wrapped(Struct, frozen=True):
    """A key sealed under root key `version`; the store may show it, only the provider opens it."""

    version: int
    blob: bytes


class KeyHealth(Struct, frozen=True):
    """What doctor says of the root keys: no secret in it."""

    state: Literal["ok", "unconfirmed"]
    version: int
    made_on: date


class KeyProvider(Protocol):
    """Holds the root keys: a key file today, a key service later."""

    @property
    def version(self) -> int:
        """Return the root key version that wraps new keys."""
        ...

    @property
    def index_versions(self) -> tuple[int, ...]:
        """Return the versions of the index key, newest first."""
        ...

    def wrap(self, aad: bytes, key: Key) -> Wrapped:
        """Return the key sealed under the newest root key."""
        ...

    def unwrap(self, aad: bytes, wrapped: Wrapped) -> Key:
        """Return the key. Raises WrongKey for a version we do not hold, Tampered for one moved or changed."""
        ...

    def index_key(self, version: int) -> Key:
        """Return the secret the blind indexes of this version come from."""
        ...

    def health(self) -> KeyHealth:
        """Return versions and ages."""
        ...


class SealCounter(Protocol):
    """What the keyring needs of the identity store."""

    def reserve_seals(self, version: int, count: int) -> int:
        """Add `count` to the seals of this root key version, durably; return the new sum."""
        ...


def subject_aad(subject: SubjectId, key_generation: int) -> bytes:
    """Return what a wrapped subject key is bound to."""
    return encode(("subject", subject, str(key_generation)))


def epoch_aad(class_: str, epoch: str, key_generation: int) -> bytes:
    """Return what a wrapped epoch key is bound to."""
    return encode(("epoch", encode((class_, epoch)), str(key_generation)))


class Keyring:
    """Makes random keys and wraps them, never more than 2^32 under one root key."""

    def __init__(self, provider: KeyProvider, counter: SealCounter) -> None:
        self._provider = provider
        self._counter = counter
        self._left: dict[int, int] = {}
        self._lock = threading.Lock()

    def mint(self, aad: bytes) -> Wrapped:
        """Return a new random key, wrapped."""
        self._count()
        return self._provider.wrap(aad, Key(os.urandom(32)))

    def subject_key(self, subject: SubjectId, key_generation: int, wrapped: Wrapped) -> Key:
        """Return the key of a person. Raises WrongKey, Tampered."""
        return self._provider.unwrap(subject_aad(subject, key_generation), wrapped)

    def epoch_key(self, class_: str, epoch: str, key_generation: int, wrapped: Wrapped) -> Key:
        """Return the key of a class and epoch. Raises WrongKey, Tampered."""
        return self._provider.unwrap(epoch_aad(class_, epoch, key_generation), wrapped)

    def _count(self) -> None:
        version = self._provider.version
        with self._lock:
            if not self._left.get(version):
                if self._counter.reserve_seals(version, SEALS_BLOCK) > SEALS_LIMIT:
                    raise KeyFileError(
                        f"root key version {version} has wrapped 2^32 keys", "add a new root key version"
                    )
                self._left[version] = SEALS_BLOCK
            self._left[version] -= 1
