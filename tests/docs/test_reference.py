"""Generated pages are current, and every library we stand on has its line."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
DEPENDENCIES = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def listed() -> dict[str, str]:
    """Return package -> licence as docs/dependencies.md has them."""
    rows = re.findall(r"^\| ([\w.-]+) \| ([^|]+) \| [^|]{10,}\|$", DEPENDENCIES, flags=re.MULTILINE)
    return {plain(name): licence.strip() for name, licence in rows if name != "package"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    """Return every package that pyproject.toml asks for, extras included."""
    wanted = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
    return {plain(re.split(r"[\[<>=;~! ]", line)[0]) for line in wanted}


def imported() -> set[str]:
    """Return every package that src/ imports."""
    modules: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    packages = importlib.metadata.packages_distributions()
    outside = modules - sys.stdlib_module_names - {"troth"}
    return {plain(packages[module][0]) for module in outside}


def test_the_generated_pages_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import write_reference

    assert len(write_reference.pages()) >= 5
    assert write_reference.stale_pages() == []


def test_every_dependency_has_its_line_and_its_licence() -> None:
    assert "msgspec" in declared()
    assert declared() - listed().keys() == set()
    other = {name for name, licence in listed().items() if not re.search("MIT|BSD|Apache|MPL", licence)}
    assert other == {"psycopg"}, "only an extra that nobody needs may have another licence"
    assert not any(line.startswith("psycopg") for line in PROJECT["dependencies"])


def test_every_package_we_import_has_its_line() -> None:
    assert "duckdb" in imported()
    assert imported() - listed().keys() == set()


def test_nothing_is_listed_that_nobody_asks_for() -> None:
    assert listed().keys() - declared() - imported() == set()


def test_every_locked_package_has_a_hash() -> None:
    for name in ("run.txt", "dev.txt"):
        lines = (ROOT / "requirements" / name).read_text("utf-8").splitlines()
        pinned = [number for number, line in enumerate(lines) if re.match(r"[A-Za-z0-9]", line)]
        assert len(pinned) > 20
        assert [lines[number] for number in pinned if "--hash=sha256:" not in lines[number + 1]] == []
