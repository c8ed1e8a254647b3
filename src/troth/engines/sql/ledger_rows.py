"""Clause 7: ledger entries in the register, numbered without gaps when the batch is committed (security rule 29)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from troth.clock import from_ms, to_ms
from troth.engines.sql.group_commit import Member
from troth.engines.sql.subjects import LateWriters
from troth.engines.sql.tables import ledger_entries as entries
from troth.engines.sql.tables import ledger_payloads as payloads
from troth.ledger import Draft, Entry, Numbered, SealedPayload
from troth.policy.permit import SubjectId

_LAST = select(func.max(entries.c.seq))
_ADD_ENTRY = insert(entries)
_ADD_PAYLOAD = insert(payloads)
_AFTER = select(entries).where(entries.c.seq > bindparam("seq")).order_by(entries.c.seq).limit(bindparam("most"))
_PAYLOADS_OF = select(payloads).where(payloads.c.subject == bindparam("subject")).order_by(payloads.c.seq)
_PAYLOAD_AT = select(payloads).where(payloads.c.seq == bindparam("seq"))


class LedgerRows:
    """The ledger inside one change: entries wait in the batch, which numbers them last."""

    def __init__(self, member: Member, late: LateWriters) -> None:
        self._member = member
        self._late = late

    def append(self, draft: Draft) -> None:
        """Add an entry; a payload under a person's key only while the person is live."""
        if draft.payload.subject is not None:
            self._late.refuse_unless_live([draft.payload.subject])
        self._member.drafts.append(draft)


class LedgerShelf:
    """The ledger as a reader sees it."""

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


def write_last(connection: Connection, drafts: Sequence[Draft]) -> None:
    """Number the entries of a batch and write them: the writer holds the lock, so nobody else takes a number."""
    if not drafts:
        return
    last = connection.scalar(_LAST)
    first = 0 if last is None else last + 1
    numbered = list(enumerate(drafts, first))
    connection.execute(_ADD_ENTRY, [_entry_row(seq, draft.entry) for seq, draft in numbered])
    connection.execute(_ADD_PAYLOAD, [_payload_row(seq, draft.payload) for seq, draft in numbered])


def _entry_row(seq: int, entry: Entry) -> dict[str, object]:
    return {
        "seq": seq,
        "version": entry.version,
        "kind": entry.kind,
        "at_s": to_ms(entry.at) // 1000,
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


def _numbered(row: Row[tuple[object, ...]]) -> Numbered:
    entry = Entry(
        version=row.version,
        kind=row.kind,
        at=from_ms(row.at_s * 1000),
        policy_hash=row.policy_hash,
        clause=row.clause,
        commitment=bytes(row.commitment),
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
