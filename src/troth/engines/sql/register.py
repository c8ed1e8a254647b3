"""The register: consents, versions, ledger, duties, histories, counts; one change, one transaction (design 2, 3.3).

    with register.change() as change:      the room's writes, its ledger entry and its duties, all or nothing
        change.decisions.keep(decision)
        change.duties.add(duty)
        change.ledger.append(draft)
    ... durable here ...

A body must not catch a StoreError of its own writes and go on. What costs time (sealing) belongs before the change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from troth.engines.sql.basis_rows import BasisRows, BasisShelf
from troth.engines.sql.consent_rows import ConsentRows, ConsentShelf
from troth.engines.sql.counter_rows import CounterRows, CounterShelf
from troth.engines.sql.database import open_readers, open_witness, open_writer, store_error, url_of
from troth.engines.sql.duty_rows import DutyRows, DutyShelf
from troth.engines.sql.group_commit import GroupCommit, Member
from troth.engines.sql.ledger_rows import LedgerRows, LedgerShelf
from troth.engines.sql.ledger_tree import Sequencer
from troth.engines.sql.policy_rows import PolicyRows, PolicyShelf
from troth.engines.sql.receipt_rows import ReceiptRows, ReceiptShelf
from troth.engines.sql.schema import prepare, refuse_other, version_of
from troth.engines.sql.subjects import LateWriters, Subjects
from troth.engines.sql.visit_rows import VisitHistoryRows, VisitHistoryShelf
from troth.ledger import HeadSigner


class Change:
    """What may be written in one transaction."""

    def __init__(self, member: Member, late: LateWriters, known_grants: Collection[str]) -> None:
        self._member = member
        self._late = late
        self.ledger = LedgerRows(member, late)
        self.decisions = ConsentRows(member, late, known_grants)
        self.receipts = ReceiptRows(member)

    # What writes at once is made when it is asked for: its connection opens the member's savepoint.

    @cached_property
    def duties(self) -> DutyRows:
        return DutyRows(self._member.connection)

    @cached_property
    def bases(self) -> BasisRows:
        return BasisRows(self._member.connection, self._late)

    @cached_property
    def policies(self) -> PolicyRows:
        return PolicyRows(self._member.connection)

    @cached_property
    def visit_histories(self) -> VisitHistoryRows:
        return VisitHistoryRows(self._member.connection, self._late)

    @cached_property
    def counters(self) -> CounterRows:
        return CounterRows(self._member.connection)


class Look:
    """What may be read: one state of the register, from the first query to the last."""

    def __init__(self, connection: Connection) -> None:
        self.ledger = LedgerShelf(connection)
        self.duties = DutyShelf(connection)
        self.consents = ConsentShelf(connection)
        self.receipts = ReceiptShelf(connection)
        self.bases = BasisShelf(connection)
        self.policies = PolicyShelf(connection)
        self.visit_histories = VisitHistoryShelf(connection)
        self.counters = CounterShelf(connection)


class Register:
    """The register on one database. Safe to use from several threads at once."""

    def __init__(self, url_or_path: str | Path, subjects: Subjects, signer: HeadSigner) -> None:
        """Open it, made on the first start, brought up to date if an older Troth wrote it.

        url_or_path   a file for SQLite, or a database URL
        subjects      who is live: the identity store
        signer        signs the ledger's head in every transaction that adds an entry
        Raises StoreError if it cannot be opened or a newer Troth wrote it.
        """
        url = url_of(url_or_path)
        self._late = LateWriters(subjects)
        self._writer = open_writer(url)
        sequencer = Sequencer(signer)
        prepare(self._writer, sequencer)
        self._readers = open_readers(url)
        self._commits = GroupCommit(self._writer, sequencer.write)
        self._known_grants: set[str] = set()  # committed ones; a grant never changes and never goes

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Write in one transaction; leaving the block returns when it is durable.

        A body that raises leaves nothing behind. Raises StoreError if the commit failed: then nothing was kept, unless
        the error says that a database server went away in the middle and nobody can know.
        """
        with self._commits.join() as member:
            change = Change(member, self._late.in_one_change(), self._known_grants)
            yield change
        self._known_grants |= change.decisions.kept_grants

    @contextmanager
    def reading(self) -> Iterator[Look]:
        """Read one state; never waits for a writer. Raises StoreError."""
        with _look(self._readers) as look:
            yield look

    def close(self) -> None:
        """Let go of the database."""
        self._commits.close()
        self._readers.dispose()
        self._writer.dispose()


class Witness:
    """The register as somebody reads it who changes nothing, not even a file's date; a house may run meanwhile."""

    def __init__(self, url_or_path: str | Path) -> None:
        """Open it. Raises UnusableInput if there is none, StoreError if another version of Troth wrote it."""
        self._readers = open_witness(url_of(url_or_path))
        with _connected(self._readers) as connection:
            refuse_other(version_of(connection))

    @contextmanager
    def reading(self) -> Iterator[Look]:
        """Read one state. Raises StoreError."""
        with _look(self._readers) as look:
            yield look

    def close(self) -> None:
        """Let go of the database."""
        self._readers.dispose()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise store_error(error) from None


@contextmanager
def _look(engine: Engine) -> Iterator[Look]:
    with _connected(engine) as connection:
        yield Look(connection)
