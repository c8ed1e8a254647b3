"""Clause 7: the ledger inside a change and as a reader sees it. `ledger_tree.py` numbers and signs (rules 28, 29)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Row, bindparam, func, select

from troth.clock import from_ms
from troth.engines.sql.group_commit import Member
from troth.engines.sql.subjects import LateWriters
from troth.engines.sql.tables import ledger_checkpoints as checkpoints
from troth.engines.sql.tables import ledger_entries as entries
from troth.engines.sql.tables import ledger_head as head
from troth.engines.sql.tables import ledger_nodes as nodes
from troth.engines.sql.tables import ledger_payloads as payloads
from troth.errors import Tampered
from troth.ledger import Appended, Draft, Entry, Frontier, Numbered, SealedPayload, leaf_bytes, leaf_hash
from troth.ledger.tree import prove_consistency, prove_inclusion
from troth.policy.permit import SubjectId

HASH_BYTES = 32
THE_ROW = 1  # Stored in the database. Never change it.
SEE_ALL = "run `troth verify`, compare with a receipt, then restore a backup"
_LAST = select(func.max(entries.c.seq))
_AFTER = select(entries).where(entries.c.seq > bindparam("seq")).order_by(entries.c.seq).limit(bindparam("most"))
_AT = select(entries).where(entries.c.seq == bindparam("seq"))
_PAYLOADS_OF = select(payloads).where(payloads.c.subject == bindparam("subject")).order_by(payloads.c.seq)
_PAYLOAD_AT = select(payloads).where(payloads.c.seq == bindparam("seq"))
_HEAD = select(head).where(head.c.id == THE_ROW)
_NODE = select(nodes.c.hash).where(nodes.c.level == bindparam("at_level"), nodes.c.place == bindparam("at_place"))
_NODES = select(nodes.c.place, nodes.c.hash).where(
    nodes.c.level == bindparam("at_level"), nodes.c.place.between(bindparam("first"), bindparam("last"))
)
_COUNT_NODES = select(func.count()).select_from(nodes)
_STREAM = {"yield_per": 1000}
_CHECKPOINTS = select(checkpoints).order_by(checkpoints.c.size)


class LedgerRows:
    """The ledger inside one change: entries wait in the batch, which numbers them last."""

    def __init__(self, member: Member, late: LateWriters) -> None:
        self._member = member
        self._late = late

    def append(self, draft: Draft) -> Appended:
        """Add an entry; a payload under a person's key only while the person is live."""
        if draft.payload.subject is not None:
            self._late.refuse_unless_live([draft.payload.subject])
        appended = Appended(draft.entry)
        self._member.drafts.append((draft, appended))
        return appended


class LedgerShelf:
    """The ledger as a reader sees it. Rows that cannot be ours raise Tampered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def after(self, seq: int = -1, most: int = 1000) -> list[Numbered]:
        """Return entries in order, from the one after `seq`."""
        rows = self._connection.execute(_AFTER, {"seq": seq, "most": most})
        return [_numbered(row) for row in rows]

    def length(self) -> int:
        """Return how many entries there are."""
        last = self._connection.scalar(_LAST)
        return 0 if last is None else last + 1

    def payloads_of(self, subject: SubjectId) -> list[tuple[int, SealedPayload]]:
        """Return the sealed payloads about a person, each with the place of its entry."""
        rows = self._connection.execute(_PAYLOADS_OF, {"subject": subject})
        return [(row.seq, _payload(row)) for row in rows]

    def payload_at(self, seq: int) -> SealedPayload | None:
        """Return the sealed payload of an entry; None once it is gone with its person."""
        row = self._connection.execute(_PAYLOAD_AT, {"seq": seq}).first()
        return _payload(row) if row else None

    def head(self) -> str | None:
        """Return the newest checkpoint."""
        row = self._connection.execute(_HEAD).first()
        return None if row is None else str(row.checkpoint)

    def frontier(self) -> Frontier:
        """Return the right edge of the tree as it is stored."""
        row = self._connection.execute(_HEAD).first()
        return Frontier() if row is None else read_edge(row.size, row.edge)

    def checkpoints(self) -> Iterator[tuple[int, str]]:
        """Return the kept checkpoints, each with the size it is stored under, smallest first."""
        return (
            (row.size, str(row.checkpoint)) for row in self._connection.execute(_CHECKPOINTS, execution_options=_STREAM)
        )

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree; level 0 is a leaf. Raises Tampered if it is missing."""
        if level == 0:
            row = self._connection.execute(_AT, {"seq": index}).first()
            found = None if row is None else leaf_hash(leaf_bytes(_numbered(row)))
        else:
            found = self._connection.scalar(_NODE, {"at_level": level, "at_place": index})
        if found is None:
            raise Tampered("it is missing", SEE_ALL, f"node {level}/{index} of the ledger")
        return _bytes(found, f"node {level}/{index}")

    def nodes_between(self, level: int, first: int, last: int) -> dict[int, bytes]:
        """Return the stored complete subtrees of a level, from one index to another, both included."""
        rows = self._connection.execute(_NODES, {"at_level": level, "first": first, "last": last})
        return {row.place: _bytes(row.hash, f"node {level}/{row.place}") for row in rows}

    def count_nodes(self) -> int:
        """Return how many subtrees are stored."""
        return self._connection.scalar(_COUNT_NODES) or 0

    def prove_inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion proof of an entry in the ledger as it was at a size."""
        return prove_inclusion(index, size, self.node)

    def prove_consistency(self, old_size: int, new_size: int) -> list[bytes]:
        """Return the proof that the ledger at one size is the beginning of it at another."""
        return prove_consistency(old_size, new_size, self.node)


def read_edge(size: int, edge: bytes) -> Frontier:
    """Return the stored right edge. Raises Tampered if its length does not fit the size."""
    raw = _bytes(edge, "head")
    hashes = tuple(raw[start : start + HASH_BYTES] for start in range(0, len(raw), HASH_BYTES))
    if not isinstance(size, int) or size < 0 or len(raw) != size.bit_count() * HASH_BYTES:
        raise Tampered("its right edge does not fit its size", SEE_ALL, "head of the ledger")
    return Frontier(size, hashes)


def _numbered(row: Row[tuple[object, ...]]) -> Numbered:
    try:
        at = from_ms(row.at_s * 1000)
    except (OverflowError, ValueError, OSError, TypeError):
        raise Tampered("it states an impossible time", SEE_ALL, f"entry {row.seq} of the ledger") from None
    entry = Entry(
        version=row.version,
        kind=row.kind,
        at=at,
        policy_hash=row.policy_hash,
        clause=row.clause,
        commitment=_bytes(row.commitment, f"entry {row.seq}"),
    )
    return Numbered(row.seq, entry)


def _payload(row: Row[tuple[object, ...]]) -> SealedPayload:
    return SealedPayload(
        subject=row.subject,
        record_id=row.record_id,
        class_=row._mapping[payloads.c.class_],
        epoch=row.epoch,
        blob=bytes(row.payload_sealed),
    )


def _bytes(value: object, where: str) -> bytes:
    """Return bytes; SQLite lets whoever alters a file put a text where bytes belong."""
    if not isinstance(value, bytes | bytearray | memoryview):
        raise Tampered("it is not in its form", SEE_ALL, f"{where} of the ledger")
    return bytes(value)
