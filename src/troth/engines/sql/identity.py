"""The identity store on SQLite: subjects, wrapped keys, blind indexes, endings (clauses 5 and 7, security rule 14)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from troth.engines.sql import identity_rows as rows
from troth.engines.sql.identity_file import IdentityFile, read_untouched
from troth.engines.sql.identity_schema import STATES
from troth.errors import KeyFileError, StoreError, Tampered, WrongKey
from troth.ledger.encode import encode
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
    known,
)
from troth.vault.key import Key
from troth.vault.keyring import KeyProvider, Wrapped

CANARY_AAD = encode(("canary", "identity", "1"))


def open_identity(path: Path, keys: KeyProvider) -> SqliteIdentity:
    """Return the store after this key file opened its canary; made if it is not there.

    Raises KeyFileError for another key file, before a byte is written.
    """
    canary = _canary_on_disk(path)
    if canary is not None:
        _prove(path, keys, canary)
    store = SqliteIdentity(path, keys.wrap(CANARY_AAD, Key(os.urandom(32))))
    canary = store.canary()
    if canary is None:
        raise _no_canary(path)
    _prove(path, keys, canary)  # again: two first starts may have come at once
    return store


def _canary_on_disk(path: Path) -> Wrapped | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        row = read_untouched(path, "SELECT kek, wrapped FROM canary")
        tables = read_untouched(path, "SELECT count(*) FROM sqlite_master")
    except sqlite3.DatabaseError:
        raise StoreError("this is not an identity store", "restore it from a backup", str(path)) from None
    if row is not None:
        return Wrapped(row[0], row[1])
    if tables == (0,):  # a start was cut short before the first commit
        return None
    raise _no_canary(path)


def _no_canary(path: Path) -> StoreError:
    return StoreError("this identity store has no canary", "restore it from a backup", str(path))


def _prove(path: Path, keys: KeyProvider, canary: Wrapped) -> None:
    try:
        keys.unwrap(CANARY_AAD, canary)
    except (WrongKey, Tampered):
        raise KeyFileError(
            "this key file does not open this identity store",
            "start with the key file that made it, or restore that file from its recovery copy",
            str(path),
        ) from None


class SqliteIdentity:
    """IdentityStore on one SQLite file."""

    def __init__(self, path: Path, canary: Wrapped) -> None:
        self._file = IdentityFile(path)
        self._file.write(lambda c: rows.make(c, canary, str(path)))
        self._file.checkpoint_truncate(tries=1)

    def add_subjects(self, subjects: Sequence[NewSubject]) -> None:
        """Add subjects and their index rows in one transaction."""
        self._file.write(lambda c: rows.add_subjects(c, subjects))

    def state_of(self, subject: SubjectId) -> State | None:
        """Return the state."""
        row = self._file.one("SELECT state FROM subjects WHERE subject = ?", (rows.raw(subject),))
        return None if row is None else STATES[row[0]]

    def held(self, subject: SubjectId, class_: str, epoch: str) -> Held | None:
        """Return state and wrapped keys in one query."""
        row = self._file.one(rows.HELD_BY_ID, (rows.raw(subject), class_, epoch))
        return None if row is None else rows.held(row)

    def held_by_index(self, blinds: Sequence[bytes], class_: str, epoch: str) -> Held | None:
        """Return the same for the subject with one of these blind indexes; one query for each."""
        for blind in blinds:
            row = self._file.one(rows.HELD_BY_INDEX, (blind, class_, epoch))
            if row is not None:
                return rows.held(row)
        return None

    def move(self, subject: SubjectId, to: State, why: Why | None, at_ms: int) -> int:
        """Change the state; to "erased" deletes key and index rows."""
        return self._file.write(lambda c: rows.move(c, subject, to, why, at_ms))

    def end(self, subject: SubjectId, why: Why, at_ms: int) -> int:
        """Raise the generation with an ending."""

        def body(c: sqlite3.Connection) -> int:
            known(subject, rows.state(c, subject))
            return rows.raise_generation(c, subject, why, at_ms)

        return self._file.write(body)

    def generation(self) -> int:
        """Return how often something was ended."""
        return int(self._file.one("SELECT number FROM generation")[0])

    def endings_after(self, generation: int) -> list[Ending]:
        """Return the endings with a higher number."""
        found = self._file.all(
            "SELECT generation, subject, why, at_ms FROM endings WHERE generation > ? ORDER BY generation",
            (generation,),
        )
        return [Ending(number, SubjectId(subject.hex()), why, at_ms) for number, subject, why, at_ms in found]

    def add_index_row(self, subject: SubjectId, row: IndexRow) -> None:
        """Add a blind index to a live subject."""

        def body(c: sqlite3.Connection) -> None:
            check_live(subject, rows.state(c, subject))
            rows.add_index_row(c, subject, row)

        self._file.write(body)

    def find(self, blinds: Sequence[bytes]) -> list[SubjectId]:
        """Return the subjects with one of these blind indexes, oldest first."""
        sql = "SELECT s.made_at_ms, s.subject FROM index_rows i JOIN subjects s USING (subject) WHERE i.blind = ?"
        found = {tuple(row) for blind in blinds for row in self._file.all(sql, (blind,))}
        return [SubjectId(subject.hex()) for _, subject in sorted(found)]

    def epoch(self, class_: str, epoch: str) -> EpochHeld | None:
        """Return one epoch key."""
        return rows.epoch(
            self._file.one(
                "SELECT class, epoch, key_generation, kek, wrapped FROM epochs WHERE class = ? AND epoch = ?",
                (class_, epoch),
            )
        )

    def epochs(self, class_: str) -> list[EpochHeld]:
        """Return every epoch of a class, in order."""
        found = self._file.all(
            "SELECT class, epoch, key_generation, kek, wrapped FROM epochs WHERE class = ? ORDER BY epoch", (class_,)
        )
        return [held for held in map(rows.epoch, found) if held is not None]

    def add_epoch(self, class_: str, epoch: str, key: Wrapped, at_ms: int) -> EpochHeld:
        """Keep an epoch key unless there is one, or one that ended; return what is held."""
        self._file.write(lambda c: c.execute(rows.ADD_EPOCH, (class_, epoch, key.version, key.blob, at_ms)))
        held = self.epoch(class_, epoch)
        if held is None:
            raise StoreError("an epoch key was stored and is not there", "look at the disk", str(self._file.path))
        return held

    def end_epoch(self, class_: str, epoch: str, at_ms: int) -> None:
        """Drop the key of the epoch; the row that says so stays."""
        self._file.write(lambda c: c.execute(rows.END_EPOCH, (class_, epoch, at_ms)))

    def canary(self) -> Wrapped | None:
        """Return the canary."""
        row = self._file.one("SELECT kek, wrapped FROM canary")
        return None if row is None else Wrapped(row[0], row[1])

    def reserve_seals(self, version: int, count: int) -> int:
        """Add to the seals of this root key version; return the new sum."""
        sql = """INSERT INTO seals (kek, reserved) VALUES (?, ?)
                 ON CONFLICT (kek) DO UPDATE SET reserved = reserved + excluded.reserved RETURNING reserved"""
        return self._file.write(lambda c: int(c.execute(sql, (version, count)).fetchall()[0][0]))

    def checkpoint_truncate(self, tries: int = 20) -> bool:
        """Empty the write-ahead log; False while a reader still holds it."""
        return self._file.checkpoint_truncate(tries)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
