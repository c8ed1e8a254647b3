"""One suite for every identity store: the fake behaves as the real one does (clause 5)."""

from __future__ import annotations

import secrets
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from troth.engines.memory import MemoryIdentity
from troth.engines.sql.identity import SqliteIdentity
from troth.errors import Erased, Restricted, StoreError, UnusableInput, VaultError
from troth.policy.permit import SubjectId
from troth.vault import EpochHeld, IdentityStore, IndexRow, NewSubject, State, Wrapped

BLIND = b"b" * 16
OTHER_BLIND = b"c" * 16
CANARY = Wrapped(1, b"canary")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IdentityStore]:
    made: IdentityStore
    made = MemoryIdentity() if request.param == "memory" else SqliteIdentity(tmp_path / "identity.sqlite", CANARY)
    yield made
    made.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqliteIdentity]:
    made = SqliteIdentity(tmp_path / "identity.sqlite", CANARY)
    yield made
    made.close()


def subject(*rows: IndexRow, made_at_ms: int = 0) -> NewSubject:
    return NewSubject(
        SubjectId(secrets.token_hex(16)), "browser", Wrapped(1, secrets.token_bytes(60)), made_at_ms, rows
    )


def added(store: IdentityStore, *rows: IndexRow) -> SubjectId:
    new = subject(*rows)
    store.add_subjects([new])
    return new.subject


def test_a_new_subject_is_live_and_holds_the_key_it_was_given(store: IdentityStore) -> None:
    new = subject(IndexRow(BLIND, 1))
    store.add_subjects([new])
    held = store.held(new.subject, "visits", "2026-11")
    assert held is not None
    assert (held.state, held.subject_key, held.key_generation) == ("live", new.key, 1)
    assert (held.epoch_state, held.epoch_key, held.generation) == ("none", None, 0)
    assert store.held_by_index([OTHER_BLIND, BLIND], "visits", "2026-11") == held
    assert store.state_of(new.subject) == "live"


def test_a_subject_never_made_is_none_and_an_id_that_is_none_is_unusable(store: IdentityStore) -> None:
    assert store.state_of(SubjectId("00" * 16)) is None
    assert store.held(SubjectId("00" * 16), "visits", "2026-11") is None
    assert store.held_by_index([BLIND], "visits", "2026-11") is None
    assert store.find([BLIND]) == []
    with pytest.raises(UnusableInput):
        store.state_of(SubjectId("no id"))
    with pytest.raises(UnusableInput):
        store.end(SubjectId("00" * 16), "withdraw", 1)
    with pytest.raises(UnusableInput):
        store.move(SubjectId("00" * 16), "restricted", "restrict", 1)


ALLOWED = {
    ("live", "restricted"),
    ("live", "erasing"),
    ("restricted", "live"),
    ("restricted", "erasing"),
    ("erasing", "erased"),
}
UNCHANGED = {("live", "live"), ("restricted", "restricted"), ("erasing", "erasing"), ("erased", "erased")} | {
    ("erased", "erasing")
}
STATES: tuple[State, ...] = ("live", "restricted", "erasing", "erased")
ROADS: dict[State, tuple[State, ...]] = {
    "live": (),
    "restricted": ("restricted",),
    "erasing": ("erasing",),
    "erased": ("erasing", "erased"),
}


@pytest.mark.parametrize("to", STATES)
@pytest.mark.parametrize("before", STATES)
def test_a_subject_moves_only_as_the_law_of_states_allows(store: IdentityStore, before: State, to: State) -> None:
    who = added(store, IndexRow(BLIND, 1))
    for step in ROADS[before]:
        store.move(who, step, None, 1)
    if (before, to) in ALLOWED:
        assert store.move(who, to, "erase", 2) == store.generation() == 1
        assert store.state_of(who) == to
    elif (before, to) in UNCHANGED:
        assert store.move(who, to, "erase", 2) == store.generation() == 0
        assert store.state_of(who) == before
    else:
        with pytest.raises(Erased if before in ("erasing", "erased") else VaultError):
            store.move(who, to, "erase", 2)
        assert store.state_of(who) == before
        assert store.generation() == 0


