"""Reading and writing the rows of the identity store, inside a transaction that is already there (clause 5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from troth.engines.sql.identity_schema import KINDS, STATES, TABLES, VERSION
from troth.errors import StoreError, UnusableInput
from troth.policy.permit import SubjectId
from troth.vault.identity import EpochHeld, EpochState, Held, IndexRow, NewSubject, State, Why, check_move
from troth.vault.keyring import Wrapped

_HELD = """
SELECT s.subject, s.state, s.key_generation, s.kek, s.wrapped, e.key_generation, e.kek, e.wrapped, g.number
"""
HELD_BY_ID = (
    _HELD
    + "FROM subjects s CROSS JOIN generation g LEFT JOIN epochs e ON e.class = ?2 AND e.epoch = ?3 WHERE s.subject = ?1"
)
HELD_BY_INDEX = (
    _HELD
    + """FROM index_rows i CROSS JOIN subjects s ON s.subject = i.subject CROSS JOIN generation g
LEFT JOIN epochs e ON e.class = ?2 AND e.epoch = ?3 WHERE i.blind = ?1 LIMIT 1"""
)
ADD_INDEX_ROW = """
INSERT INTO index_rows (blind, subject, version, verified) VALUES (?, ?, ?, ?)
ON CONFLICT (blind, subject) DO UPDATE SET verified = max(verified, excluded.verified)
"""
END_EPOCH = """
INSERT INTO epochs (class, epoch, key_generation, kek, wrapped, made_at_ms, ended_at_ms)
VALUES (?1, ?2, 1, 0, NULL, ?3, ?3)
ON CONFLICT (class, epoch)
DO UPDATE SET wrapped = NULL, kek = 0, ended_at_ms = coalesce(ended_at_ms, excluded.ended_at_ms)
"""
ADD_EPOCH = """
INSERT OR IGNORE INTO epochs (class, epoch, key_generation, kek, wrapped, made_at_ms) VALUES (?, ?, 1, ?, ?, ?)
"""
ADD_SUBJECT = """
INSERT INTO subjects (subject, kind, state, key_generation, kek, wrapped, made_at_ms) VALUES (?, ?, 0, 1, ?, ?, ?)
"""


def make(c: sqlite3.Connection, canary: Wrapped, where: str) -> None:
    """Make the tables, the first generation and the canary, once."""
    version = c.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise StoreError(f"identity store version {version} is newer than this program", "use a newer troth", where)
    if version == 0:
        for table in TABLES:
            c.execute(table)
        c.execute("INSERT INTO generation (one, number) VALUES (1, 0)")
        c.execute("INSERT INTO canary (one, kek, wrapped) VALUES (1, ?, ?)", (canary.version, canary.blob))
        c.execute(f"PRAGMA user_version = {VERSION}")


def add_subjects(c: sqlite3.Connection, subjects: Sequence[NewSubject]) -> None:
    """Add live subjects."""
    for new in subjects:
        c.execute(
            ADD_SUBJECT,
            (raw(new.subject), KINDS.index(new.kind), new.key.version, new.key.blob, new.made_at_ms),
        )
        for row in new.index:
            add_index_row(c, new.subject, row)


def add_index_row(c: sqlite3.Connection, subject: SubjectId, row: IndexRow) -> None:
    """Add a blind index, or prove one that is there."""
    try:
        c.execute(ADD_INDEX_ROW, (row.blind, raw(subject), row.version, int(row.verified)))
    except sqlite3.IntegrityError:
        raise UnusableInput("this name is already proved by another subject", "join the two subjects instead") from None


def move(c: sqlite3.Connection, subject: SubjectId, to: State, why: Why | None, at_ms: int) -> int:
    """Change a state; return the generation."""
    if check_move(subject, state(c, subject), to):
        if to == "erased":
            c.execute("UPDATE subjects SET state = 3, kek = 0, wrapped = NULL WHERE subject = ?", (raw(subject),))
            c.execute("DELETE FROM index_rows WHERE subject = ?", (raw(subject),))
        else:
            c.execute("UPDATE subjects SET state = ? WHERE subject = ?", (STATES.index(to), raw(subject)))
        if why is not None:
            return raise_generation(c, subject, why, at_ms)
    return int(c.execute("SELECT number FROM generation").fetchone()[0])


def raise_generation(c: sqlite3.Connection, subject: SubjectId, why: Why, at_ms: int) -> int:
    """Raise the generation and keep why."""
    c.execute("UPDATE generation SET number = number + 1")
    number = int(c.execute("SELECT number FROM generation").fetchone()[0])
    c.execute(
        "INSERT INTO endings (generation, subject, why, at_ms) VALUES (?, ?, ?, ?)", (number, raw(subject), why, at_ms)
    )
    return number


def state(c: sqlite3.Connection, subject: SubjectId) -> State | None:
    """Return the state inside this transaction."""
    row = c.execute("SELECT state FROM subjects WHERE subject = ?", (raw(subject),)).fetchone()
    return None if row is None else STATES[row[0]]


def raw(subject: SubjectId) -> bytes:
    """Return the 16 bytes of an id."""
    try:
        return bytes.fromhex(subject)
    except ValueError:
        raise UnusableInput("a subject id has 32 hex characters", "check the id") from None


def held(row: tuple[Any, ...]) -> Held:
    """Return what a row of HELD_BY_… says."""
    subject, state, key_generation, kek, wrapped, epoch_generation, epoch_kek, epoch_wrapped, generation = row
    epoch_state: EpochState = "none" if epoch_generation is None else "ended" if epoch_wrapped is None else "live"
    return Held(
        subject.hex(),
        STATES[state],
        key_generation,
        None if wrapped is None else Wrapped(kek, wrapped),
        epoch_state,
        epoch_generation or 0,
        None if epoch_wrapped is None else Wrapped(epoch_kek, epoch_wrapped),
        generation,
    )


def epoch(row: tuple[Any, ...] | None) -> EpochHeld | None:
    """Return what a row of epochs says."""
    if row is None:
        return None
    class_, epoch, key_generation, kek, wrapped = row
    return EpochHeld(class_, epoch, key_generation, None if wrapped is None else Wrapped(kek, wrapped))
