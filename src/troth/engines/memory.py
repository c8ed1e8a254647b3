"""The honest fake: identity store and readings in memory, with the behaviour of the real ones (clause 5)."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from troth.errors import UnusableInput
from troth.policy.permit import SubjectId
from troth.vault.identity import (
    Ending,
    EpochHeld,
    Held,
    IndexRow,
    NewSubject,
    State,
    Why,
    check_live,
    check_move,
    known,
)
from troth.vault.keyring import Wrapped
from troth.vault.reading import Reading


class _Subject(Struct):
    made: NewSubject
    state: State
    key: Wrapped | None


class MemoryReadings:
    """Keeps readings in a list."""

    def __init__(self) -> None:
        self.records: list[Reading] = []

    def record(self, reading: Reading) -> None:
        """Keep the reading."""
        self.records.append(reading)


class MemoryIdentity:
    """IdentityStore in dictionaries under one lock."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._subjects: dict[SubjectId, _Subject] = {}
        self._index: dict[tuple[bytes, SubjectId], IndexRow] = {}
        self._epochs: dict[tuple[str, str], EpochHeld] = {}
        self._endings: list[Ending] = []
        self._seals: dict[int, int] = {}
        self.kept_canary: Wrapped | None = None

    def add_subjects(self, subjects: Sequence[NewSubject]) -> None:
        """Add subjects and their index rows, all or none."""
        with self._lock:
            before = dict(self._index)
            try:
                for new in subjects:
                    for row in new.index:
                        self._add_row(new.subject, row)
            except UnusableInput:
                self._index = before
                raise
            for new in subjects:
                self._subjects[new.subject] = _Subject(new, "live", new.key)

    def state_of(self, subject: SubjectId) -> State | None:
        """Return the state."""
        held = self._subjects.get(_checked(subject))
        return held.state if held else None

    def held(self, subject: SubjectId, class_: str, epoch: str) -> Held | None:
        """Return state and wrapped keys."""
        with self._lock:
            who = self._subjects.get(_checked(subject))
            if who is None:
                return None
            of_epoch = self._epochs.get((class_, epoch))
            return Held(
                subject,
                who.state,
                1,
                who.key,
                "none" if of_epoch is None else "ended" if of_epoch.key is None else "live",
                of_epoch.key_generation if of_epoch else 0,
                of_epoch.key if of_epoch else None,
                len(self._endings),
            )

    def held_by_index(self, blinds: Sequence[bytes], class_: str, epoch: str) -> Held | None:
        """Return the same for the subject with one of these blind indexes."""
        found = self.find(blinds)
        return self.held(found[0], class_, epoch) if found else None

    def move(self, subject: SubjectId, to: State, why: Why | None, at_ms: int) -> int:
        """Change the state; to "erased" deletes key and index rows."""
        with self._lock:
            if check_move(subject, self.state_of(subject), to):
                self._subjects[subject].state = to
                if to == "erased":
                    self._subjects[subject].key = None
                    self._index = {place: row for place, row in self._index.items() if place[1] != subject}
                if why is not None:
                    self._endings.append(Ending(len(self._endings) + 1, subject, why, at_ms))
            return len(self._endings)

    def end(self, subject: SubjectId, why: Why, at_ms: int) -> int:
        """Raise the generation with an ending."""
        with self._lock:
            known(subject, self.state_of(subject))
            self._endings.append(Ending(len(self._endings) + 1, subject, why, at_ms))
            return len(self._endings)

    def generation(self) -> int:
        """Return how often something was ended."""
        return len(self._endings)

    def endings_after(self, generation: int) -> list[Ending]:
        """Return the endings with a higher number."""
        return self._endings[generation:]

    def add_index_row(self, subject: SubjectId, row: IndexRow) -> None:
        """Add a blind index to a live subject."""
        with self._lock:
            check_live(subject, self.state_of(subject))
            self._add_row(subject, row)

    def find(self, blinds: Sequence[bytes]) -> list[SubjectId]:
        """Return the subjects with one of these blind indexes, oldest first."""
        with self._lock:
            found = {subject for blind, subject in self._index if blind in blinds}
            return sorted(found, key=lambda subject: (self._subjects[subject].made.made_at_ms, subject))

    def epoch(self, class_: str, epoch: str) -> EpochHeld | None:
        """Return one epoch key."""
        return self._epochs.get((class_, epoch))

    def epochs(self, class_: str) -> list[EpochHeld]:
        """Return every epoch of a class, in order."""
        return [held for (of_class, _), held in sorted(self._epochs.items()) if of_class == class_]

    def add_epoch(self, class_: str, epoch: str, key: Wrapped, at_ms: int) -> EpochHeld:
        """Keep an epoch key unless there is one, or one that ended; return what is held."""
        return self._epochs.setdefault((class_, epoch), EpochHeld(class_, epoch, 1, key))

    def end_epoch(self, class_: str, epoch: str, at_ms: int) -> None:
        """Drop the key of the epoch."""
        self._epochs[class_, epoch] = EpochHeld(class_, epoch, 1, None)

    def canary(self) -> Wrapped | None:
        """Return the canary."""
        return self.kept_canary

    def reserve_seals(self, version: int, count: int) -> int:
        """Add to the seals of this root key version; return the new sum."""
        with self._lock:
            self._seals[version] = self._seals.get(version, 0) + count
            return self._seals[version]

    def checkpoint_truncate(self, tries: int = 20) -> bool:
        """Say True: nothing is left behind in memory that could be scanned for."""
        return True

    def close(self) -> None:
        """Do nothing."""

    def _add_row(self, subject: SubjectId, row: IndexRow) -> None:
        others = [kept for (blind, who), kept in self._index.items() if blind == row.blind and who != subject]
        if row.verified and any(kept.verified for kept in others):
            raise UnusableInput("this name is already proved by another subject", "join the two subjects instead")
        before = self._index.get((row.blind, subject))
        verified = row.verified or (before is not None and before.verified)
        self._index[row.blind, subject] = replace(row, verified=verified)


def _checked(subject: SubjectId) -> SubjectId:
    try:
        bytes.fromhex(subject)
    except ValueError:
        raise UnusableInput("a subject id has 32 hex characters", "check the id") from None
    return subject
