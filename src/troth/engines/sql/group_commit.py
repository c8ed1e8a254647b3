"""One commit for everybody who came meanwhile (design 3.3): nothing is acknowledged before it is durable.

Each body runs on its own thread, under the writer's lock, in a savepoint. While one thread commits, others queue for
the lock; then they run one after the other, and the last of them, when nobody waits any more, commits for all. There
is no lingering: a lone writer commits at once. Everybody returns after the commit, or all get the same StoreError.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, Insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from troth.engines.sql.database import store_error
from troth.errors import StoreError
from troth.ledger import Appended, Draft

MOST_IN_A_BATCH = 256
LOOK_AGAIN_S = 1.0


LateRow = tuple[Insert, dict[str, object]]
Pending = tuple[Draft, Appended]
"""An entry that waits for its number, and what its writer will ask for the number afterwards."""

BeforeCommit = Callable[[Connection, list[Pending]], Callable[[], None]]
"""Writes what comes last; returns what is to be called once everything is durable."""


class Batch:
    """The members of one commit."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.drafts: list[Pending] = []
        self.rows: list[LateRow] = []
        self.members = 0
        self.is_broken = False
        self.settled = threading.Event()
        self.failure: StoreError | None = None


class Member:
    """One body in a batch: the connection to write with, and what is written for all at the end.

    drafts   ledger entries, which get their numbers then
    rows     rows that nobody reads inside a change and that cannot collide: one statement serves the whole batch
    """

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.has_savepoint = False
        self.drafts: list[Pending] = []
        self.rows: list[LateRow] = []

    @property
    def connection(self) -> Connection:
        """The connection to write with. Its first use opens the savepoint: who leaves all for the end needs none."""
        if not self.has_savepoint:
            self._batch.connection.exec_driver_sql("SAVEPOINT member")
            self.has_savepoint = True
        return self._batch.connection


class GroupCommit:
    """Runs bodies in batches. `before_commit` writes what comes last: the ledger head."""

    def __init__(self, engine: Engine, before_commit: BeforeCommit) -> None:
        self._engine = engine
        self._before_commit = before_commit
        self._lock = threading.Lock()
        self._queue_lock = threading.Lock()
        self._queue = 0
        self._owner: int | None = None
        self._connection: Connection | None = None
        self._batch: Batch | None = None

    @contextmanager
    def join(self) -> Iterator[Member]:
        """Run the body in the current batch; leave after the commit. Raises StoreError if nothing was kept."""
        self._enter()
        try:
            batch = self._open_batch()
            try:
                member = Member(batch)
                with _savepoint(batch, member):
                    yield member
                batch.drafts += member.drafts
                batch.rows += member.rows
                batch.members += 1
            finally:
                self._commit_if_last(batch)
        except SQLAlchemyError as error:
            raise store_error(error) from None
        finally:
            self._leave()
        self._wait(batch)

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._drop_connection()

    def _enter(self) -> None:
        if self._owner == threading.get_ident():
            raise RuntimeError("a change is already open on this thread; open one change for all that belongs together")
        with self._queue_lock:
            self._queue += 1
        try:
            self._lock.acquire()
        finally:
            with self._queue_lock:
                self._queue -= 1
        self._owner = threading.get_ident()

    def _leave(self) -> None:
        self._owner = None
        self._lock.release()

    def _open_batch(self) -> Batch:
        if self._batch is None:
            self._batch = Batch(self._begin())
        return self._batch

    def _begin(self) -> Connection:
        """Begin a transaction. If the server ended an idle connection, nothing is lost: connect anew."""
        try:
            return self._begin_on(self._connection or self._engine.connect())
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._begin_on(self._engine.connect())

    def _begin_on(self, connection: Connection) -> Connection:
        self._connection = connection
        try:
            connection.begin()
        except BaseException:
            self._drop_connection()
            raise
        return connection

    def _commit_if_last(self, batch: Batch) -> None:
        """Commit unless somebody queues who will; a broken batch ends here."""
        if batch.is_broken or self._queue == 0 or batch.members >= MOST_IN_A_BATCH:
            self._commit(batch)

    def _commit(self, batch: Batch) -> None:
        self._batch = None
        batch.failure = StoreError("the change was not kept", "try again")  # until the commit has returned
        try:
            if batch.is_broken:
                raise StoreError("the register gave up a transaction", "check disk space, then try again")
            if batch.members:
                _write_rows(batch)
                say_durable = self._before_commit(batch.connection, batch.drafts)
                _make_durable(batch.connection)
                say_durable()
            else:
                batch.connection.rollback()
            batch.failure = None
        except SQLAlchemyError as error:
            batch.failure = store_error(error)
            self._drop_connection()
        except StoreError as error:
            batch.failure = error
            self._drop_connection()
        except BaseException:  # interrupted: the database alone knows whether it was kept
            self._drop_connection()
            raise
        finally:
            batch.settled.set()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.rollback()
            with suppress(SQLAlchemyError):
                connection.invalidate()
                connection.close()

    def _wait(self, batch: Batch) -> None:
        """Wait for the commit. If the thread that was to commit went away, do it here."""
        while not batch.settled.wait(LOOK_AGAIN_S):
            with self._lock:
                if self._batch is batch and self._queue == 0:
                    self._commit(batch)
        if batch.failure is not None:
            raise StoreError(batch.failure.what, batch.failure.fix)


def _make_durable(connection: Connection) -> None:
    """Commit. Raises StoreError that says so if a server went away in the middle: it may have kept the change."""
    try:
        connection.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            what = "the database went away during a commit and alone knows whether the change was kept"
            raise StoreError(what, "look the change up before you try again") from None
        raise


def _write_rows(batch: Batch) -> None:
    by_statement: dict[Insert, list[dict[str, object]]] = {}
    for statement, row in batch.rows:
        by_statement.setdefault(statement, []).append(row)
    for statement, rows in by_statement.items():
        batch.connection.execute(statement, rows)


@contextmanager
def _savepoint(batch: Batch, member: Member) -> Iterator[None]:
    """Keep what the body wrote, or nothing of it. If that cannot be done, the whole batch is broken."""
    run = batch.connection.exec_driver_sql
    try:
        yield
        if member.has_savepoint:
            run("RELEASE SAVEPOINT member")
    except BaseException:
        if member.has_savepoint:
            try:
                run("ROLLBACK TO SAVEPOINT member")
                run("RELEASE SAVEPOINT member")
            except SQLAlchemyError:  # the database rolled everything back by itself, the others' work too
                batch.is_broken = True
        raise
