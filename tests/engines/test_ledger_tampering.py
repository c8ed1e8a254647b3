"""Altering the stored ledger is found on either database; rewriting it with the key too, by an old head (rule 30)."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from registers import ANN, NOON, SIGNER, draft, open_register
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    Table,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from troth.engines.sql.database import open_writer, url_of
from troth.engines.sql.ledger_rows import LedgerShelf
from troth.engines.sql.ledger_tree import Sequencer
from troth.engines.sql.register import Witness
from troth.engines.sql.tables import ledger_checkpoints, ledger_entries, ledger_head, ledger_nodes, ledger_payloads
from troth.errors import StoreError, Tampered
from troth.ledger import Appended, Outside, Verdict, leaf_bytes, open_checkpoint, verify_ledger
from troth.ledger.tree import Head, check_consistency, leaf_hash, root_of_inclusion

KEYS = [SIGNER.public_key]
TABLES = (ledger_entries, ledger_nodes, ledger_head, ledger_checkpoints)
Tamper = Callable[[Connection], None]


def fill(url: str, count: int, *, apart_s: int = 1, first: int = 0) -> list[Appended]:
    """Write entries one by one, each in a second of its own."""
    appended = []
    with closing(open_register(url)) as register:
        for number in range(first, first + count):
            with register.change() as change:
                appended.append(
                    change.ledger.append(draft(f"entry {number}", at=NOON + timedelta(seconds=number * apart_s)))
                )
    return appended


@pytest.fixture
def connection(register_url: str, engine: str) -> Iterator[Connection]:
    """A connection of somebody who may alter anything, inside one transaction that is never committed."""
    fill(register_url, 1)
    fill(register_url, 2, first=1, apart_s=0)
    with closing_engine(register_url) as connection:
        yield connection


class closing_engine:
    """Opens a database by hand."""

    def __init__(self, url: str) -> None:
        self._engine = open_writer(url_of(url))

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        if self._engine.dialect.name == "sqlite":
            raw: Any = self._connection.connection.driver_connection
            raw.text_factory = lambda read: read.decode("utf-8", "replace")
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.rollback()
        self._connection.close()
        self._engine.dispose()


def problems(connection: Connection, *outside: Outside) -> list[str]:
    """Where something was found; a row that cannot even be read is found too."""
    try:
        verdict = verify_ledger(LedgerShelf(connection), KEYS, outside)
    except Tampered as error:
        return [error.where]
    return [problem.where for problem in verdict.problems]


def verdict_of(url: str, *outside: Outside) -> Verdict:
    with closing(Witness(url)) as register, register.reading() as reading:
        return verify_ledger(reading.ledger, KEYS, outside)


# One bit


def flipped(column: Column[Any], value: Any, dice: random.Random | None) -> Iterator[tuple[int, Any]]:
    """Every value that differs in one bit; with dice, one bit of each byte."""
    if isinstance(value, int):
        bits = 63 if isinstance(column.type, BigInteger) else 31
        for bit in range(bits):
            yield bit, value ^ 1 << bit
        return
    raw = value if isinstance(value, bytes) else value.encode()
    for place in range(len(raw)):
        for bit in range(8) if dice is None else [dice.randrange(8)]:
            changed = bytearray(raw)
            changed[place] ^= 1 << bit
            yield place * 8 + bit, bytes(changed)


def set_value(connection: Connection, column: Column[Any], key: dict[str, Any], value: Any) -> bool:
    """Write a value behind the register's back; False if the database itself refuses it."""
    table = column.table
    is_text = isinstance(value, bytes) and not isinstance(column.type, LargeBinary)
    shown = (
        ":new"
        if not is_text
        else "CAST(:new AS TEXT)"
        if connection.dialect.name == "sqlite"
        else "convert_from(:new, 'UTF8')"
    )
    where = " AND ".join(f"{name} = :key_{name}" for name in key)
    statement = text(f"UPDATE {table.name} SET {column.name} = {shown} WHERE {where}")  # noqa: S608
    if isinstance(value, bytes):
        statement = statement.bindparams(bindparam("new", type_=LargeBinary))
    try:
        with connection.begin_nested():
            connection.execute(statement, {"new": value, **{f"key_{name}": of for name, of in key.items()}})
    except DBAPIError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_every_single_bit_that_changes_in_the_stored_ledger_is_found(
    connection: Connection, engine: str, table: Table
) -> None:
    """On PostgreSQL one bit of each byte: the rules are the same code, the way to the columns is another."""
    assert problems(connection) == []
    dice = None if engine == "sqlite" else random.Random(7)
    rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    assert rows
    unseen, tried = [], 0
    for row, column in itertools.product(rows, table.columns):
        for bit, value in flipped(column, row[column.name], dice):
            key = {each.name: row[each.name] for each in table.primary_key}
            now = {**key, column.name: value} if column.primary_key else key
            if not set_value(connection, column, key, value):
                continue
            tried += 1
            if not problems(connection):
                unseen.append((column.name, bit))
            assert set_value(connection, column, now, row[column.name])
    assert unseen == []
    assert tried > 100
    assert problems(connection) == []


