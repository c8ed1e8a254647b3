"""What is SQLite's alone: the register's file, its settings, a disk that is full (clause 5, security rule 12)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from registers import ANN, NOON, draft, names, open_register
from sqlalchemy import text

from troth.duties import new_duty
from troth.engines.sql import sqlite
from troth.engines.sql.register import Register, Witness
from troth.engines.sql.sqlite import witness_url
from troth.errors import StoreError


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    register = open_register(str(tmp_path / "register.db"))
    yield register
    register.close()


def test_a_full_disk_is_a_store_error_and_the_register_recovers_without_hands(register: Register) -> None:
    with register.change() as change:
        change.ledger.append(draft("before"))
        pages = change.counters._connection.exec_driver_sql("PRAGMA page_count").scalar()
        change.counters._connection.exec_driver_sql(f"PRAGMA max_page_count={int(pages or 0) + 2}")
    with pytest.raises(StoreError) as refused:  # noqa: PT012 - which change meets the full disk is not ours to say
        for number in range(10_000):
            with register.change() as change:
                change.ledger.append(draft(f"{number} {'x' * 500}"))
                change.duties.add(new_duty("erase_withdrawn", NOON, NOON, ANN, reason="y" * 4000))
    assert "FULL" in refused.value.what
    with register.reading() as reading:
        entries, duties = reading.ledger.length(), len(reading.duties.due(NOON, 100_000))
    assert entries == duties + 1, "no change is there by half"

    with register._commits._lock:
        register._commits._drop_connection()
    with register.change() as change:
        change.ledger.append(draft("after"))
    assert names(register)[-1] == "after"


@pytest.mark.parametrize("side", ["_writer", "_readers"])
def test_sqlite_is_set_so_that_deleted_rows_are_gone_and_commits_are_durable(register: Register, side: str) -> None:
    with getattr(register, side).connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "temp_store")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "temp_store": 2}


def test_the_file_is_for_its_owner_only(tmp_path: Path, register: Register) -> None:
    assert (tmp_path / "register.db").stat().st_mode & 0o077 == 0


def test_a_register_on_a_medium_that_cannot_be_written_is_read_as_it_is(
    tmp_path: Path, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    with register.change() as change:
        change.ledger.append(draft("one"))
    register.close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert "mode=ro" in str(witness_url(tmp_path / "register.db"))
    monkeypatch.setattr(sqlite.os, "access", lambda *_: False)
    assert "immutable=1" in str(witness_url(tmp_path / "register.db"))
    witness = Witness(str(tmp_path / "register.db"))
    assert names(witness) == ["one"]
    witness.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == files


def test_a_witness_cannot_write(register: Register, tmp_path: Path) -> None:
    witness = Witness(str(tmp_path / "register.db"))
    with pytest.raises(StoreError), witness.reading() as reading:
        reading.ledger._connection.execute(text("DELETE FROM duties"))
    witness.close()
