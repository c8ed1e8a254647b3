"""Clauses 2 and 4: counts without anybody in them: a day, a name, a reason (refusals, drops)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, bindparam, insert, select, update

from troth.engines.sql.tables import counters

_MORE = (
    update(counters)
    .where(
        counters.c.day == bindparam("of_day"),
        counters.c.name == bindparam("of_name"),
        counters.c.reason == bindparam("of_reason"),
    )
    .values(n=counters.c.n + bindparam("more"))
)
_FIRST = insert(counters)
_BETWEEN = (
    select(counters)
    .where(counters.c.day >= bindparam("first"), counters.c.day <= bindparam("last"))
    .order_by(counters.c.day, counters.c.name, counters.c.reason)
)


class CounterRows:
    """The counters inside one change. Names and reasons come from fixed lists, never from a visitor."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, day: date, name: str, reason: str, count: int = 1) -> None:
        """Count something once more, or `count` times."""
        of = {"of_day": day.isoformat(), "of_name": name, "of_reason": reason, "more": count}
        if self._connection.execute(_MORE, of).rowcount == 0:
            self._connection.execute(_FIRST, {"day": day.isoformat(), "name": name, "reason": reason, "n": count})


class CounterShelf:
    """The counters as a reader sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def between(self, first: date, last: date) -> dict[tuple[date, str, str], int]:
        """Return the counts of these days, both included."""
        rows = self._connection.execute(_BETWEEN, {"first": first.isoformat(), "last": last.isoformat()})
        return {(date.fromisoformat(row.day), row.name, row.reason): row.n for row in rows}