# Rows


def run(statement: str) -> Tamper:
    return lambda connection: connection.execute(text(statement)) and None  # type: ignore[func-returns-value]


def swap_entries(connection: Connection) -> None:
    for statement in ("seq = -1 WHERE seq = 1", "seq = 1 WHERE seq = 2", "seq = 2 WHERE seq = -1"):
        connection.execute(text(f"UPDATE ledger_entries SET {statement}"))  # noqa: S608


def add_one(connection: Connection) -> None:
    row = dict(connection.execute(select(ledger_entries).where(ledger_entries.c.seq == 2)).mappings().one())
    connection.execute(insert(ledger_entries), {**row, "seq": 3})


def put_back_the_first_head(connection: Connection) -> None:
    first = connection.scalar(select(ledger_checkpoints.c.checkpoint).order_by(ledger_checkpoints.c.size).limit(1))
    connection.execute(update(ledger_head).values(checkpoint=first))


TAMPERED: dict[str, tuple[Tamper, str]] = {
    "the first entry removed": (run("DELETE FROM ledger_entries WHERE seq = 0"), "entry 0"),
    "an entry removed from the middle": (run("DELETE FROM ledger_entries WHERE seq = 1"), "entry 1"),
    "the last entry removed": (run("DELETE FROM ledger_entries WHERE seq = 2"), "head"),
    "all entries removed": (run("DELETE FROM ledger_entries"), "checkpoint 1"),
    "two entries exchanged": (swap_entries, "node 1/0"),
    "an entry added": (add_one, "entry 3"),
    "an entry altered": (run("UPDATE ledger_entries SET clause = 'C8-01' WHERE seq = 2"), "head"),
    "a node removed": (run("DELETE FROM ledger_nodes"), "node 1/0"),
    "a node added": (run("INSERT INTO ledger_nodes SELECT 1, 1, hash FROM ledger_nodes"), "nodes"),
    "the head removed": (run("DELETE FROM ledger_head"), "head"),
    "an older head put back": (put_back_the_first_head, "entry 1"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_ledger_with_rows_removed_moved_or_added_is_found_and_the_place_is_named(
    connection: Connection, what: str
) -> None:
    tamper, place = TAMPERED[what]
    assert problems(connection) == []
    tamper(connection)
    assert place in problems(connection)


@pytest.mark.parametrize(
    "what", ["the head removed", "a node removed", "the last entry removed", "an older head put back", "an entry added"]
)
def test_nothing_is_signed_on_top_of_a_ledger_whose_end_was_altered(register_url: str, what: str) -> None:
    fill(register_url, 3)
    with closing_engine(register_url) as connection, connection.begin():
        TAMPERED[what][0](connection)
    if what == "a node removed":  # the end is whole: verify finds the node, a writer has no need of it
        fill(register_url, 1, first=3)
        assert verdict_of(register_url).problems[0].where == "node 1/0"
        return
    with pytest.raises(StoreError, match="ledger was altered") as refused:
        fill(register_url, 1, first=3)
    assert "troth verify" in refused.value.fix


# History rewritten by whoever holds the key


def rewrite_with_the_key(url: str) -> None:
    """Alter one entry, then make every node, head and checkpoint anew and sign them with the real key."""
    with closing_engine(url) as connection, connection.begin():
        connection.execute(update(ledger_entries).where(ledger_entries.c.seq == 1).values(clause="C8-01"))
        for table in (ledger_nodes, ledger_head, ledger_checkpoints):
            connection.execute(delete(table))
        Sequencer(SIGNER).plant(connection)


def outside(appended: Appended) -> Outside:
    """What a receipt or a letter of that day holds."""
    return Outside("an old head", open_checkpoint(appended.checkpoint, KEYS))


def test_a_history_rewritten_with_the_signing_key_is_found_by_a_head_that_left_the_machine(register_url: str) -> None:
    old = outside(fill(register_url, 5)[3])
    before = verdict_of(register_url, old)
    assert (before.is_consistent, before.attested) == (True, (old,))
    rewrite_with_the_key(register_url)
    assert verdict_of(register_url).is_consistent, "from the inside it cannot be seen"
    after = verdict_of(register_url, old)
    assert [problem.where for problem in after.problems] == ["an old head"]
    assert after.attested == ()


def test_a_ledger_cut_back_to_an_older_signed_head_is_found_by_a_newer_one_from_outside(register_url: str) -> None:
    appended = fill(register_url, 5)
    with closing_engine(register_url) as connection, connection.begin():
        shelf = LedgerShelf(connection)
        edge = b"".join([shelf.node(1, 0), shelf.node(0, 2)])
        for table, column in ((ledger_entries, "seq"), (ledger_payloads, "seq")):
            connection.execute(delete(table).where(table.c[column] >= 3))
        connection.execute(delete(ledger_nodes).where((ledger_nodes.c.level > 1) | (ledger_nodes.c.place > 0)))
        connection.execute(delete(ledger_checkpoints).where(ledger_checkpoints.c.size > 3))
        connection.execute(update(ledger_head).values(size=3, edge=edge, checkpoint=appended[2].checkpoint))
    assert verdict_of(register_url).is_consistent, "from the inside it cannot be seen"
    assert verdict_of(register_url, outside(appended[1])).is_consistent, "an older head knows nothing of it"
    assert [problem.where for problem in verdict_of(register_url, outside(appended[4])).problems] == ["an old head"]


# What the entries are told, what a reader can prove


def test_an_entry_knows_its_place_its_head_and_its_proof_once_it_is_durable(register_url: str) -> None:
    with closing(open_register(register_url)) as register:
        with register.change() as change:
            change.ledger.append(draft("zero"))
            one = change.ledger.append(draft("one", ANN))
            two = change.ledger.append(draft("two"))
            with pytest.raises(RuntimeError, match="not durable yet"):
                _ = one.seq
        assert (one.seq, two.seq) == (1, 2)
        head = open_checkpoint(one.checkpoint, KEYS)
        with register.reading() as reading:
            assert reading.ledger.head() == one.checkpoint == two.checkpoint
            numbered = reading.ledger.after(0, 1)[0]
            assert reading.ledger.prove_inclusion(1, head.size) == one.proof()
        assert root_of_inclusion(leaf_hash(leaf_bytes(numbered)), 1, head.size, one.proof()) == head.root


def test_a_change_that_failed_gives_no_place(register_url: str) -> None:
    with closing(open_register(register_url)) as register:
        with pytest.raises(ZeroDivisionError), register.change() as change:  # noqa: PT012 - the body is the change
            lost = change.ledger.append(draft("lost"))
            raise ZeroDivisionError
        with pytest.raises(RuntimeError, match="not durable yet"):
            _ = lost.seq


def test_a_reader_can_prove_every_entry_and_that_each_head_begins_the_next(register_url: str) -> None:
    appended = fill(register_url, 9)
    heads = [open_checkpoint(each.checkpoint, KEYS) for each in appended]
    with closing(Witness(register_url)) as register, register.reading() as reading:
        ledger = reading.ledger
        leaves = [leaf_hash(leaf_bytes(numbered)) for numbered in ledger.after()]
        for index, head in itertools.product(range(9), heads):
            if index < head.size:
                proof = ledger.prove_inclusion(index, head.size)
                assert root_of_inclusion(leaves[index], index, head.size, proof) == head.root
        for old, new in itertools.combinations(heads, 2):
            check_consistency(old, new, ledger.prove_consistency(old.size, new.size))
        assert [size for size, _ in ledger.checkpoints()] == list(range(1, 10))
        with pytest.raises(Tampered):
            ledger.node(3, 1)


def test_only_the_first_head_of_each_second_is_kept_as_a_checkpoint(register_url: str) -> None:
    with closing(open_register(register_url)) as register:
        for second in (0, 0, 0, 1, 1, 5):
            with register.change() as change:
                change.ledger.append(draft("x", at=NOON + timedelta(seconds=second)))
        with register.reading() as reading:
            assert [size for size, _ in reading.ledger.checkpoints()] == [1, 4, 6]


def test_a_new_ledger_has_a_signed_head_over_nothing(register_url: str) -> None:
    with closing(open_register(register_url)) as register, register.reading() as reading:
        head = reading.ledger.head()
        assert head is not None
        assert open_checkpoint(head, KEYS) == Head(0, verdict_of(register_url).head.root)
        assert verdict_of(register_url).is_consistent