def test_an_erased_subject_leaves_a_tombstone_without_key_or_index(store: IdentityStore) -> None:
    who, other = added(store, IndexRow(BLIND, 1)), added(store, IndexRow(BLIND, 1))
    assert set(store.find([BLIND])) == {who, other}
    store.move(who, "erasing", "erase", 1)
    store.move(who, "erased", "erase", 2)
    held = store.held(who, "visits", "2026-11")
    assert held is not None
    assert (held.state, held.subject_key, held.generation) == ("erased", None, 2)
    assert store.find([BLIND]) == [other]


def test_endings_are_numbered_without_gaps_and_read_from_any_number(store: IdentityStore) -> None:
    one, other = added(store), added(store)
    assert store.end(one, "withdraw", 10) == 1
    assert store.move(other, "restricted", "restrict", 20) == 2
    assert store.move(other, "live", None, 30) == 2
    assert store.end(one, "withdraw", 40) == 3
    assert [(e.generation, e.subject, e.why, e.at_ms) for e in store.endings_after(1)] == [
        (2, other, "restrict", 20),
        (3, one, "withdraw", 40),
    ]
    assert store.endings_after(3) == []


def test_index_rows_are_added_to_the_living_only(store: IdentityStore) -> None:
    who = added(store)
    store.add_index_row(who, IndexRow(BLIND, 1))
    store.add_index_row(who, IndexRow(BLIND, 1))
    assert store.find([BLIND]) == [who]
    store.move(who, "restricted", "restrict", 1)
    with pytest.raises(Restricted):
        store.add_index_row(who, IndexRow(OTHER_BLIND, 1))
    store.move(who, "erasing", "erase", 2)
    with pytest.raises(Erased):
        store.add_index_row(who, IndexRow(OTHER_BLIND, 1))
    with pytest.raises(UnusableInput):
        store.add_index_row(SubjectId("00" * 16), IndexRow(BLIND, 1))
    assert store.find([OTHER_BLIND]) == []


def test_a_proved_name_belongs_to_one_subject_and_stays_proved(store: IdentityStore) -> None:
    who = added(store, IndexRow(BLIND, 1))
    store.add_index_row(who, IndexRow(BLIND, 1, verified=True))
    store.add_index_row(who, IndexRow(BLIND, 1, verified=False))
    other = added(store, IndexRow(BLIND, 1))
    with pytest.raises(UnusableInput, match="already proved"):
        store.add_index_row(other, IndexRow(BLIND, 1, verified=True))
    assert set(store.find([BLIND])) == {who, other}


def test_subjects_added_together_are_all_there_or_none(store: IdentityStore) -> None:
    added(store, IndexRow(BLIND, 1, verified=True))
    first = subject(IndexRow(OTHER_BLIND, 1))
    with pytest.raises(UnusableInput, match="already proved"):
        store.add_subjects([first, subject(IndexRow(BLIND, 1, verified=True))])
    assert store.state_of(first.subject) is None
    assert store.find([OTHER_BLIND]) == []
    store.add_subjects([first])
    assert store.find([OTHER_BLIND]) == [first.subject]


def test_subjects_of_one_name_are_found_oldest_first(store: IdentityStore) -> None:
    made = [subject(IndexRow(BLIND, 1), made_at_ms=at) for at in (30, 10, 20)]
    store.add_subjects(made)
    assert store.find([BLIND, OTHER_BLIND]) == [made[1].subject, made[2].subject, made[0].subject]


def test_the_first_of_two_epoch_keys_wins_and_an_ended_epoch_stays_ended(store: IdentityStore) -> None:
    first, second = Wrapped(1, b"first"), Wrapped(1, b"second")
    assert store.epoch("visits", "2026-11") is None
    assert store.add_epoch("visits", "2026-11", first, 1) == EpochHeld("visits", "2026-11", 1, first)
    assert store.add_epoch("visits", "2026-11", second, 2).key == first
    who = added(store)
    held = store.held(who, "visits", "2026-11")
    assert held is not None
    assert (held.epoch_state, held.epoch_key) == ("live", first)
    store.end_epoch("visits", "2026-11", 3)
    store.end_epoch("visits", "2026-11", 4)
    assert store.add_epoch("visits", "2026-11", second, 5).key is None
    held = store.held(who, "visits", "2026-11")
    assert held is not None
    assert (held.epoch_state, held.epoch_key) == ("ended", None)


