"""A register of an older Troth is brought up to date at the start; its ledger gets the tree it never had (clause 7)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from registers import ANN, NOON, SIGNER, draft, names, open_register
from sqlalchemy import Connection, inspect, text

from troth.clock import to_ms
from troth.engines.sql.database import open_writer, url_of
from troth.engines.sql.register import Witness
from troth.engines.sql.tables import SCHEMA_VERSION, metadata
from troth.errors import StoreError
from troth.ledger import grow, leaf_bytes, leaf_hash, open_checkpoint, verify_ledger
from troth.ledger.tree import Frontier

SCHEMA_1 = (Path(__file__).parents[1] / "golden" / "register-schema-1.sql").read_text("utf-8")
ENTRIES = 2345


def make_schema_1(url: str, *, without: int | None = None) -> None:
    """Make a register as Troth made them before the tree, with entries and a decision in it."""
    engine = open_writer(url_of(url))
    with engine.begin() as connection:
        for statement in SCHEMA_1.split("\n", 1)[1].split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(in_dialect(statement, connection))
        connection.execute(text("INSERT INTO schema_version VALUES (1)"))
        entries = [
            {"seq": seq, "at": to_ms(NOON) // 1000 + seq, "mark": f"old {seq}".encode().ljust(32, b".")}
            for seq in range(ENTRIES)
            if seq != without
        ]
        connection.execute(
            text("INSERT INTO ledger_entries VALUES (:seq, 1, 'test', :at, :hash, 'C7-01', :mark)"),
            [{**entry, "hash": "0" * 64} for entry in entries],
        )
        decision = {"id": "d" * 32, "subject": ANN, "at": to_ms(NOON), "hash": "0" * 64, "said": '{"statistics":true}'}
        values = ":id, :subject, :at, :at, :hash, :said, '{}', 'en', 1, 'banner', 'x', false"
        connection.execute(text(f"INSERT INTO decisions VALUES ({values})"), decision)  # noqa: S608
    engine.dispose()


def in_dialect(statement: str, connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        return statement.replace("BLOB", "BYTEA").replace("WITHOUT ROWID", "")
    return statement


def test_a_register_of_schema_1_gets_its_tree_at_the_start_and_goes_on(register_url: str) -> None:
    make_schema_1(register_url)
    with closing(open_register(register_url)) as register:
        assert names(register)[-1] == f"old {ENTRIES - 1}"
        with register.reading() as reading:
            leaves = [leaf_hash(leaf_bytes(numbered)) for numbered in reading.ledger.after(most=ENTRIES)]
            head = reading.ledger.head()
            assert head is not None
            assert open_checkpoint(head, [SIGNER.public_key]) == grow(Frontier(), leaves).frontier.head
            assert [decision.decision_id for decision in reading.consents.decisions(ANN)] == ["d" * 32]
        with register.change() as change:
            appended = change.ledger.append(draft("new"))
        assert appended.seq == ENTRIES
    with closing(open_register(register_url)) as again, again.reading() as reading:
        verdict = verify_ledger(reading.ledger, [SIGNER.public_key])
        assert (verdict.problems, verdict.head.size) == ((), ENTRIES + 1)


def test_an_upgraded_register_has_the_columns_and_indexes_of_a_new_one(register_url: str) -> None:
    make_schema_1(register_url)
    open_register(register_url).close()
    engine = open_writer(url_of(register_url))
    seen = inspect(engine)
    for table in metadata.sorted_tables:
        assert {column["name"] for column in seen.get_columns(table.name)} == {column.name for column in table.columns}
        assert {index["name"] for index in seen.get_indexes(table.name)} == {index.name for index in table.indexes}
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version FROM schema_version")) == SCHEMA_VERSION
    engine.dispose()


def test_an_upgrade_that_fails_leaves_the_old_register_as_it_was(register_url: str) -> None:
    make_schema_1(register_url, without=1999)
    for _ in range(2):
        with pytest.raises(StoreError, match="an entry is missing"):
            open_register(register_url)
    engine = open_writer(url_of(register_url))
    assert "ledger_nodes" not in inspect(engine).get_table_names()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version FROM schema_version")) == 1
    engine.dispose()


def test_whoever_only_reads_is_told_to_start_the_house_first(register_url: str) -> None:
    make_schema_1(register_url)
    with pytest.raises(StoreError, match="still has schema 1"):
        Witness(register_url)
