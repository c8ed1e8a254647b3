"""Clause 3: basis events and refusals in the register. An end is only ever moved to an earlier moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, insert, literal, or_, select, update

from troth.clock import from_ms, to_ms
from troth.consent.bases import BasisEvent, BasisRefusal
from troth.engines.sql.subjects import LateWriters
from troth.engines.sql.tables import basis_events as events
from troth.engines.sql.tables import basis_refusals as refusals
from troth.engines.sql.tables import consents
from troth.policy.permit import SubjectId

PEOPLE_AT_ONCE = 500

_BEGIN = insert(events)
_END = (
    update(events)
    .where(
        events.c.event_id == bindparam("id_"), or_(events.c.end_ms.is_(None), events.c.end_ms > bindparam("moved_ms"))
    )
    .values(end_ms=bindparam("moved_ms"), ended_by=bindparam("by"))
)
_OLDEST_FIRST = (events.c.start_ms, events.c.event_id)
_LASTS = (
    or_(events.c.end_ms.is_(None), events.c.end_ms > bindparam("at_ms")),
    or_(events.c.until_ms.is_(None), events.c.until_ms > bindparam("at_ms")),
)
_LASTING = select(events).where(*_LASTS).order_by(*_OLDEST_FIRST)
_AT = select(events).where(events.c.start_ms <= bindparam("at_ms"), *_LASTS).order_by(*_OLDEST_FIRST)
_STANDING = _AT.where(events.c.purpose == bindparam("name"), events.c.basis == bindparam("case"))
_FOR_EVERYBODY = _STANDING.where(events.c.subject.is_(None))
_ABOUT = _STANDING.where(events.c.subject.is_not(None))
_FIND = select(events).where(events.c.event_id == bindparam("id_"))
_REFUSE = insert(refusals)
_HAS_REFUSED = select(refusals.c.at_ms).where(
    refusals.c.subject == bindparam("whose"), refusals.c.purpose == bindparam("name")
)
_REFUSED = select(refusals.c.subject).where(
    refusals.c.purpose == bindparam("name"), refusals.c.at_ms <= bindparam("at_ms")
)
_LATER = consents.alias("later")
_WITHDREW = (
    select(consents.c.subject)
    .where(
        consents.c.purpose == bindparam("name"),
        consents.c.end_ms <= bindparam("at_ms"),
        ~exists(
            select(literal(1)).where(
                _LATER.c.subject == consents.c.subject,
                _LATER.c.purpose == bindparam("name"),
                _LATER.c.start_ms <= bindparam("at_ms"),
                or_(_LATER.c.end_ms.is_(None), _LATER.c.end_ms > bindparam("at_ms")),
            )
        ),
    )
    .distinct()
)


class BasisRows:
    """Bases inside one change."""

    def __init__(self, connection: Connection, late: LateWriters) -> None:
        self._connection = connection
        self._late = late

    def begin(self, event: BasisEvent) -> None:
        """Keep an event; one about a person only while nobody has erased them."""
        if event.subject is not None:
            self._late.refuse_if_erased(event.subject)
        self._connection.execute(_BEGIN, _event_row(event))

    def lasting(self, moment: datetime) -> list[BasisEvent]:
        """Return the events that stand after `moment` or still may, the oldest first."""
        return [_event(row) for row in self._connection.execute(_LASTING, {"at_ms": to_ms(moment)})]

    def end(self, event_id: str, at: datetime, by: str) -> None:
        """End an event, unless it has an earlier end already."""
        self._connection.execute(_END, {"id_": event_id, "moved_ms": to_ms(at), "by": by})

    def refuse(self, refusal: BasisRefusal) -> bool:
        """Keep a refusal; False if the person had refused already, and the first one stays."""
        self._late.refuse_if_erased(refusal.subject)
        place = {"whose": refusal.subject, "name": refusal.purpose}
        if self._connection.execute(_HAS_REFUSED, place).first():
            return False
        row = {
            "subject": refusal.subject,
            "purpose": refusal.purpose,
            "refusal_id": refusal.refusal_id,
            "at_ms": to_ms(refusal.at),
        }
        self._connection.execute(_REFUSE, row)
        return True


class BasisShelf:
    """Bases as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, event_id: str) -> BasisEvent | None:
        """Return an event by its id."""
        row = self._connection.execute(_FIND, {"id_": event_id}).first()
        return None if row is None else _event(row)

    def at(self, moment: datetime) -> list[BasisEvent]:
        """Return the events that stand at `moment`, the oldest first."""
        return [_event(row) for row in self._connection.execute(_AT, {"at_ms": to_ms(moment)})]

    def standing(
        self, purpose: str, basis: str, moment: datetime, among: Collection[SubjectId] | None
    ) -> list[BasisEvent]:
        """Return the events of a purpose that stand at `moment`: for everybody, and about these people (None = all)."""
        asked = {"name": purpose, "case": basis, "at_ms": to_ms(moment)}
        for_everybody = self._connection.execute(_FOR_EVERYBODY, asked)
        return [_event(row) for row in (*for_everybody, *self._of(_ABOUT, events.c.subject, asked, among))]

    def refused(self, purpose: str, moment: datetime, among: Collection[SubjectId] | None) -> frozenset[SubjectId]:
        """Return who of these people (None = of all) had refused the purpose by `moment`."""
        asked = {"name": purpose, "at_ms": to_ms(moment)}
        return frozenset(row.subject for row in self._of(_REFUSED, refusals.c.subject, asked, among))

    def withdrew(self, purpose: str, moment: datetime, among: Collection[SubjectId] | None) -> frozenset[SubjectId]:
        """Return who of these people (None = of all) had taken a consent to the purpose back by `moment`."""
        asked = {"name": purpose, "at_ms": to_ms(moment)}
        return frozenset(row.subject for row in self._of(_WITHDREW, consents.c.subject, asked, among))

    def _of(
        self, query: Select[Any], subject: Any, asked: dict[str, object], among: Collection[SubjectId] | None
    ) -> Iterator[Row[Any]]:
        """Yield the rows of a query about these people, 500 at a time; about everybody for None."""
        if among is None:
            yield from self._connection.execute(query, asked)
            return
        people = sorted(among)
        named = query.where(subject.in_(bindparam("people", expanding=True)))
        for first in range(0, len(people), PEOPLE_AT_ONCE):
            yield from self._connection.execute(named, {**asked, "people": people[first : first + PEOPLE_AT_ONCE]})


def _event_row(event: BasisEvent) -> dict[str, object]:
    return {
        "event_id": event.event_id,
        "basis": event.basis,
        "purpose": event.purpose,
        "subject": event.subject,
        "evidence": event.evidence,
        "actor": event.actor,
        "made_at_ms": to_ms(event.made_at),
        "start_ms": to_ms(event.start),
        "until_ms": None if event.until is None else to_ms(event.until),
        "end_ms": None if event.end is None else to_ms(event.end),
        "ended_by": event.ended_by,
    }


def _event(row: Row[Any]) -> BasisEvent:
    return BasisEvent(
        event_id=row.event_id,
        basis=row.basis,
        purpose=row.purpose,
        subject=row.subject,
        evidence=row.evidence,
        actor=row.actor,
        made_at=from_ms(row.made_at_ms),
        start=from_ms(row.start_ms),
        until=None if row.until_ms is None else from_ms(row.until_ms),
        end=None if row.end_ms is None else from_ms(row.end_ms),
        ended_by=row.ended_by,
    )
