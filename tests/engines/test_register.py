"""The register on real databases: one change is one transaction, one commit serves all who wait, nothing half done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from registers import ANN, BEN, NOON, People, counted, draft, names, open_register
from sqlalchemy import Connection, text

from troth.collect.history import SealedHistory
from troth.duties import Duty, new_duty
from troth.engines.sql.database import open_writer, url_of
from troth.engines.sql.group_commit import Batch, Pending
from troth.engines.sql.register import Register
from troth.errors import Erased, Restricted, StoreError
from troth.policy.permit import Grant


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
def register(register_url: str, people: People) -> Iterator[Register]:
    register = open_register(register_url, people)
    yield register
    register.close()


class Stop(Exception):
    """A body that goes wrong."""


def test_a_change_is_there_after_the_block_and_after_a_restart(register_url: str, people: People) -> None:
    first = open_register(register_url, people)
    with first.change() as change:
        change.ledger.append(draft("one"))
        change.duties.add(new_duty("erase_withdrawn", NOON, NOON, ANN))
        change.counters.add(NOON.date(), "test", "kept")
    assert names(first) == ["one"]
    first.close()

    again = open_register(register_url, people)
    assert names(again) == ["one"]
    assert counted(again, "kept") == 1
    with again.reading() as reading:
        assert [duty.subject for duty in reading.duties.due(NOON)] == [ANN]


def test_a_body_that_raises_leaves_nothing_behind_of_any_kind(register: Register) -> None:
    with register.change() as change:
        change.counters.add(NOON.date(), "test", "kept")
    with pytest.raises(Stop), register.change() as change:  # noqa: PT012 - the body is the change
        change.counters.add(NOON.date(), "test", "lost")
        change.duties.add(new_duty("erase_withdrawn", NOON, NOON, ANN))
        change.ledger.append(draft("lost"))
        raise Stop
    assert (counted(register, "kept"), counted(register, "lost"), names(register)) == (1, 0, [])
    with register.reading() as reading:
        assert reading.duties.due(NOON) == []


def test_a_failing_body_does_not_take_its_neighbours_in_the_same_commit_with_it(register: Register) -> None:
    """Two changes are held inside one batch: the good one has run and waits while the bad one fails and commits."""
    inside, go = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def good() -> None:
        with register.change() as change:
            change.counters.add(NOON.date(), "test", "good")
            change.ledger.append(draft("good"))
            inside.set()
            go.wait(10)

    def bad() -> None:
        try:
            with register.change() as change:
                change.counters.add(NOON.date(), "test", "bad")
                change.ledger.append(draft("bad"))
                raise Stop
        except Stop as error:
            errors.append(error)

    first, second = threading.Thread(target=good), threading.Thread(target=bad)
    first.start()
    assert inside.wait(10)
    second.start()
    while register._commits._queue == 0:
        second.join(0.001)
    go.set()
    first.join(10)
    second.join(10)
    assert len(errors) == 1
    assert (counted(register, "good"), counted(register, "bad"), names(register)) == (1, 0, ["good"])


def test_eight_writers_with_random_failures_leave_a_ledger_without_gaps(register: Register) -> None:
    kept: list[str] = []
    lock = threading.Lock()

    def write(writer: int) -> None:
        chance = random.Random(writer)
        for number in range(60):
            name = f"{writer}.{number}"
            try:
                with register.change() as change:
                    change.ledger.append(draft(name))
                    change.counters.add(NOON.date(), "test", f"writer {writer}")
                    if chance.random() < 0.4:
                        raise Stop
            except Stop:
                continue
            with lock:
                kept.append(name)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with register.reading() as reading:
        places = [numbered.seq for numbered in reading.ledger.after(most=100_000)]
        assert reading.ledger.length() == len(kept)
    assert 0 < len(kept) < 8 * 60
    assert places == list(range(len(kept)))
    assert sorted(names(register)) == sorted(kept)
    assert sum(counted(register, f"writer {writer}") for writer in range(8)) == len(kept)


def test_many_who_wait_share_one_commit(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = 0
    commit = register._commits._commit

    def counting(batch: Batch) -> None:
        nonlocal commits
        commits += 1
        commit(batch)

    monkeypatch.setattr(register._commits, "_commit", counting)
    inside, go = threading.Event(), threading.Event()

    def first() -> None:
        with register.change() as change:
            change.ledger.append(draft("first"))
            inside.set()
            go.wait(10)

    def later(number: int) -> None:
        with register.change() as change:
            change.ledger.append(draft(f"later {number}"))

    threads = [threading.Thread(target=first), *(threading.Thread(target=later, args=(n,)) for n in range(10))]
    threads[0].start()
    assert inside.wait(10)
    for thread in threads[1:]:
        thread.start()
    while register._commits._queue < 10:
        threads[1].join(0.001)
    go.set()
    for thread in threads:
        thread.join(10)
    assert len(names(register)) == 11
    assert commits == 1


def test_when_the_commit_fails_everybody_who_waited_gets_the_same_error_and_nothing_is_kept(register: Register) -> None:
    with register.change() as change:
        change.ledger.append(draft("before"))
    write_last = register._commits._before_commit
    inside, go = threading.Event(), threading.Event()
    failures: list[str] = []

    def broken(connection: Connection, pending: list[Pending]) -> Callable[[], None]:
        write_last(connection, pending)
        connection.execute(text("INSERT INTO no_such_table VALUES (1)"))
        raise AssertionError

    def write(name: str, wait: bool) -> None:
        try:
            with register.change() as change:
                change.ledger.append(draft(name))
                change.counters.add(NOON.date(), "test", name)
                if wait:
                    inside.set()
                    go.wait(10)
        except StoreError as error:
            failures.append(str(error))

    register._commits._before_commit = broken
    first = threading.Thread(target=write, args=("one", True))
    second = threading.Thread(target=write, args=("two", False))
    first.start()
    assert inside.wait(10)
    second.start()
    while register._commits._queue == 0:
        second.join(0.001)
    go.set()
    first.join(10)
    second.join(10)
    register._commits._before_commit = write_last

    assert len(failures) == 2
    assert len(set(failures)) == 1
    assert (names(register), counted(register, "one"), counted(register, "two")) == (["before"], 0, 0)
    with register.change() as change:
        change.ledger.append(draft("after"))
    assert names(register) == ["before", "after"]


def test_if_the_database_rolls_everything_back_by_itself_nobody_is_told_that_it_was_kept(register: Register) -> None:
    """SQLite does so on some I/O errors: the neighbours' work is gone too, though their bodies went well."""
    inside, go = threading.Event(), threading.Event()
    failures: list[str] = []

    def write(name: str) -> None:
        try:
            with register.change() as change:
                change.counters.add(NOON.date(), "test", name)
                if name == "good":
                    inside.set()
                    go.wait(10)
                else:
                    change.counters._connection.exec_driver_sql("ROLLBACK")
                    raise StoreError("disk I/O error")
        except StoreError:
            failures.append(name)

    first, second = threading.Thread(target=write, args=("good",)), threading.Thread(target=write, args=("bad",))
    first.start()
    assert inside.wait(10)
    second.start()
    while register._commits._queue == 0:
        second.join(0.001)
    go.set()
    first.join(10)
    second.join(10)
    assert sorted(failures) == ["bad", "good"]
    assert (counted(register, "good"), counted(register, "bad")) == (0, 0)
    with register.change() as change:
        change.counters.add(NOON.date(), "test", "after")
    assert counted(register, "after") == 1


