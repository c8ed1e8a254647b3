"""Opens the register's database: safe settings for SQLite, no parameters in errors or logs (security rules 12, 14)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from troth.engines.sql.tables import SCHEMA_VERSION, metadata, schema
from troth.errors import StoreError

BUSY_TIMEOUT_S = 5
READERS = 16
# secure_delete is off in several builds of SQLite, and sorting may spill to disk: we set both ourselves.
SAFE_SETTINGS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "foreign_keys=ON")


def url_of(url_or_path: str | Path) -> URL:
    """Return the database URL; a path means a SQLite file, made for its owner's eyes only."""
    if isinstance(url_or_path, str) and "://" in url_or_path:
        return make_url(url_or_path)
    path = Path(url_or_path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            f"the register cannot be opened: {error.strerror}", "check the data folder", str(path)
        ) from None
    return URL.create("sqlite", database=str(path))


def open_writer(url: URL) -> Engine:
    """Return the engine of the one writer: its transactions take the write lock when they begin."""
    engine = _engine(url, pool_size=1)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _begin_immediate)
    return engine


def open_readers(url: URL) -> Engine:
    """Return the engine of the readers: each sees one state from its first query to its last, and waits for nobody."""
    engine = _engine(url, pool_size=READERS)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _read_only)
        event.listen(engine, "begin", _begin_deferred)
    return engine


def prepare(engine: Engine) -> None:
    """Make the tables on the first start. Raises StoreError for a register that a newer Troth wrote."""
    try:
        with engine.begin() as connection:
            metadata.create_all(connection)
            found = connection.scalar(select(schema.c.version))
            if found is None:
                connection.execute(insert(schema).values(version=SCHEMA_VERSION))
    except SQLAlchemyError as error:
        raise store_error(error) from None
    if found is not None and found > SCHEMA_VERSION:
        raise StoreError(
            f"the register has schema {found}, this Troth knows {SCHEMA_VERSION}",
            "start the newer version that wrote it, or restore an older backup",
        )


def store_error(error: SQLAlchemyError) -> StoreError:
    """Return what may be shown of a database error: its kind and SQLite's own word for it, never a value."""
    cause = getattr(error, "orig", None)
    word = getattr(cause, "sqlite_errorname", "") or getattr(cause, "sqlstate", "") or type(error).__name__
    return StoreError(
        f"the register could not be used ({word})", "check disk space and the data folder, then try again"
    )


def _engine(url: URL, pool_size: int) -> Engine:
    is_sqlite = url.get_backend_name() == "sqlite"
    arguments = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_S} if is_sqlite else {}
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=32,
        connect_args=arguments,
        pool_reset_on_return="rollback",
    )
    if is_sqlite:
        event.listen(engine, "connect", _settle)
    return engine


def _settle(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # or the driver would begin and commit on its own and break savepoints
    for setting in SAFE_SETTINGS:
        connection.execute(f"PRAGMA {setting}").close()


def _read_only(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON").close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