def test_an_epoch_that_ended_before_it_began_never_begins(store: IdentityStore) -> None:
    store.end_epoch("visits", "2026-10", 1)
    assert store.add_epoch("visits", "2026-10", Wrapped(1, b"late"), 2).key is None


def test_the_epochs_of_a_class_come_in_order(store: IdentityStore) -> None:
    for class_, epoch in (("visits", "2026-12"), ("visits", "2026-10"), ("log", "2026-11"), ("visits", "2026-11")):
        store.add_epoch(class_, epoch, Wrapped(1, epoch.encode()), 1)
    store.end_epoch("visits", "2026-10", 2)
    assert [(held.epoch, held.key is None) for held in store.epochs("visits")] == [
        ("2026-10", True),
        ("2026-11", False),
        ("2026-12", False),
    ]


def test_seals_are_summed_for_each_root_key_version(store: IdentityStore) -> None:
    assert store.reserve_seals(1, 1024) == 1024
    assert store.reserve_seals(2, 1) == 1
    assert store.reserve_seals(1, 1024) == 2048


def test_everything_stored_by_many_threads_at_once_is_there(store: IdentityStore) -> None:
    acknowledged: list[SubjectId] = []
    refused: list[UnusableInput] = []

    def work() -> None:
        for _ in range(20):
            acknowledged.append(added(store))
        try:
            acknowledged.append(added(store, IndexRow(BLIND, 1, verified=True)))
        except UnusableInput as error:
            refused.append(error)
        store.end(acknowledged[-1], "withdraw", 1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(acknowledged), len(refused)) == (161, 7)
    assert all(store.state_of(who) == "live" for who in acknowledged)
    assert len(store.find([BLIND])) == 1
    assert [ending.generation for ending in store.endings_after(0)] == list(range(1, 9))


# SQLite only: the file


def test_the_file_is_ours_alone_and_so_are_the_files_beside_it(sqlite_store: SqliteIdentity, tmp_path: Path) -> None:
    added(sqlite_store)
    files = list(tmp_path.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_settings_that_make_deleted_keys_go_are_really_on(sqlite_store: SqliteIdentity) -> None:
    found = {
        pragma: sqlite_store._file._writer.execute(f"PRAGMA {pragma}").fetchone()[0]
        for pragma in ("secure_delete", "synchronous", "temp_store", "journal_mode")
    }
    assert found == {"secure_delete": 1, "synchronous": 2, "temp_store": 2, "journal_mode": "wal"}


def test_a_build_of_sqlite_that_ignores_a_setting_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = (("secure_delete", "off", 1),)
    monkeypatch.setattr("troth.engines.sql.identity_file._SETTINGS", settings)
    with pytest.raises(StoreError, match="does not set secure_delete"):
        SqliteIdentity(tmp_path / "identity.sqlite", CANARY)


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "identity.sqlite"
    SqliteIdentity(path, CANARY).close()
    with sqlite3.connect(path) as c:
        c.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer"):
        SqliteIdentity(path, CANARY)


def test_what_one_connection_stored_another_process_reads(tmp_path: Path, sqlite_store: SqliteIdentity) -> None:
    who = added(sqlite_store)
    query = "sqlite3.connect(sys.argv[1]).execute('SELECT hex(subject) FROM subjects').fetchall()"
    code = f"import sqlite3, sys; print({query})"
    command = [sys.executable, "-c", code, str(tmp_path / "identity.sqlite")]
    assert who.upper() in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _with_a_full_disk(store: SqliteIdentity) -> Callable[[], None]:
    import resource

    size = store._file.path.with_name("identity.sqlite-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(size, 4096), hard))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_nothing_is_acknowledged_on_a_full_disk_and_everything_goes_on_after_it(sqlite_store: SqliteIdentity) -> None:
    first = added(sqlite_store)
    lost = subject(IndexRow(BLIND, 1))
    free_the_disk = _with_a_full_disk(sqlite_store)
    try:
        with pytest.raises(StoreError) as refused:
            sqlite_store.add_subjects([lost, *(subject() for _ in range(500))])
        assert sqlite_store.state_of(first) == "live"
    finally:
        free_the_disk()
    assert "fix:" in str(refused.value)
    assert sqlite_store.state_of(lost.subject) is None
    sqlite_store.add_subjects([lost])
    assert sqlite_store.find([BLIND]) == [lost.subject]
