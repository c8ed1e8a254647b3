"""Opens the register's database, a file or a server, and says of its errors only what may be shown (rules 12, 14)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from troth.engines.sql import postgres, sqlite
from troth.errors import StoreError, UnusableInput

READERS = 16
FIX_URL = "write postgresql+psycopg://user:password@host:5432/database, or leave it out for a file in the data folder"


def url_of(url_or_path: str | Path) -> URL:
    """Return the database URL; a path means a SQLite file. Raises UnusableInput, which never shows the URL."""
    if not isinstance(url_or_path, str) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(url_or_path))
    try:
        url = make_url(url_or_path)
    except (ArgumentError, ValueError):
        raise UnusableInput("the register's address is not a database URL", FIX_URL) from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise UnusableInput("the register runs on SQLite or on PostgreSQL with psycopg", FIX_URL)
    return url


def open_writer(url: URL) -> Engine:
    """Return the engine of the one writer: its transactions take the write lock when they begin."""
    if is_sqlite(url):
        _make_file(url)
        engine = _engine(url, 1, connect_args=sqlite.ARGUMENTS)
        event.listen(engine, "connect", sqlite.settle)
        event.listen(engine, "begin", sqlite.begin_immediate)
        return engine
    engine = _engine(url, 1, connect_args=postgres.arguments(url), isolation_level="READ COMMITTED")
    event.listen(engine, "connect", postgres.settle_writer)
    event.listen(engine, "begin", postgres.take_turn)
    return engine


def open_readers(url: URL) -> Engine:
    """Return the engine of the readers: each sees one state from its first query to its last, and waits for nobody."""
    if is_sqlite(url):
        engine = _engine(url, READERS, connect_args=sqlite.ARGUMENTS)
        event.listen(engine, "connect", sqlite.settle)
        event.listen(engine, "connect", sqlite.read_only)
        event.listen(engine, "begin", sqlite.begin_deferred)
        return engine
    engine = _engine(
        url,
        READERS,
        connect_args=postgres.arguments(url),
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        pool_pre_ping=True,
    )
    event.listen(engine, "connect", postgres.settle)
    return engine


def open_witness(url: URL) -> Engine:
    """Return readers that do not touch the database at all: no file is made, nothing is prepared, nothing written.

    Raises UnusableInput if there is no register.
    """
    if not is_sqlite(url):
        return open_readers(url)
    path = Path(url.database or "")
    if not path.is_file():
        raise UnusableInput("there is no register here", "give the data folder of a house, or --register", str(path))
    engine = _engine(sqlite.witness_url(path), 1, connect_args=sqlite.ARGUMENTS)
    event.listen(engine, "connect", sqlite.settle_witness)
    event.listen(engine, "begin", sqlite.begin_deferred)
    return engine


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def store_error(error: SQLAlchemyError) -> StoreError:
    """Return what may be shown of a database error: its kind and the database's own word for it, never a value."""
    cause = getattr(error, "orig", None)
    word = getattr(cause, "sqlite_errorname", "") or getattr(cause, "sqlstate", "") or type(error).__name__
    is_server = type(cause).__module__.startswith("psycopg")
    look_at = "that the database server runs, takes connections and has room" if is_server else "disk space and folder"
    return StoreError(f"the register could not be used ({word})", f"check {look_at}, then try again")


def _engine(url: URL, pool_size: int, **said: Any) -> Engine:
    try:
        return create_engine(
            url, hide_parameters=True, pool_size=pool_size, max_overflow=32, pool_reset_on_return="rollback", **said
        )
    except ModuleNotFoundError:
        raise UnusableInput("the driver for PostgreSQL is not installed", 'pip install "troth[postgres]"') from None
    except SQLAlchemyError:
        raise UnusableInput("the register's address is not a database URL", FIX_URL) from None


def _make_file(url: URL) -> None:
    """Make the file on the first start, for its owner's eyes only."""
    path = Path(url.database or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            f"the register cannot be opened: {error.strerror}", "check the data folder", str(path)
        ) from None
