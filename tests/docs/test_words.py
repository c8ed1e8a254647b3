"""What README and docs say can be done can be done, what they link to is there, and no file names where it was made."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer
from typer.testing import CliRunner

from troth.cli import app
from troth.settings import SETTINGS, variable_of

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text("utf-8")
CODE = re.compile(r"```[^\n]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Written in two parts, or this file would name them too.
UNNAMED = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.npm" + "js",
    "/wo" + "rk/",
    "/ro" + "ot/",
    "../sha" + "red",
)
LEFT_OUT = {".git", ".venv", "__pycache__", "demo-data", "shots", "build", "dist"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code_in(page: Path) -> Iterator[str]:
    """Yield every line of code on a page, blocks and spans alike."""
    for block, span in CODE.findall(page.read_text("utf-8")):
        yield from (block or span).splitlines()


def spoken_commands() -> list[tuple[str, str]]:
    """Return (page, command line without `troth`) for every command that docs tell a reader to type."""
    found = re.compile(r"(?:^|\s|/)troth ((?:[a-z]+)[^#|`]*)")
    return [
        (name_of(page), said[1].strip()) for page in PAGES for line in code_in(page) for said in found.finditer(line)
    ]


def test_docs_tell_the_reader_to_type_something() -> None:
    spoken = {line.split()[0] for _, line in spoken_commands()}
    assert {"init", "check", "keys", "serve", "doctor"} <= spoken


@pytest.mark.parametrize(("page", "line"), spoken_commands())
def test_every_command_in_the_docs_exists_with_its_options(page: str, line: str) -> None:
    words = line.split()
    command: click.Command | None = typer.main.get_command(app)
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        command = command.commands.get(words.pop(0))
        assert command is not None, f"{page}: there is no `troth {line}`"
    options = {option for each in command.params for option in [*each.opts, *each.secondary_opts]} | {"--help"}
    assert [word for word in words if word.startswith("--") and word.split("=")[0] not in options] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_in_the_docs_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    spoken = {said for line in code_in(page) for said in re.findall(r"^make ([a-z]+)", line)}
    assert "demo" in targets
    assert spoken <= targets


def test_every_variable_in_the_docs_is_a_setting_or_known_to_the_tests() -> None:
    known = {variable_of(setting.name) for setting in SETTINGS} | {"TROTH_BROWSER"}
    spoken = {said for page in PAGES for said in re.findall(r"\bTROTH_[A-Z_]+\b", page.read_text("utf-8"))}
    assert "TROTH_DATA" in spoken
    assert spoken <= known


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link and not link.startswith("#")]
    assert [link for link in links if not (page.parent / link.partition("#")[0]).exists()] == []


def test_the_answer_the_readme_gives_for_troth_due_is_the_one_it_prints() -> None:
    said = re.search(r"`troth (due \S+)` prints `(\S+)`", README)
    assert said is not None
    answer = CliRunner().invoke(app, said[1].split())
    assert answer.output.splitlines()[0] == said[2]


def test_every_room_has_its_line_in_the_readme() -> None:
    table = README.partition("## Where things are")[2]
    named = set(re.findall(r"`(\w+)(?:/|\.py)`", table.partition("\n\nStart")[0]))
    rooms = {path.stem for path in (ROOT / "src" / "troth").iterdir() if not path.stem.startswith("__")} - {"py"}
    assert "collect" in rooms
    assert named == rooms


def repository_files() -> list[Path]:
    """Return every file that belongs to the repository; without git, every file that looks like it."""
    git = shutil.which("git")
    command = [git or "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False) if git else None
    if listed is not None and listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not any(p in LEFT_OUT or p.endswith("_cache") for p in path.relative_to(ROOT).parts)
    ]


def test_no_file_names_a_registry_or_a_machine() -> None:
    files = repository_files()
    assert ROOT / "README.md" in files
    naming = {f"{name_of(path)}: {words}" for path in files for words in UNNAMED if words.encode() in path.read_bytes()}
    assert naming == set()
