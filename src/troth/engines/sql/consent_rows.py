"""Clauses 4 and 8: decisions, grants and consent intervals in the register."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Insert, Row, bindparam, exists, func, insert, literal, or_, select, update

from troth.clock import from_ms, to_ms
from troth.consent import Decision, Interval
from troth.consent.guardian import GuardianRecord
from troth.engines.sql.group_commit import Member
from troth.engines.sql.subjects import LateWriters
from troth.engines.sql.tables import consents, decisions, grants
from troth.policy.permit import Grant, SubjectId

_GRANT_FIELDS = ("grant_id", "policy_hash", "purpose", "basis", "kind")
_NEW_GRANT = select(*(bindparam(f"new_{name}", type_=grants.c[name].type) for name in _GRANT_FIELDS)).where(
    ~exists(select(literal(1)).where(grants.c.grant_id == bindparam("new_grant_id")))
)
_KEEP_GRANT = insert(grants).from_select(_GRANT_FIELDS, _NEW_GRANT)
_KEEP = insert(decisions)
_BEGIN = insert(consents)
_OPEN = select(consents).where(consents.c.subject == bindparam("whose"), consents.c.end_ms.is_(None))
_OPEN_AMONG = select(consents).where(
    consents.c.subject.in_(bindparam("people", expanding=True)), consents.c.end_ms.is_(None)
)
_END = (
    update(consents)
    .where(
        consents.c.subject == bindparam("whose"),
        consents.c.end_ms.is_(None),
        consents.c.purpose.in_(bindparam("names", expanding=True)),
    )
    .values(end_ms=bindparam("at_ms"), ended_by=bindparam("by"))
)
_OF_SUBJECT = select(consents).where(consents.c.subject == bindparam("whose")).order_by(consents.c.start_ms)
_HOLDING = select(consents).where(
    consents.c.purpose == bindparam("name"),
    consents.c.start_ms <= bindparam("at_ms"),
    consents.c.until_ms > bindparam("at_ms"),
    or_(consents.c.end_ms.is_(None), consents.c.end_ms > bindparam("at_ms")),
)
_HOLDING_AMONG = _HOLDING.where(consents.c.subject.in_(bindparam("people", expanding=True)))
_DECISIONS = (
    select(decisions)
    .where(decisions.c.subject == bindparam("whose"))
    .order_by(decisions.c.at_ms, decisions.c.decision_id)
)
_DECISION = select(decisions).where(decisions.c.decision_id == bindparam("wanted"))
_LAST_AT = select(func.max(decisions.c.at_ms)).where(decisions.c.subject == bindparam("whose"))
_GRANTS = select(grants).where(grants.c.grant_id.in_(bindparam("ids", expanding=True)))
PEOPLE_AT_ONCE = 500


class ConsentRows:
    """Decisions, grants and intervals inside one change.

    What a change asked about (`last_at`) is written at once, so that the next change in the same batch finds it. Of
    somebody new nobody can ask yet: those rows wait, and one statement writes them for the whole batch.
    """

    def __init__(self, member: Member, late: LateWriters, known_grants: Collection[str]) -> None:
        self._member = member
        self._late = late
        self._known_grants = known_grants
        self._is_known = False
        self.kept_grants: set[str] = set()

    def keep_grant(self, grant: Grant) -> None:
        """Keep a grant once; keeping it again changes nothing."""
        if grant.grant_id in self._known_grants:
            return
        self.kept_grants.add(grant.grant_id)
        self._member.connection.execute(_KEEP_GRANT, {f"new_{name}": getattr(grant, name) for name in _GRANT_FIELDS})

    def keep(self, decision: Decision) -> None:
        """Keep a decision: a yes only of a live person, a withdrawal of a restricted one too."""
        if any(decision.purposes.values()):
            self._late.refuse_unless_live([decision.subject])
        else:
            self._late.refuse_if_erased(decision.subject)
        row = structs.asdict(decision)
        row["at_ms"], row["until_ms"] = to_ms(row.pop("at")), to_ms(row.pop("until"))
        row["purposes"] = _json(decision.purposes)
        row["grant_ids"] = _json(row.pop("grants"))
        row["guardian"] = None if decision.guardian is None else _json(decision.guardian)
        self._write(_KEEP, [row])

    def last_at(self, subject: SubjectId) -> datetime | None:
        """Return the moment of a person's newest decision."""
        self._is_known = True
        return _last_at(self._member.connection, subject)

    def begin(self, intervals: Sequence[Interval]) -> None:
        """Keep new intervals."""
        self._late.refuse_unless_live({interval.subject for interval in intervals})
        self._write(_BEGIN, [_interval_row(interval) for interval in intervals])

    def end(self, subject: SubjectId, purposes: Sequence[str], at: datetime, decision_id: str) -> None:
        """End the open intervals of these purposes."""
        self._late.refuse_if_erased(subject)
        ending = {"whose": subject, "names": list(purposes), "at_ms": to_ms(at), "by": decision_id}
        self._member.connection.execute(_END, ending)

    def _write(self, statement: Insert, rows: Sequence[dict[str, object]]) -> None:
        if self._is_known:
            self._member.connection.execute(statement, rows)
        else:
            self._member.rows += [(statement, row) for row in rows]


