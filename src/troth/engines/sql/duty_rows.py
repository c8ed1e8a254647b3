"""Clauses 8 and 11: duties in the register: added with the change that makes them due, leased, finished."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import structs
from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update

from troth.clock import from_ms, to_ms
from troth.duties import Duty
from troth.engines.sql.tables import duties
from troth.policy.permit import SubjectId

_ADD = insert(duties)
_IS_FREE = or_(
    duties.c.state == "waiting",
    and_(duties.c.state == "leased", duties.c.leased_until_ms <= bindparam("now_ms")),
)
_OLDEST_FIRST = (duties.c.due_at_ms, duties.c.duty_id)
_FREE = (
    select(duties)
    .where(_IS_FREE, duties.c.due_at_ms <= bindparam("now_ms"), duties.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(*_OLDEST_FIRST)
    .limit(bindparam("most"))
)
_LEASE = (
    update(duties)
    .where(duties.c.duty_id.in_(bindparam("ids", expanding=True)))
    .values(state="leased", leased_until_ms=bindparam("until_ms"))
)
_FINISH = (
    update(duties)
    .where(duties.c.duty_id == bindparam("id_"))
    .values(state="done", leased_until_ms=None, done_at_ms=bindparam("at_ms"))
)
_TRY_LATER = (
    update(duties)
    .where(duties.c.duty_id == bindparam("id_"))
    .values(
        state="waiting",
        leased_until_ms=None,
        due_at_ms=bindparam("again_ms"),
        reason=bindparam("why"),
        attempts=duties.c.attempts + 1,
    )
)
_DUE = (
    select(duties)
    .where(duties.c.state != "done", duties.c.due_at_ms <= bindparam("now_ms"))
    .order_by(*_OLDEST_FIRST)
    .limit(bindparam("most"))
)
_OF_SUBJECT = select(duties).where(duties.c.subject == bindparam("whose")).order_by(*_OLDEST_FIRST)


class DutyRows:
    """The duties inside one change. A duty may be about a person who is not live any more: erasing is one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, duty: Duty) -> None:
        """Keep a duty."""
        row = structs.asdict(duty)
        row["due_at_ms"] = to_ms(row.pop("due_at"))
        row["made_at_ms"] = to_ms(row.pop("made_at"))
        self._connection.execute(_ADD, row)

    def lease(self, kinds: Collection[str], now: datetime, until: datetime, limit: int) -> list[Duty]:
        """Take duties of these kinds that are due; a lease that ran out is free again."""
        free = {"now_ms": to_ms(now), "kinds": list(kinds), "most": limit}
        taken = [_duty(row) for row in self._connection.execute(_FREE, free)]
        if taken:
            ids = [duty.duty_id for duty in taken]
            self._connection.execute(_LEASE, {"ids": ids, "until_ms": to_ms(until)})
        return [structs.replace(duty, state="leased") for duty in taken]

    def finish(self, duty_id: str, at: datetime) -> None:
        """Say that a duty is done."""
        self._connection.execute(_FINISH, {"id_": duty_id, "at_ms": to_ms(at)})

    def try_later(self, duty_id: str, due_at: datetime, reason: str) -> None:
        """Give a leased duty back, one attempt older."""
        self._connection.execute(_TRY_LATER, {"id_": duty_id, "again_ms": to_ms(due_at), "why": reason})


class DutyShelf:
    """The duties as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, now: datetime, limit: int = 1000) -> list[Duty]:
        """Return what is due and not done, the longest overdue first."""
        return [_duty(row) for row in self._connection.execute(_DUE, {"now_ms": to_ms(now), "most": limit})]

    def find_for_subject(self, subject: SubjectId) -> list[Duty]:
        """Return every duty about a person, done ones too."""
        return [_duty(row) for row in self._connection.execute(_OF_SUBJECT, {"whose": subject})]


def _duty(row: Row[tuple[object, ...]]) -> Duty:
    return Duty(
        duty_id=row.duty_id,
        kind=row.kind,
        due_at=from_ms(row.due_at_ms),
        made_at=from_ms(row.made_at_ms),
        subject=row.subject,
        state=row.state,
        reason=row.reason,
        reference=row.reference,
        attempts=row.attempts,
    )
