"""The tables of the identity store (clause 5). Version 1: change them only by adding a version and a step to it."""

from __future__ import annotations

from typing import Final

from troth.vault.identity import Kind, State

VERSION: Final = 1

# Stored as numbers, by place. Never change or reuse a place.
STATES: Final[tuple[State, ...]] = ("live", "restricted", "erasing", "erased")
KINDS: Final[tuple[Kind, ...]] = ("browser", "submission", "person")

TABLES: Final = (
    """CREATE TABLE subjects (
        subject BLOB PRIMARY KEY CHECK (length(subject) = 16),
        kind INTEGER NOT NULL,
        state INTEGER NOT NULL,
        key_generation INTEGER NOT NULL,
        kek INTEGER NOT NULL,
        wrapped BLOB,
        made_at_ms INTEGER NOT NULL,
        CHECK ((state = 3) = (wrapped IS NULL))
    ) WITHOUT ROWID""",
    """CREATE TABLE epochs (
        class TEXT NOT NULL,
        epoch TEXT NOT NULL,
        key_generation INTEGER NOT NULL,
        kek INTEGER NOT NULL,
        wrapped BLOB,
        made_at_ms INTEGER NOT NULL,
        ended_at_ms INTEGER,
        PRIMARY KEY (class, epoch)
    ) WITHOUT ROWID""",
    """CREATE TABLE index_rows (
        blind BLOB NOT NULL CHECK (length(blind) = 16),
        subject BLOB NOT NULL,
        version INTEGER NOT NULL,
        verified INTEGER NOT NULL,
        PRIMARY KEY (blind, subject)
    ) WITHOUT ROWID""",
    "CREATE INDEX index_rows_of ON index_rows (subject)",
    "CREATE UNIQUE INDEX index_rows_proved ON index_rows (blind) WHERE verified = 1",
    """CREATE TABLE endings (
        generation INTEGER PRIMARY KEY,
        subject BLOB NOT NULL,
        why TEXT NOT NULL,
        at_ms INTEGER NOT NULL
    )""",
    "CREATE TABLE generation (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL)",
    "CREATE TABLE canary (one INTEGER PRIMARY KEY CHECK (one = 1), kek INTEGER NOT NULL, wrapped BLOB NOT NULL)",
    "CREATE TABLE seals (kek INTEGER PRIMARY KEY, reserved INTEGER NOT NULL)",
)
