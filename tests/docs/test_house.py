"""The house rules a linter does not know: short files, a docstring each, one clock, no drawer for odds and ends."""

from __future__ import annotations

import ast
import re
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"
FILES = sorted(SOURCE.rglob("*.py"))
WALL_LINES = 400
DRAWERS = {"utils", "helpers", "common", "manager", "misc", "core"}
ASKS_THE_MACHINE = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?)\(")
MAY_ASK = {"troth/clock/moments.py", "troth/engines/logs.py"}


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_there_is_a_house() -> None:
    assert len(FILES) > 100


def test_every_file_stays_within_the_wall() -> None:
    assert [name_of(path) for path in FILES if len(path.read_text("utf-8").splitlines()) > WALL_LINES] == []


def test_every_module_says_in_words_what_its_job_is() -> None:
    said = {name_of(path): ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "" for path in FILES}
    assert "STEPS" in said["troth/collect/pipeline.py"]
    assert [name for name, words in said.items() if len(words.split()) < 4] == []


def test_only_the_clock_asks_the_machine_what_time_it_is() -> None:
    asking = {name_of(path) for path in FILES if ASKS_THE_MACHINE.search(path.read_text("utf-8"))}
    assert "troth/clock/moments.py" in asking
    assert asking <= MAY_ASK


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    names = {part for path in FILES for part in path.relative_to(SOURCE).with_suffix("").parts}
    assert "pipeline" in names
    assert names & DRAWERS == set()
