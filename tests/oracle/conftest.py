"""The oracle's own modules import one another by name; they are no package, so that nothing else imports them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

TABLES: list[str] = []
"""Lines to print when all is over: how often each verdict occurred."""


@pytest.fixture
def print_at_the_end() -> list[str]:
    """Lines added to this list are printed after the last test."""
    return TABLES


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file for every site of the comparison."""
    from versions import START

    from troth.clock import SetClock
    from troth.engines.keys import create_key_file

    folder = tmp_path_factory.mktemp("oracle")
    folder.chmod(0o700)
    create_key_file(folder / "key", SetClock(START))
    return folder / "key"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how often each verdict occurred."""
    if TABLES:
        terminalreporter.section("the oracle of consent")
        for line in TABLES:
            terminalreporter.write_line(line)
