"""What every test may ask for: a clock that stands still, and a whole house on real files."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from houses import Houses

from troth.clock import SetClock

pytest_plugins = ["two_engines"]

NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at noon in Shanghai on 15 September 2026 until a test moves it."""
    return SetClock(NOON)


@pytest.fixture
def houses(tmp_path: Path, clock: SetClock) -> Iterator[Houses]:
    """Opens houses on real stores in a new folder and closes them at the end."""
    opened = Houses(tmp_path, clock)
    yield opened
    opened.close_all()


def pytest_unconfigure() -> None:
    """Collect houses that wait in reference cycles, or DuckDB reports each of its objects at the very end."""
    gc.collect()
