"""The one door plain personal text leaves by: recorded first, then opened (clauses 2 and 7, security rules 8, 48)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Protocol

from msgspec import Struct

from troth.clock import Clock
from troth.errors import Erased, Expired, Restricted, Tampered, VaultError, WrongKey
from troth.policy.permit import Permit, SubjectId
from troth.vault.breaker import Breaker
from troth.vault.epochs import Epochs
from troth.vault.identity import Held, IdentityStore
from troth.vault.keyring import Keyring
from troth.vault.seal import Label, RowKey, Sealed, derive_row_key, derive_site_row_key, unseal


class Reading(Struct, frozen=True):
    """What was read, by whom and why; ids and names of fields, never a value.

    subjects    whose values; empty for a bulk reading under a permit for everybody
    fields      "kind.field", each once
    selection   the filter of a bulk reading, in the words of the reader
    """

    at: datetime
    permit: Permit
    subjects: tuple[SubjectId, ...]
    fields: tuple[str, ...]
    count: int
    selection: str


class Readings(Protocol):
    """Where readings are recorded."""

    def record(self, reading: Reading) -> None:
        """Commit before it returns; whatever it raises, nothing is opened."""
        ...


class Opened(Struct, frozen=True):
    """A value in plain; its repr does not show it."""

    label: Label
    plain: bytes

    def __repr__(self) -> str:
        return f"Opened({self.label!r}, ●●●)"


class Reader:
    """Opens sealed values under a permit. Keys live for one group of neighbouring values and are never kept."""

    def __init__(
        self, identity: IdentityStore, keyring: Keyring, epochs: Epochs, readings: Readings, clock: Clock
    ) -> None:
        self._identity = identity
        self._keyring = keyring
        self._epochs = epochs
        self._readings = readings
        self._clock = clock
        self.breaker = Breaker(clock)

    def each(self, permit: Permit, items: Sequence[Sealed], selection: str) -> list[Opened | VaultError]:
        """Return each value opened, or the error that kept it closed, after the reading is recorded."""
        self.breaker.check()
        _check_covered(permit, items)
        if not items:
            return []
        self._readings.record(self._reading(permit, items, selection))
        return self._open_all(permit, items)

    def _reading(self, permit: Permit, items: Sequence[Sealed], selection: str) -> Reading:
        whose = () if permit.subjects is None else tuple(sorted({i.label.subject for i in items if i.label.subject}))
        fields = tuple(sorted({f"{item.label.kind}.{item.label.field}" for item in items}))
        return Reading(self._clock.now(), permit, whose, fields, len(items), selection)

    def _open_all(self, permit: Permit, items: Sequence[Sealed]) -> list[Opened | VaultError]:
        results: list[Opened | VaultError] = []
        for _, group in groupby(items, key=lambda item: (item.label.subject, item.label.class_, item.label.epoch)):
            values = list(group)
            key = self._key_or_error(permit, values[0].label)
            results.extend(self._open(item, key) for item in values)
        return results

    def _open(self, item: Sealed, key: RowKey | VaultError) -> Opened | VaultError:
        if isinstance(key, VaultError):
            return key
        try:
            self.breaker.check()
            if item.keep_until is not None and self._clock.now() >= item.keep_until:
                raise Expired(f"record {item.label.record_id} is past its time")
            return Opened(item.label, unseal(key, item.label, item.blob))
        except VaultError as error:
            return self._counted(error)

    def _key_or_error(self, permit: Permit, label: Label) -> RowKey | VaultError:
        """Return the key of a group of values, or the one error that keeps all of them closed."""
        try:
            self.breaker.check()
            return self._key(permit, label)
        except VaultError as error:
            return self._counted(error)

    def _counted(self, error: VaultError) -> VaultError:
        if isinstance(error, WrongKey | Tampered):
            self.breaker.count()
        return error

    def _key(self, permit: Permit, label: Label) -> RowKey:
        if not label.subject:
            return derive_site_row_key(label.class_, label.epoch, self._epochs.key_to_read(label.class_, label.epoch))
        held = self._identity.held(label.subject, label.class_, label.epoch)
        if held is None:
            raise WrongKey(f"this identity store never made subject {label.subject}", "restore the identity store")
        _check_readable(permit, held)
        return open_row_key(self._keyring, self._epochs, held, label.class_, label.epoch)


def open_row_key(keyring: Keyring, epochs: Epochs, held: Held, class_: str, epoch: str) -> RowKey:
    """Return the row key of what is held. Raises Erased, Expired, WrongKey, Tampered."""
    if held.subject_key is None:
        raise Erased(f"subject {held.subject} is erased")
    epoch_key = epochs.open(class_, epoch, held.epoch_state, held.epoch_generation, held.epoch_key)
    subject_key = keyring.subject_key(held.subject, held.key_generation, held.subject_key)
    return derive_row_key(held.subject, held.key_generation, subject_key, class_, epoch, epoch_key)


def _check_readable(permit: Permit, held: Held) -> None:
    if held.state in ("erasing", "erased"):
        raise Erased(f"subject {held.subject} is erased")
    if held.state == "restricted" and permit.purpose != "security":
        raise Restricted(f"subject {held.subject} is restricted", "only security may read until it is lifted")


def _check_covered(permit: Permit, items: Sequence[Sealed]) -> None:
    if permit.subjects is None:
        return
    for item in items:
        if item.label.subject not in permit.subjects:
            whose = f"subject {item.label.subject}" if item.label.subject else "rows without a person"
            raise VaultError(f"the permit for {permit.purpose} does not cover {whose}", "ask for a permit that does")