class ConsentShelf:
    """Consents as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_intervals(self, subject: SubjectId) -> list[Interval]:
        """Return the intervals of a subject that nobody has ended."""
        return _open_intervals(self._connection, subject)

    def open_intervals_of(self, subjects: Collection[SubjectId]) -> list[Interval]:
        """Return the intervals of these people that nobody has ended."""
        people = sorted(subjects)
        parts = [people[start : start + PEOPLE_AT_ONCE] for start in range(0, len(people), PEOPLE_AT_ONCE)]
        return [_interval(row) for part in parts for row in self._connection.execute(_OPEN_AMONG, {"people": part})]

    def intervals(self, subject: SubjectId, purpose: str | None = None) -> list[Interval]:
        """Return every interval of a subject, the oldest first."""
        rows = self._connection.execute(_OF_SUBJECT, {"whose": subject})
        return [_interval(row) for row in rows if purpose is None or row.purpose == purpose]

    def holding(self, purpose: str, moment: datetime, among: Collection[SubjectId] | None) -> list[Interval]:
        """Return the intervals of a purpose that hold at `moment`, of these people or of everybody."""
        at = {"name": purpose, "at_ms": to_ms(moment)}
        if among is None:
            return [_interval(row) for row in self._connection.execute(_HOLDING, at)]
        people = sorted(among)
        parts = [people[start : start + PEOPLE_AT_ONCE] for start in range(0, len(people), PEOPLE_AT_ONCE)]
        return [
            _interval(row) for part in parts for row in self._connection.execute(_HOLDING_AMONG, {**at, "people": part})
        ]

    def decisions(self, subject: SubjectId) -> list[Decision]:
        """Return a person's decisions, the oldest first."""
        return [_decision(row) for row in self._connection.execute(_DECISIONS, {"whose": subject})]

    def decision(self, decision_id: str) -> Decision | None:
        """Return one decision."""
        row = self._connection.execute(_DECISION, {"wanted": decision_id}).first()
        return None if row is None else _decision(row)

    def last_at(self, subject: SubjectId) -> datetime | None:
        """Return the moment of a person's newest decision."""
        return _last_at(self._connection, subject)

    def grants(self, grant_ids: Collection[str]) -> dict[str, Grant]:
        """Return grants by id."""
        if not grant_ids:
            return {}
        rows = self._connection.execute(_GRANTS, {"ids": sorted(set(grant_ids))})
        return {row.grant_id: Grant(**{name: row._mapping[name] for name in _GRANT_FIELDS}) for row in rows}


def _open_intervals(connection: Connection, subject: SubjectId) -> list[Interval]:
    return [_interval(row) for row in connection.execute(_OPEN, {"whose": subject})]


def _last_at(connection: Connection, subject: SubjectId) -> datetime | None:
    last_ms = connection.scalar(_LAST_AT, {"whose": subject})
    return None if last_ms is None else from_ms(last_ms)


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _interval_row(interval: Interval) -> dict[str, object]:
    return {
        "subject": interval.subject,
        "purpose": interval.purpose,
        "given_by": interval.given_by,
        "kind": interval.kind,
        "grant_id": interval.grant_id,
        "start_ms": to_ms(interval.start),
        "until_ms": to_ms(interval.until),
        "end_ms": None if interval.end is None else to_ms(interval.end),
        "ended_by": interval.ended_by,
        "gpc": interval.gpc,
    }


def _interval(row: Row[tuple[object, ...]]) -> Interval:
    return Interval(
        subject=row.subject,
        purpose=row.purpose,
        kind=row.kind,
        grant_id=row.grant_id,
        start=from_ms(row.start_ms),
        until=from_ms(row.until_ms),
        given_by=row.given_by,
        end=None if row.end_ms is None else from_ms(row.end_ms),
        ended_by=row.ended_by,
        gpc=row.gpc,
    )


def _decision(row: Row[tuple[object, ...]]) -> Decision:
    return Decision(
        decision_id=row.decision_id,
        subject=row.subject,
        at=from_ms(row.at_ms),
        until=from_ms(row.until_ms),
        policy_hash=row.policy_hash,
        purposes=msgspec.json.decode(row.purposes, type=dict[str, bool]),
        grants=msgspec.json.decode(row.grant_ids, type=dict[str, str]),
        language=row.language,
        layer=row.layer,
        how=row.how,
        text_hash=row.text_hash,
        gpc=row.gpc,
        event=row.event,
        guardian=None if row.guardian is None else msgspec.json.decode(row.guardian, type=GuardianRecord),
    )
