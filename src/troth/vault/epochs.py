"""Epochs: the months (or days) of a class whose key dies when the last row of it may go (clause 5)."""

from __future__ import annotations

from datetime import UTC, datetime

from troth.clock import Clock, to_ms
from troth.errors import Expired, WrongKey
from troth.vault.identity import EpochHeld, EpochState, IdentityStore
from troth.vault.key import Key
from troth.vault.keyring import Keyring, Wrapped, epoch_aad

# Classes kept shorter than this many days have an epoch key a day, so that a key never outlives its rows by a month.
DAY_EPOCHS_UNDER_DAYS = 62


def epoch_of(class_: str, moment: datetime, days: int) -> str:
    """Return the epoch of a row of this class made at `moment`: "2026-11", or "2026-11-24" if kept under 62 days.

    moment   aware; an epoch is a month or day of UTC
    days     how long the class keeps its rows
    """
    if moment.tzinfo is None:
        raise ValueError(f"a row of class {class_} needs an aware moment")
    return moment.astimezone(UTC).strftime("%Y-%m-%d" if days < DAY_EPOCHS_UNDER_DAYS else "%Y-%m")


class Epochs:
    """The epoch keys: made when first needed, dropped once, never made again."""

    def __init__(self, identity: IdentityStore, keyring: Keyring, clock: Clock) -> None:
        self._identity = identity
        self._keyring = keyring
        self._clock = clock

    def key_to_write(self, class_: str, epoch: str) -> Key:
        """Return the epoch key, made if it was never made. Raises Expired once it was dropped."""
        held = self._identity.epoch(class_, epoch) or self._mint(class_, epoch)
        return self.open(class_, epoch, "live" if held.key else "ended", held.key_generation, held.key)

    def key_to_read(self, class_: str, epoch: str) -> Key:
        """Return the epoch key as it is. Raises Expired, WrongKey."""
        held = self._identity.epoch(class_, epoch)
        if held is None:
            return self.open(class_, epoch, "none", 0, None)
        return self.open(class_, epoch, "live" if held.key else "ended", held.key_generation, held.key)

    def open(self, class_: str, epoch: str, state: EpochState, key_generation: int, key: Wrapped | None) -> Key:
        """Return the key held. Raises Expired if it ended, WrongKey if this store never made it."""
        if state == "ended":
            raise Expired(f"class {class_}, epoch {epoch}, is over and its key is gone")
        if key is None:
            raise WrongKey(f"this identity store never made a key for class {class_}, epoch {epoch}", "restore it")
        return self._keyring.epoch_key(class_, epoch, key_generation, key)

    def drop(self, class_: str, epoch: str) -> bool:
        """Drop the key of the epoch: nobody opens its rows again, in no copy of the data stores.

        Returns what `checkpoint_truncate` says: False while a reader keeps the wrapped key in the log.
        """
        self._identity.end_epoch(class_, epoch, to_ms(self._clock.now()))
        return self._identity.checkpoint_truncate()

    def _mint(self, class_: str, epoch: str) -> EpochHeld:
        wrapped = self._keyring.mint(epoch_aad(class_, epoch, 1))
        return self._identity.add_epoch(class_, epoch, wrapped, to_ms(self._clock.now()))
