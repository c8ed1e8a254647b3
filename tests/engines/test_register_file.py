"""What is SQLite's alone: the register's file, its settings, a disk that is full (clause 5, security rule 12)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from registers import ANN, NOON, draft, names, open_register

from troth.duties import new_duty
from troth.engines.sql.register import Register
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
