"""The vault: the one face of subjects, keys, indexes and readings that other rooms see (clauses 5 and 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from troth.clock import Clock
from troth.errors import VaultError
from troth.policy.permit import Permit, SubjectId
from troth.vault.epochs import Epochs
from troth.vault.identity import Ending, IdentityStore, Kind, State, check_live
from troth.vault.index import BlindIndex
from troth.vault.keyring import KeyProvider, Keyring
from troth.vault.reading import Opened, Reader, Readings
from troth.vault.seal import RowKey, Sealed
from troth.vault.subjects import Subjects
from troth.vault.writing import Arrival, Writer


class Named(Struct, frozen=True):
    """What a subject can be found by: kind "browser" or "email", the purpose of the search, the normalised value."""

    kind: str
    purpose: str
    value: str
    verified: bool = False

    def __repr__(self) -> str:
        return f"Named({self.kind!r}, {self.purpose!r}, ●●●)"


class Vault:
    """Subjects are made here, values are sealed with its keys and opened through its one door."""

    def __init__(self, identity: IdentityStore, keys: KeyProvider, readings: Readings, clock: Clock) -> None:
        keyring = Keyring(keys, identity)
        self._identity = identity
        self._index = BlindIndex(keys)
        self._epochs = Epochs(identity, keyring, clock)
        self._subjects = Subjects(identity, keyring, clock)
        self._writer = Writer(identity, keyring, self._epochs)
        self._reader = Reader(identity, keyring, self._epochs, readings, clock)

    # Subjects

    def create_subject(self, kind: Kind, index: Sequence[Named] = ()) -> SubjectId:
        """Return a new live subject, durable with its index rows. Raises UnusableInput if a verified name is taken."""
        return self.create_subjects(kind, [index])[0]

    def create_subjects(self, kind: Kind, names: Sequence[Sequence[Named]]) -> list[SubjectId]:
        """Return one new subject for each list of names, all in one transaction."""
        return self._subjects.create(
            kind, [[self._index.row(n.kind, n.purpose, n.value, n.verified) for n in each] for each in names]
        )

    def state_of(self, subject: SubjectId) -> State:
        """Return the state. Raises UnusableInput for a subject never made here."""
        return self._subjects.state_of(subject)

    def require_live(self, subject: SubjectId) -> None:
        """Return if we may write about this subject; ask inside the transaction that writes (security rule 13).

        Raises Erased, Restricted, UnusableInput.
        """
        check_live(subject, self._identity.state_of(subject))

    def restrict(self, subject: SubjectId) -> int:
        """Stop all processing but security; return the generation. Raises Erased."""
        return self._subjects.move(subject, "restricted", "restrict")

    def lift(self, subject: SubjectId) -> int:
        """End a restriction. Raises Erased."""
        return self._subjects.move(subject, "live", None)

    def begin_erasing(self, subject: SubjectId) -> int:
        """Make everything about the subject unreadable for everybody while its work list is made (E0)."""
        return self._subjects.move(subject, "erasing", "erase")

    def erase(self, subject: SubjectId) -> int:
        """Delete the subject key and its index rows (E2). Raises VaultError before `begin_erasing`.

        Traces leave the file with `checkpoint()`, which is to be repeated until it says True (E3).
        """
        return self._subjects.move(subject, "erased", "erase")

    def ended(self, subject: SubjectId, why: Literal["withdraw"]) -> int:
        """Tell every collector that a purpose of this subject ended; return the generation."""
        return self._subjects.end(subject, why)

    def checkpoint(self) -> bool:
        """Remove deleted keys from the write-ahead log; False while a reader keeps them there (E3)."""
        return self._identity.checkpoint_truncate()

    def generation(self) -> int:
        """Return the number that rises with each erasure, restriction and withdrawal."""
        return self._identity.generation()

    def ended_since(self, generation: int) -> list[Ending]:
        """Return what ended after this generation, oldest first."""
        return self._subjects.endings_after(generation)

    # Finding

    def index(self, kind: str, purpose: str, value: str) -> bytes:
        """Return the blind index of a normalised value: 16 bytes, kept in the identity store only."""
        return self._index.of(kind, purpose, value)

    def register_index(self, subject: SubjectId, kind: str, purpose: str, value: str, verified: bool = False) -> None:
        """Make a live subject findable. Raises Erased, Restricted, UnusableInput if a verified name is taken."""
        self._identity.add_index_row(subject, self._index.row(kind, purpose, value, verified))

    def find(self, kind: str, purpose: str, value: str) -> list[SubjectId]:
        """Return the subjects with this name, oldest first."""
        return self._identity.find(self._index.every(kind, purpose, value))

    def arrive(
        self, value: str, class_: str, epoch: str, kind: str = "browser", purpose: str = "consent"
    ) -> Arrival | None:
        """Return who this is with state, generation and keys to write with, in one query; None if unknown."""
        return self._writer.arrive(self._index.every(kind, purpose, value), class_, epoch)

    # Writing

    def row_key(self, subject: SubjectId, class_: str, epoch: str) -> RowKey:
        """Return the key to seal a live subject's rows. Raises Erased, Restricted, Expired, UnusableInput."""
        return self._writer.row_key(subject, class_, epoch)

    def site_row_key(self, class_: str, epoch: str) -> RowKey:
        """Return the key to seal rows without a person. Raises Expired."""
        return self._writer.site_row_key(class_, epoch)

    def visitor_key(self, subject: SubjectId, month: str) -> bytes:
        """Return the 16 bytes that count a live visitor in the month file "2026-11". Raises as `row_key`."""
        return self._writer.visitor_key(subject, month)

    def visitor_keys(self, subject: SubjectId) -> dict[str, bytes]:
        """Return the visitor keys of every month still kept, for the work list of an erasure. Raises Erased."""
        return self._writer.visitor_keys(subject)

    def drop_epoch(self, class_: str, epoch: str) -> bool:
        """Expire an epoch: its key is deleted and never made again.

        False: a reader keeps traces of the wrapped key in the log; repeat `checkpoint()`.
        """
        return self._epochs.drop(class_, epoch)

    # Reading

    def open_for(self, permit: Permit, items: Sequence[Sealed], selection: str = "") -> list[bytes]:
        """Return the plain values, all or none: recorded first. Raises the first error met, and ReadingStopped."""
        plain: list[bytes] = []
        for result in self._reader.each(permit, items, selection):
            if isinstance(result, VaultError):
                raise result
            plain.append(result.plain)
        return plain

    def open_each_for(self, permit: Permit, items: Sequence[Sealed], selection: str = "") -> list[Opened | VaultError]:
        """Return each value opened or its own error, in order: one recorded reading for all."""
        return self._reader.each(permit, items, selection)

    @property
    def healthy(self) -> bool:
        """Say whether reading goes on (/health)."""
        return self._reader.breaker.healthy

    def resume_reading(self) -> None:
        """Let reading go on after someone looked."""
        self._reader.breaker.resume()
