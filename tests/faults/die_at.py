"""A house that dies at one exact place, as if killed there: no handler runs, no file is closed.

    python die_at.py FOLDER NOW TOKEN PLACE

It takes one more view, loads what is over, and prints what it acknowledged before it died with exit code 9.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from houses import Houses, load_closed, take, view

from troth.app.house import House
from troth.clock import SetClock
from troth.engines import months


def die(*_: object, **__: object) -> None:
    """End this process at once."""
    os._exit(9)


def die_after(owner: Any, name: str, *, on: Callable[..., bool] = lambda *_: True) -> None:
    """Let the process die as soon as owner.name() has done its work."""
    real = getattr(owner, name)

    def last(*given: Any, **named: Any) -> None:
        real(*given, **named)
        if on(*given):
            die()

    setattr(owner, name, last)


class Dying:
    """DuckDB, but the process dies in front of one statement."""

    def __init__(self, duck: Any, before: Callable[[str], bool]) -> None:
        self._duck, self._before = duck, before

    def execute(self, sql: str, *given: Any) -> Any:
        """Run a statement, or die."""
        if self._before(sql):
            die()
        return self._duck.execute(sql, *given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._duck, name)


def prepare(house: House, place: str) -> None:
    """Arrange the death."""

    def is_journal(descriptor: int, *_: object) -> bool:
        return descriptor == house.journal._descriptor

    def die_before(statement: str) -> None:
        opened = house.months._open()
        house.months._opened = opened._replace(duck=Dying(opened.duck, lambda sql: statement in sql))  # type: ignore[arg-type]

    {
        "when a view is written and not yet synced": lambda: die_after(os, "write", on=is_journal),
        "when a view is durable and not yet answered": lambda: die_after(os, "fdatasync", on=is_journal),
        "when a month file is half made": lambda: setattr(months, "_sync", die),
        "when a month file is made and still empty": lambda: die_after(house.months, "_create"),
        "when histories are kept and nothing is loaded": lambda: die_after(house.loader, "_histories"),
        "in the middle of a load": lambda: die_before(".seals SELECT"),
        "just before a load is committed": lambda: die_before("COMMIT"),
        "when a load is committed and the segments are still there": lambda: die_after(house.months, "_load"),
        "when visits are let go and the segments are still there": lambda: die_after(house.visits, "forget"),
        "when the first segment is gone": lambda: die_after(Path, "unlink", on=lambda path: path.suffix == ".segment"),
    }[place]()


def main(folder: str, now: str, token: str, place: str) -> None:
    """Live until the place is reached."""
    houses = Houses(Path(folder), clock := SetClock(datetime.fromisoformat(now)))
    house = houses.open()
    prepare(house, place)
    print([], flush=True)
    assert take(house, view(token, 2)) == [None]
    print([2], flush=True)
    clock.forward(timedelta(minutes=31))
    load_closed(house)


if __name__ == "__main__":
    main(*sys.argv[1:])
