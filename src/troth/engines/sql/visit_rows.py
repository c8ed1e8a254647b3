"""Clause 2.1: one sealed row for each person with first visit, last visit and frequency."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from troth.collect.history import SealedHistory
from troth.engines.sql.consent_rows import PEOPLE_AT_ONCE
from troth.engines.sql.subjects import LateWriters
from troth.engines.sql.tables import visit_histories
from troth.policy.permit import SubjectId

_REPLACE = (
    update(visit_histories)
    .where(visit_histories.c.subject == bindparam("whose"))
    .values(
        revision=bindparam("new_revision"),
        class_=bindparam("new_class"),
        epoch=bindparam("new_epoch"),
        history_sealed=bindparam("new_blob"),
    )
)
_ADD = insert(visit_histories)
_FIND = select(visit_histories).where(visit_histories.c.subject.in_(bindparam("people", expanding=True)))


class VisitHistoryRows:
    """The histories inside one change."""

    def __init__(self, connection: Connection, late: LateWriters) -> None:
        self._connection = connection
        self._late = late

    def keep(self, history: SealedHistory) -> None:
        """Keep a live person's history in the place of the one before."""
        self._late.refuse_unless_live([history.subject])
        new = {
            "whose": history.subject,
            "new_revision": history.revision,
            "new_class": history.class_,
            "new_epoch": history.epoch,
            "new_blob": history.blob,
        }
        if self._connection.execute(_REPLACE, new).rowcount == 0:
            self._connection.execute(_ADD, _row(history))


class VisitHistoryShelf:
    """The histories as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find_for_subjects(self, subjects: Collection[SubjectId]) -> list[SealedHistory]:
        """Return the histories of these people; whoever has none is missing."""
        people = sorted(subjects)
        found: list[SealedHistory] = []
        for start in range(0, len(people), PEOPLE_AT_ONCE):
            part = people[start : start + PEOPLE_AT_ONCE]
            found += [_history(row) for row in self._connection.execute(_FIND, {"people": part})]
        return found


def _row(history: SealedHistory) -> dict[str, object]:
    return {
        "subject": history.subject,
        "revision": history.revision,
        "class_": history.class_,
        "epoch": history.epoch,
        "history_sealed": history.blob,
    }


def _history(row: Row[tuple[object, ...]]) -> SealedHistory:
    return SealedHistory(
        subject=row.subject,
        revision=row.revision,
        class_=row._mapping[visit_histories.c.class_],
        epoch=row.epoch,
        blob=bytes(row.history_sealed),
    )
