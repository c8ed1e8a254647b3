"""X-01: the copies of decisions that outlive the person, found by a mark that only the receipt's number gives."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from troth.clock import to_ms
from troth.consent.evidence import SealedCopy
from troth.engines.sql.group_commit import Member
from troth.engines.sql.tables import ledger_entries as entries
from troth.engines.sql.tables import receipts

_KEEP = insert(receipts)
_FIND = select(receipts).where(receipts.c.mark == bindparam("wanted"))
# By the second first: that index only ever grows at its end, one over the random commitments would not.
_PLACE = select(entries.c.seq).where(
    entries.c.at_s == bindparam("second"), entries.c.commitment == bindparam("committed")
)


class ReceiptRows:
    """Evidence inside one change."""

    def __init__(self, member: Member) -> None:
        self._member = member

    def keep(self, copy: SealedCopy) -> None:
        """Keep a copy; its mark is random, so no two collide."""
        row: dict[str, object] = {
            "mark": copy.mark,
            "class_": copy.class_,
            "epoch": copy.epoch,
            "evidence_sealed": copy.blob,
        }
        self._member.rows.append((_KEEP, row))


class ReceiptShelf:
    """Evidence as a reader sees it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, mark: bytes) -> SealedCopy | None:
        """Return the copy with this mark."""
        row = self._connection.execute(_FIND, {"wanted": mark}).first()
        if row is None:
            return None
        return SealedCopy(bytes(row.mark), row._mapping[receipts.c.class_], row.epoch, bytes(row.evidence_sealed))

    def place_of(self, second: datetime, commitment: bytes) -> int | None:
        """Return the number of the ledger entry of that second which makes this commitment."""
        asked = {"second": to_ms(second) // 1000, "committed": commitment}
        return self._connection.scalar(_PLACE, asked)
