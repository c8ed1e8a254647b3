"""Clause 7: the sequencer. It numbers a batch's entries without gaps, grows the tree and signs its head (rule 29).

It runs at the end of every batch, under the write lock of all processes, inside the batch's own transaction: there is
never an entry without a number, and never one that no signed head covers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace
from sqlalchemy import Connection, insert, select, true, update

from troth.clock import to_ms
from troth.engines.sql.group_commit import Pending
from troth.engines.sql.ledger_rows import SEE_ALL, THE_ROW, LedgerShelf, read_edge
from troth.engines.sql.tables import ledger_checkpoints as checkpoints
from troth.engines.sql.tables import ledger_entries as entries
from troth.engines.sql.tables import ledger_head as head
from troth.engines.sql.tables import ledger_nodes as nodes
from troth.engines.sql.tables import ledger_payloads as payloads
from troth.errors import StoreError, Tampered
from troth.ledger import (
    Entry,
    Frontier,
    Growth,
    HeadSigner,
    Numbered,
    SealedPayload,
    grow,
    leaf_bytes,
    leaf_hash,
    open_checkpoint,
)

AT_ONCE = 1000
_NEVER_S = -1
_newest = select(entries.c.seq, entries.c.at_s).order_by(entries.c.seq.desc()).limit(1).subquery()
_STAND = (
    select(head, _newest.c.seq.label("last"), _newest.c.at_s.label("last_at_s"))
    .select_from(head.outerjoin(_newest, true()))
    .where(head.c.id == THE_ROW)
)
_ADD_ENTRY = insert(entries)
_ADD_PAYLOAD = insert(payloads)
_ADD_NODE = insert(nodes)
_MOVE_HEAD = update(head).where(head.c.id == THE_ROW)
_KEEP_CHECKPOINT = insert(checkpoints)


class Sequencer:
    """Writes what comes last in a batch. One for each register and process; the state is in the database."""

    def __init__(self, signer: HeadSigner) -> None:
        self._signer = signer
        self._checked = ""  # the newest checkpoint this process made or has verified

    def write(self, connection: Connection, pending: Sequence[Pending]) -> Callable[[], None]:
        """Write the entries of a batch; return what is to be called once they are durable.

        Raises StoreError if the head does not fit what it covers: nothing is signed on top of an altered ledger.
        """
        if not pending:
            return _nothing
        frontier, last_at_s = self._stand(connection)
        numbered = [Numbered(seq, draft.entry) for seq, (draft, _) in enumerate(pending, frontier.size)]
        growth = grow(frontier, [leaf_hash(leaf_bytes(each)) for each in numbered])
        connection.execute(_ADD_ENTRY, [_entry_row(each.seq, each.entry) for each in numbered])
        connection.execute(
            _ADD_PAYLOAD, [_payload_row(seq, draft.payload) for seq, (draft, _) in enumerate(pending, frontier.size)]
        )
        checkpoint = self._move_head(connection, growth, last_at_s, _second(numbered[-1].entry))

        def place() -> None:
            self._checked = checkpoint
            for seq, (_, appended) in enumerate(pending, frontier.size):
                appended.place(seq, checkpoint, growth)

        return place

    def plant(self, connection: Connection) -> None:
        """Make the tree over the entries that are there: none in a new register, all of them in one of schema 1.

        Raises StoreError if one is missing.
        """
        empty = self._signer.sign_head(Frontier().head)
        connection.execute(insert(head), {"id": THE_ROW, "size": 0, "edge": b"", "checkpoint": empty})
        shelf, frontier = LedgerShelf(connection), Frontier()
        while batch := shelf.after(frontier.size - 1, AT_ONCE):
            if [each.seq for each in batch] != list(range(frontier.size, frontier.size + len(batch))):
                raise _altered("an entry is missing")
            growth = grow(frontier, [leaf_hash(leaf_bytes(each)) for each in batch])
            frontier = growth.frontier
            self._move_head(connection, growth, _NEVER_S, _second(batch[-1].entry))

    def _stand(self, connection: Connection) -> tuple[Frontier, int]:
        """Return the right edge that the newest head covers, and the second of its newest entry."""
        row = connection.execute(_STAND).first()
        if row is None:
            raise _altered("its head is missing")
        if row.size != (0 if row.last is None else row.last + 1):
            raise _altered(f"its head covers {row.size} entries, the last has the number {row.last}")
        try:
            frontier = read_edge(row.size, row.edge)
            if row.checkpoint != self._checked:
                self._refuse_unless_signed(row.checkpoint, frontier)
        except Tampered as error:
            raise _altered(error.what) from None
        return frontier, _NEVER_S if row.last is None else row.last_at_s

    def _refuse_unless_signed(self, checkpoint: str, frontier: Frontier) -> None:
        """Return if our key signed this head, under whatever name the policy had then."""
        ours = replace(self._signer.public_key, name=checkpoint.partition("\n")[0])
        if open_checkpoint(checkpoint, [ours]) != frontier.head:
            raise Tampered("the newest head attests another history")

    def _move_head(self, connection: Connection, growth: Growth, last_at_s: int, second: int) -> str:
        """Store the nodes and the signed head of a grown tree; keep the first of each second as a checkpoint."""
        if growth.nodes:
            rows = [{"level": level, "place": place, "hash": hash_} for level, place, hash_ in growth.nodes]
            connection.execute(_ADD_NODE, rows)
        frontier = growth.frontier
        checkpoint = self._signer.sign_head(frontier.head)
        if second != last_at_s:
            connection.execute(_KEEP_CHECKPOINT, {"size": frontier.size, "checkpoint": checkpoint})
        edge = b"".join(frontier.hashes)
        connection.execute(_MOVE_HEAD, {"size": frontier.size, "edge": edge, "checkpoint": checkpoint})
        return checkpoint


def _altered(what: str) -> StoreError:
    return StoreError(f"the ledger was altered, nothing is added to it: {what}", SEE_ALL)


def _nothing() -> None:
    pass


def _second(entry: Entry) -> int:
    return to_ms(entry.at) // 1000


def _entry_row(seq: int, entry: Entry) -> dict[str, object]:
    return {
        "seq": seq,
        "version": entry.version,
        "kind": entry.kind,
        "at_s": _second(entry),
        "policy_hash": entry.policy_hash,
        "clause": entry.clause,
        "commitment": entry.commitment,
    }


def _payload_row(seq: int, payload: SealedPayload) -> dict[str, object]:
    return {
        "seq": seq,
        "subject": payload.subject,
        "record_id": payload.record_id,
        "class_": payload.class_,
        "epoch": payload.epoch,
        "payload_sealed": payload.blob,
    }