def test_an_error_of_the_database_shows_no_value(register: Register) -> None:
    secret = "canary-4711"
    duty = new_duty("erase_withdrawn", NOON, NOON, ANN, reason=secret)
    with register.change() as change:
        change.duties.add(duty)
    with pytest.raises(StoreError) as refused, register.change() as change:
        change.duties.add(duty)
    assert secret not in str(refused.value)
    assert duty.duty_id not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_change_inside_a_change_is_refused_instead_of_waiting_for_ever(register: Register) -> None:
    with pytest.raises(RuntimeError, match="already open"), register.change(), register.change():
        pass
    with register.change() as change:
        change.ledger.append(draft("still works"))
    assert names(register) == ["still works"]


def test_a_reader_sees_one_state_and_never_waits_for_a_writer(register: Register) -> None:
    with register.change() as change:
        change.ledger.append(draft("one"))
    with register.change() as change, register.reading() as reading:
        change.ledger.append(draft("two"))
        change.counters.add(NOON.date(), "test", "open")
        assert reading.ledger.length() == 1
        assert reading.counters.between(NOON.date(), NOON.date()) == {}
    with register.reading() as reading:
        assert reading.ledger.length() == 2
        with register.change() as change:
            change.ledger.append(draft("three"))
        assert reading.ledger.length() == 2, "what was committed meanwhile belongs to the next look"
    assert len(names(register)) == 3


