"""Keys for those who write: the collector and the forms (clauses 2 and 5, security rules 8 and 16)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from troth.errors import Erased
from troth.policy.permit import SubjectId
from troth.vault.epochs import Epochs
from troth.vault.identity import Held, IdentityStore, State, check_live, known
from troth.vault.keyring import Keyring
from troth.vault.reading import open_row_key
from troth.vault.seal import RowKey, derive_site_row_key, derive_visitor_key


class Arrival(Struct, frozen=True):
    """Who came: state and generation read together, and the key to seal with (None unless live)."""

    subject: SubjectId
    state: State
    generation: int
    row_key: RowKey | None


class Writer:
    """Gives row keys for live subjects; keeps none. A collector may keep one for at most 60 seconds."""

    def __init__(self, identity: IdentityStore, keyring: Keyring, epochs: Epochs) -> None:
        self._identity = identity
        self._keyring = keyring
        self._epochs = epochs

    def arrive(self, blinds: Sequence[bytes], class_: str, epoch: str) -> Arrival | None:
        """Return the subject with one of these blind indexes."""
        held = self._identity.held_by_index(blinds, class_, epoch)
        if held is None:
            return None
        if held.state == "live" and held.epoch_state == "none":
            held = self._held_live(held.subject, class_, epoch)
        key = open_row_key(self._keyring, self._epochs, held, class_, epoch) if held.state == "live" else None
        return Arrival(held.subject, held.state, held.generation, key)

    def row_key(self, subject: SubjectId, class_: str, epoch: str) -> RowKey:
        """Return the row key of a live subject, making the epoch key if it was never made."""
        return open_row_key(self._keyring, self._epochs, self._held_live(subject, class_, epoch), class_, epoch)

    def site_row_key(self, class_: str, epoch: str) -> RowKey:
        """Return the row key of rows without a person."""
        return derive_site_row_key(class_, epoch, self._epochs.key_to_write(class_, epoch))

    def visitor_key(self, subject: SubjectId, month: str) -> bytes:
        """Return the visitor key of a live subject."""
        return self._visitor_key(self._held_live(subject, "visits", month), month)

    def visitor_keys(self, subject: SubjectId) -> dict[str, bytes]:
        """Return the visitor key of each month with a living epoch key, whatever the state but erased."""
        if known(subject, self._identity.state_of(subject)) == "erased":
            raise Erased(f"subject {subject} is erased")
        months = [held.epoch for held in self._identity.epochs("visits") if held.key is not None]
        return {month: self._visitor_key(self._held(subject, "visits", month), month) for month in months}

    def _held(self, subject: SubjectId, class_: str, epoch: str) -> Held:
        return known(subject, self._identity.held(subject, class_, epoch))

    def _held_live(self, subject: SubjectId, class_: str, epoch: str) -> Held:
        held = self._held(subject, class_, epoch)
        check_live(subject, held.state)
        if held.epoch_state == "none":
            self._epochs.key_to_write(class_, epoch)
            held = self._held(subject, class_, epoch)
            check_live(subject, held.state)
        return held

    def _visitor_key(self, held: Held, month: str) -> bytes:
        if held.subject_key is None:
            raise Erased(f"subject {held.subject} is erased")
        epoch_key = self._epochs.open("visits", month, held.epoch_state, held.epoch_generation, held.epoch_key)
        subject_key = self._keyring.subject_key(held.subject, held.key_generation, held.subject_key)
        return derive_visitor_key(held.subject, held.key_generation, subject_key, month, epoch_key)
