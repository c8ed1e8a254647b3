"""What is PostgreSQL's alone: connections that are ended, processes that take turns, a server that keeps silent."""

from __future__ import annotations

import builtins
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from houses import Houses, agree
from postgres import Postgres
from registers import ANN, NOON, People, counted, draft, names, open_register
from sqlalchemy import Connection, text

from troth.duties import new_duty
from troth.engines.sql import postgres as settings
from troth.engines.sql.database import open_readers, open_writer, url_of
from troth.engines.sql.group_commit import Pending
from troth.errors import StoreError, TrothError, UnusableInput


def test_when_the_server_ends_a_connection_all_who_waited_are_told_and_the_next_change_works(
    postgres: Postgres, postgres_url: str
) -> None:
    register = open_register(postgres_url)
    with register.change() as change:
        change.ledger.append(draft("before"))
    one_inside, two_inside, go = threading.Event(), threading.Event(), threading.Event()
    failures: list[str] = []

    def write(name: str) -> None:
        try:
            with register.change() as change:
                change.ledger.append(draft(name))
                if name == "one":  # it stays until the other queues, so that both share one commit
                    one_inside.set()
                    while register._commits._queue == 0:
                        go.wait(0.001)
                else:
                    two_inside.set()
                    go.wait(10)
        except StoreError as error:
            failures.append(f"{name}: {error}")

    first, second = threading.Thread(target=write, args=("one",)), threading.Thread(target=write, args=("two",))
    first.start()
    assert one_inside.wait(10)
    second.start()
    assert two_inside.wait(10)
    assert postgres.end_connections(postgres_url) > 0
    go.set()
    first.join(10)
    second.join(10)
    assert sorted(failure[:4] for failure in failures) == ["one:", "two:"]
    assert names(register) == ["before"]
    with register.change() as change:
        change.ledger.append(draft("after"))
    assert names(register) == ["before", "after"]
    register.close()


def test_a_connection_that_was_ended_while_nobody_wrote_costs_nobody_an_error(
    postgres: Postgres, postgres_url: str
) -> None:
    register = open_register(postgres_url)
    with register.change() as change:
        change.ledger.append(draft("before"))
    assert names(register) == ["before"]
    assert postgres.end_connections(postgres_url) >= 2
    with register.change() as change:
        change.ledger.append(draft("after"))
    assert names(register) == ["before", "after"]
    register.close()


def test_when_the_server_goes_away_during_a_commit_nobody_is_told_that_nothing_was_kept(
    postgres: Postgres, postgres_url: str
) -> None:
    register = open_register(postgres_url)
    write_last = register._commits._before_commit

    def cut_off(connection: Connection, pending: list[Pending]) -> Callable[[], None]:
        placed = write_last(connection, pending)
        assert postgres.end_connections(postgres_url) > 0
        return placed

    register._commits._before_commit = cut_off
    with pytest.raises(StoreError, match="alone knows"), register.change() as change:
        change.ledger.append(draft("perhaps"))
    register._commits._before_commit = write_last
    with register.change() as change:
        change.ledger.append(draft("after"))
    assert names(register) == ["after"]
    register.close()


def test_a_server_that_is_gone_is_a_store_error_that_shows_no_password() -> None:
    url = "postgresql+psycopg://troth:canary-4711@127.0.0.1:1/troth"
    with pytest.raises(StoreError) as refused:
        open_register(url)
    assert "database server" in refused.value.fix
    assert "canary-4711" not in f"{refused.value!r} {refused.value}"
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://troth:canary-4711@db:notaport/troth",
        "mysql://troth:canary-4711@db/troth",
        "postgresql+pg8000://troth:canary-4711@db/troth",
        "nonsense://canary-4711",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        open_register(url)
    assert "canary-4711" not in f"{refused.value!r} {refused.value}"
    assert len(str(refused.value).splitlines()) == 2