def test_a_reader_cannot_write(register: Register) -> None:
    with pytest.raises(StoreError), register.reading() as reading:
        reading.ledger._connection.execute(text("DELETE FROM duties"))


def test_a_register_of_a_newer_troth_is_refused(register_url: str, people: People) -> None:
    open_register(register_url, people).close()
    engine = open_writer(url_of(register_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE schema_version SET version = 99"))
    engine.dispose()
    with pytest.raises(StoreError, match="schema 99"):
        open_register(register_url, people)


def test_a_late_writer_finds_the_person_gone_and_keeps_nothing(register: Register, people: People) -> None:
    history = SealedHistory(subject=ANN, revision=1, class_="visits", epoch="2026-11", blob=b"sealed")
    with register.change() as change:
        change.visit_histories.keep(history)
        change.ledger.append(draft("about ann", ANN))
    people.states[ANN] = "erased"
    with pytest.raises(Erased), register.change() as change:  # noqa: PT012 - the body is the change
        change.counters.add(NOON.date(), "test", "late")
        change.visit_histories.keep(history)
    with pytest.raises(Erased), register.change() as change:
        change.ledger.append(draft("late", ANN))
    people.states[ANN] = "restricted"
    with pytest.raises(Restricted), register.change() as change:
        change.visit_histories.keep(history)
    assert (names(register), counted(register, "late")) == (["about ann"], 0)


def test_a_history_is_replaced_and_found_again(register: Register) -> None:
    for revision in (1, 2):
        with register.change() as change:
            change.visit_histories.keep(
                SealedHistory(subject=ANN, revision=revision, class_="visits", epoch="2026-11", blob=b"sealed")
            )
    with register.reading() as reading:
        found = reading.visit_histories.find_for_subjects([ANN, BEN])
    assert [(history.subject, history.revision, history.class_) for history in found] == [(ANN, 2, "visits")]


def test_a_grant_is_kept_once_even_if_the_change_that_kept_it_first_failed(register: Register) -> None:
    grant = Grant(grant_id="1" * 16, policy_hash="0" * 64, purpose="statistics", basis="consent", kind="general")
    with pytest.raises(Stop), register.change() as change:  # noqa: PT012 - the body is the change
        change.decisions.keep_grant(grant)
        raise Stop
    for _ in range(2):
        with register.change() as change:
            change.decisions.keep_grant(grant)
    with register.reading() as reading:
        assert reading.consents.grants(["1" * 16, "2" * 16]) == {"1" * 16: grant}


def test_a_lease_is_taken_once_and_is_free_again_when_it_ran_out(register: Register) -> None:
    duty = new_duty("letter", NOON, NOON)
    with register.change() as change:
        change.duties.add(duty)
    later = NOON + timedelta(minutes=5)

    def lease(at: datetime) -> list[Duty]:
        with register.change() as change:
            return change.duties.lease(["letter"], at, at + timedelta(minutes=5), 10)

    assert [taken.duty_id for taken in lease(NOON)] == [duty.duty_id]
    assert lease(later - timedelta(seconds=1)) == []
    assert [taken.duty_id for taken in lease(later)] == [duty.duty_id]


WRITER = """
    import sys, threading
    from registers import NOON, draft, open_register

    register = open_register(sys.argv[1])
    lock = threading.Lock()

    def write(writer):
        for number in range(100_000):
            name = f"{writer}.{number}"
            with register.change() as change:
                change.counters.add(NOON.date(), "test", "kept")
                change.ledger.append(draft(name))
            with lock:
                print(name, flush=True)

    for writer in range(4):
        threading.Thread(target=write, args=(writer,)).start()
"""


@pytest.mark.parametrize("after", [1, 40, 300])
def test_what_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_by_half(
    register_url: str, people: People, after: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), register_url],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(after)]
    os.killpg(process.pid, signal.SIGKILL)
    acknowledged += [line.strip() for line in process.stdout.read().splitlines() if line.strip()]
    process.wait(10)

    register = open_register(register_url, people)
    kept = names(register)
    with register.reading() as reading:
        assert [numbered.seq for numbered in reading.ledger.after(most=100_000)] == list(range(len(kept)))
    assert len(acknowledged) >= after
    assert set(acknowledged) <= set(kept)
    assert counted(register, "kept") == len(kept)
    register.close()
