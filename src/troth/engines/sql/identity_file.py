"""The identity store's own SQLite file: safe settings, readers per thread, one commit for all who wait (clause 5).

Own file and plain sqlite3, not the register's engine: deleted keys must leave this file at once (security rule 12),
and the collector's look-up has 40 µs.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from troth.errors import StoreError, TrothError

T = TypeVar("T")
BUSY_TIMEOUT_MS = 5_000
# A checkpoint holds the write lock while it waits for readers: short waits, many tries.
CHECKPOINT_TIMEOUT_MS = 50
# Pragma, value to set, value it must answer. secure_delete is off in several builds of SQLite.
_SETTINGS = (
    ("journal_mode", "wal", "wal"),
    ("secure_delete", "on", 1),
    ("synchronous", "full", 2),
    ("temp_store", "memory", 2),
)


class Connection(sqlite3.Connection):
    """A connection that can be referred to weakly, so that a reader goes with its thread."""


class _Job(Generic[T]):
    """One body waiting for the next commit."""

    def __init__(self, body: Callable[[sqlite3.Connection], T]) -> None:
        self.body = body
        self.done = False
        self.result: T | None = None
        self.error: BaseException | None = None

    def run(self, connection: sqlite3.Connection) -> None:
        connection.execute("SAVEPOINT job")
        try:
            self.result = self.body(connection)
        except TrothError as error:
            self.error = error
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")


class IdentityFile:
    """One writer connection shared by all threads, one reading connection for each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        self._readers: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._local = threading.local()
        self._jobs: list[_Job[Any]] = []
        self._jobs_lock = threading.Lock()
        self._turn = threading.Lock()
        with _trouble(path):
            self._writer = self._connect()
            for pragma, wanted, answer in _SETTINGS:
                self._set(pragma, wanted, answer)

    def write(self, body: Callable[[sqlite3.Connection], T]) -> T:
        """Run the body in a transaction and return after the commit; bodies that wait together share one commit.

        A TrothError undoes only its own body; anything else undoes the whole commit for everybody in it.
        """
        job = _Job(body)
        with self._jobs_lock:
            self._jobs.append(job)
        with self._turn:
            if not job.done:
                self._commit_waiting()
        if job.error is not None:
            raise job.error
        return job.result  # type: ignore[return-value]  # done and without error: the body's own result

    def one(self, sql: str, values: tuple[object, ...] = ()) -> Any:
        """Return the first row of a query that gives at most one, or None."""
        try:
            return self.reader().execute(sql, values).fetchone()
        except sqlite3.Error as error:
            raise _store_error(self.path, error) from error

    def all(self, sql: str, values: tuple[object, ...] = ()) -> list[Any]:
        """Return every row."""
        with _trouble(self.path):
            return self.reader().execute(sql, values).fetchall()

    def reader(self) -> sqlite3.Connection:
        """Return this thread's own reading connection."""
        try:
            return self._local.reader  # type: ignore[no-any-return]
        except AttributeError:
            reader = self._connect()
            reader.execute("PRAGMA query_only = on")
            reader.execute("PRAGMA temp_store = memory")
            self._readers.add(reader)
            self._local.reader = reader
            return reader

    def checkpoint_truncate(self, tries: int) -> bool:
        """Say whether the write-ahead log is empty now; while a reader needs it, it is not."""
        with _trouble(self.path):
            return any(self._checkpoint_once() for _ in range(tries))

    def close(self) -> None:
        """Close every connection."""
        for connection in [*self._readers, self._writer]:
            connection.close()

    def _commit_waiting(self) -> None:
        with self._jobs_lock:
            jobs, self._jobs = self._jobs, []
        try:
            with _trouble(self.path):
                self._writer.execute("BEGIN IMMEDIATE")
                for job in jobs:
                    job.run(self._writer)
                self._writer.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            for job in jobs:
                job.error = error
        for job in jobs:
            job.done = True

    def _checkpoint_once(self) -> bool:
        with self._turn:
            self._writer.execute(f"PRAGMA busy_timeout = {CHECKPOINT_TIMEOUT_MS}")
            try:
                busy = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                self._writer.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            return bool(busy == 0)

    def _connect(self) -> Connection:
        return sqlite3.connect(
            self.path,
            timeout=BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            factory=Connection,
        )

    def _set(self, pragma: str, wanted: str, answer: object) -> None:
        self._writer.execute(f"PRAGMA {pragma} = {wanted}").fetchall()
        if self._writer.execute(f"PRAGMA {pragma}").fetchone()[0] != answer:
            raise StoreError(
                f"this SQLite does not set {pragma} = {wanted}", "use another build of SQLite", str(self.path)
            )


def read_untouched(path: Path, sql: str) -> Any:
    """Return the first row without changing a byte of the file or beside it; None if there is no such row or table.

    `immutable` leaves the write-ahead log alone, so a row that is only there is looked for the ordinary way.
    """
    try:
        row = _read_once(path, "mode=ro&immutable=1", sql)
    except sqlite3.DatabaseError:
        row = None
    return row or _read_once(path, "mode=ro", sql)


def _read_once(path: Path, mode: str, sql: str) -> Any:
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?{mode}", uri=True)
    try:
        return connection.execute(sql).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    finally:
        connection.close()


@contextmanager
def _trouble(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _store_error(path, error) from error


def _store_error(path: Path, error: sqlite3.Error) -> StoreError:
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return StoreError(f"the identity store cannot be used ({name})", "look at the disk and its permissions", str(path))
