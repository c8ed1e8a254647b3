"""Makes the register's tables on the first start, and brings those of an older Troth up to date (clause 7)."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, Engine, insert, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateColumn

from troth.engines.sql.database import store_error
from troth.engines.sql.ledger_tree import Sequencer
from troth.engines.sql.postgres import loud_settings
from troth.engines.sql.tables import SCHEMA_VERSION, metadata, schema
from troth.errors import StoreError

log = logging.getLogger("troth.register")


def prepare(engine: Engine, sequencer: Sequencer) -> None:
    """Make what is missing, in one transaction. Raises StoreError for a register that a newer Troth wrote."""
    try:
        with engine.begin() as connection:
            found = version_of(connection)
            refuse_newer(found)
            metadata.create_all(connection)
            if found != SCHEMA_VERSION:
                _bring_up(connection, found, sequencer)
            if connection.dialect.name == "postgresql":
                _warn_of_loud_settings(connection)
    except SQLAlchemyError as error:
        raise store_error(error) from None


def version_of(connection: Connection) -> int | None:
    """Return the schema of a register; None if there is none yet."""
    if not inspect(connection).has_table(schema.name):
        return None
    return connection.scalar(select(schema.c.version))


def refuse_newer(found: int | None) -> None:
    """Return if this Troth knows the schema. Raises StoreError."""
    if found is not None and found > SCHEMA_VERSION:
        raise StoreError(
            f"the register has schema {found}, this Troth knows {SCHEMA_VERSION}",
            "start the newer version that wrote it, or restore an older backup",
        )


def refuse_other(found: int | None) -> None:
    """Return if this is a register of exactly this schema. Raises StoreError."""
    refuse_newer(found)
    if found != SCHEMA_VERSION:
        what = "there is no register in this database" if found is None else f"the register still has schema {found}"
        raise StoreError(what, "start the house once: it makes the register, or brings it up to date")


def _bring_up(connection: Connection, found: int | None, sequencer: Sequencer) -> None:
    """Add what later versions have: columns, and the tree over entries from before there was one (schema 1)."""
    if found is not None:
        log.info("the register has schema %d and is brought to %d", found, SCHEMA_VERSION)
        _add_columns(connection)
    sequencer.plant(connection)
    connection.execute(update(schema) if found is not None else insert(schema), {"version": SCHEMA_VERSION})


def _add_columns(connection: Connection) -> None:
    """Add the columns and indexes that came later; the rows that are there get null, or the default of the column."""
    seen = inspect(connection)
    for table in metadata.sorted_tables:
        there = {column["name"] for column in seen.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")
        indexed = {index["name"] for index in seen.get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in indexed:
                index.create(connection)


def _warn_of_loud_settings(connection: Connection) -> None:
    loud = loud_settings(connection)
    if loud:
        log.warning(
            "the database server may write values of the register into its own log; set for this role: %s",
            ", ".join(loud),
        )