def test_without_the_driver_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_psycopg(name: str, *given: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "psycopg":
            raise ModuleNotFoundError(name)
        return real(name, *given, **named)

    assert open_writer(url_of("postgresql://db/troth")).dialect.driver == "psycopg"
    monkeypatch.setattr(builtins, "__import__", without_psycopg)
    with pytest.raises(TrothError) as refused:
        open_writer(url_of("postgresql://db/troth"))
    assert "troth[postgres]" in refused.value.fix


def test_the_short_form_of_the_address_is_taken_too(postgres_url: str) -> None:
    open_register(postgres_url.replace("+psycopg", "")).close()


def test_no_process_writes_while_another_one_has_its_turn(postgres_url: str) -> None:
    """Two registers stand for two processes: nothing is shared between them but the database."""
    ours, theirs = open_register(postgres_url), open_register(postgres_url)
    done = threading.Event()

    def write() -> None:
        with theirs.change() as change:
            change.ledger.append(draft("theirs"))
        done.set()

    other = threading.Thread(target=write)
    with ours.change() as change:
        other.start()
        with theirs.reading() as reading:
            waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            while not done.is_set() and not reading.ledger._connection.scalar(waiting):
                other.join(0.001)
        assert not done.is_set()
        change.ledger.append(draft("ours"))
    other.join(10)
    assert done.is_set()
    assert names(ours) == names(theirs) == ["ours", "theirs"]
    ours.close()
    theirs.close()


STARTER = """
    import sys
    from registers import NOON, draft, open_register

    register = open_register(sys.argv[1])
    with register.change() as change:
        change.counters.add(NOON.date(), "test", "started")
        change.ledger.append(draft(sys.argv[2]))
"""


def test_several_processes_that_start_at_once_on_an_empty_database_make_one_register(postgres_url: str) -> None:
    command = [sys.executable, "-c", textwrap.dedent(STARTER), postgres_url]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    processes = [subprocess.Popen([*command, str(number)], env=env) for number in range(3)]
    assert [process.wait(30) for process in processes] == [0, 0, 0]
    register = open_register(postgres_url)
    assert sorted(names(register)) == ["0", "1", "2"]
    assert counted(register, "started") == 3
    register.close()


def show(url: str, names: Sequence[str], *, writer: bool) -> Mapping[str, str]:
    """What the server says our sessions have set."""
    engine = open_writer(url_of(url)) if writer else open_readers(url_of(url))
    with engine.connect() as connection:
        said = {name: str(connection.scalar(text(f"SHOW {name}"))) for name in names}
    engine.dispose()
    return said


def test_readers_see_one_state_and_cannot_write_and_writers_commit_durably(
    postgres: Postgres, postgres_url: str
) -> None:
    wanted = ["transaction_isolation", "transaction_read_only", "synchronous_commit"]
    assert show(postgres_url, wanted, writer=False) == dict(zip(wanted, ("repeatable read", "on", "on"), strict=True))
    postgres.run("ALTER ROLE troth SET synchronous_commit = off")
    try:
        found = show(postgres_url, wanted, writer=True)
    finally:
        postgres.run("ALTER ROLE troth RESET synchronous_commit")
    assert found == dict(zip(wanted, ("read committed", "off", "on"), strict=True))


LOUD = {"log_statement": "all", "log_min_duration_statement": "0", "log_parameter_max_length_on_error": "-1"}


def test_a_server_that_logs_everything_logs_no_value_of_ours(postgres: Postgres, postgres_url: str) -> None:
    """Rule 14: the canary is written by a session like any other first, and must be found in the log."""
    for name, value in LOUD.items():
        postgres.run(f"ALTER ROLE troth SET {name} = '{value}'")
    try:
        register = open_register(postgres_url)
        duty = new_duty("erase_withdrawn", NOON, NOON, ANN, reason="canary-of-ours")
        with register.change() as change:
            change.duties.add(duty)
        with pytest.raises(StoreError), register.change() as change:
            change.duties.add(duty)
        with register.reading() as reading:
            assert reading.duties.find_for_subject(ANN)
        postgres.run("SELECT 'canary-of-any-session'")
    finally:
        for name in LOUD:
            postgres.run(f"ALTER ROLE troth RESET {name}")
    register.close()
    log = postgres.log.read_text("utf-8", "replace")
    assert "canary-of-any-session" in log
    assert "duplicate key" in log, "the refused row is in the log"
    assert "canary-of-ours" not in log
    assert duty.duty_id not in log
    assert ANN not in log


def test_what_a_plain_user_may_not_silence_is_named_at_the_start(
    postgres: Postgres, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    name = url_of(postgres_url).database
    assert "log_statement" in settings.SILENT
    postgres.run("CREATE ROLE plain LOGIN")
    postgres.run("GRANT CREATE ON SCHEMA public TO plain", str(name))
    try:
        plain = postgres.url(str(name), "plain")
        postgres.run("ALTER ROLE plain SET log_statement = 'all'")
        open_register(plain, People()).close()
        assert "log_error_verbosity, log_statement" in caplog.text
        caplog.clear()
        for setting, value in settings.SILENT.items():
            postgres.run(f"ALTER ROLE plain SET {setting} = '{value}'")
        open_register(plain, People()).close()
        assert "database server" not in caplog.text
    finally:
        postgres.run("DROP OWNED BY plain", str(name))
        postgres.run("DROP ROLE plain")


def test_what_postgresql_keeps_on_disk_and_in_its_log_opens_nothing(
    houses: Houses, postgres: Postgres, postgres_url: str
) -> None:
    """Rule 14: identity stays in its own file; no token, index or wrapped key ever reaches the server."""
    house = houses.open(register=postgres_url)
    token = agree(house)
    with sqlite3.connect(houses.folder / "data" / "identity.sqlite") as identity:
        keys = [row[0] for row in identity.execute("SELECT wrapped FROM subjects")]
    identity.close()
    houses.close(house)
    postgres.run("CHECKPOINT")
    kept = b"".join(path.read_bytes() for path in postgres.folder.rglob("*") if path.is_file())
    assert house.loaded.hash.encode() in kept, "the register is there"
    assert keys
    assert [key for key in keys if key in kept] == []
    assert token.encode() not in kept
    assert bytes.fromhex(token) not in kept
