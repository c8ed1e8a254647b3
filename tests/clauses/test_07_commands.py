"""The commands an operator meets first: what they write, what they refuse, how they say so."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from demos import Demo
from houses import ORIGIN, demo_policy_text

from troth.cli import main


def troth(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    """Run one command line; return its exit code and what it printed."""
    monkeypatch.setattr(sys, "argv", ["troth", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):  # noqa: ANN201
    """The command line, called with its words."""
    return lambda *words: troth(capsys, monkeypatch, *words)


def fill_in(policy: Path) -> None:
    """Put a complete policy in the place of the starter."""
    policy.write_text(demo_policy_text(), encoding="utf-8")


def test_init_writes_a_policy_a_key_file_and_shows_the_kit_once(run, tmp_path: Path) -> None:  # noqa: ANN001
    code, out, _ = run("init", str(tmp_path / "site"), "--company", "Example Ltd")
    kit = re.search(r"AGE-SECRET-KEY-1\w+", out)
    assert code == 0
    assert kit is not None
    for path in (tmp_path / "site").rglob("*"):
        assert path.is_dir() or kit.group().encode() not in path.read_bytes()
    key_file = tmp_path / "site" / "keys" / "troth-keys.json"
    assert oct(key_file.stat().st_mode)[-3:] == "600"


def test_init_never_overwrites(run, tmp_path: Path) -> None:  # noqa: ANN001
    run("init", str(tmp_path))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    code, _, err = run("init", str(tmp_path))
    assert code == 2
    assert [line.split(":")[0] for line in err.strip().splitlines()] == ["error", "fix"]
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_a_starter_policy_does_not_go_live_before_it_is_filled_in(run, tmp_path: Path) -> None:  # noqa: ANN001
    run("init", str(tmp_path))
    assert run("check", str(tmp_path / "policy.yaml"))[0] == 1
    code, _, err = run("serve", str(tmp_path / "policy.yaml"), "--data", str(tmp_path / "data"))
    assert code == 2
    assert "policy.yaml:" in err
    assert not (tmp_path / "data" / "register.sqlite").exists()


def test_nothing_goes_live_before_the_recovery_kit_is_confirmed(run, tmp_path: Path, monkeypatch) -> None:  # noqa: ANN001
    kit = re.search(r"AGE-SECRET-KEY-1\w+", run("init", str(tmp_path))[1])
    assert kit is not None
    fill_in(tmp_path / "policy.yaml")
    words = ("serve", str(tmp_path / "policy.yaml"), "--data", str(tmp_path / "data"))
    code, _, err = run(*words)
    assert (code, "keys confirm" in err) == (2, True)
    key_file = str(tmp_path / "keys" / "troth-keys.json")
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "AGE-SECRET-KEY-1WRONG")
    assert run("keys", "confirm", key_file)[0] == 2
    monkeypatch.setattr("typer.prompt", lambda *_, **__: kit.group())
    assert run("keys", "confirm", key_file)[0] == 0
    signs = json.loads(
        run("doctor", str(tmp_path / "policy.yaml"), "--data", str(tmp_path / "data"), "--format", "json")[1]
    )
    assert {sign["level"] for sign in signs if sign["about"] == "keys"} == {"ok"}


def test_doctor_names_rooms_that_share_the_sites_origin(run, tmp_path: Path) -> None:  # noqa: ANN001
    run("init", str(tmp_path))
    fill_in(tmp_path / "policy.yaml")
    words = ("doctor", str(tmp_path / "policy.yaml"), "--data", str(tmp_path / "data"), "--format", "json")
    code, out, _ = run(*words, "--public-url", ORIGIN)
    assert code == 1
    assert [sign["level"] for sign in json.loads(out) if sign["about"] == "placement"] == ["problem"]
    out = run(*words, "--public-url", "https://privacy.acme.example")[1]
    assert [sign["level"] for sign in json.loads(out) if sign["about"] == "placement"] == ["ok"]


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "nowhere.yaml"),
        ("check", "nowhere.yaml"),
        ("due", "31 February"),
        ("due", "2026-02-30"),
        ("geo", "install"),
    ],
)
def test_an_unusable_word_is_answered_in_two_lines_with_exit_code_two(run, words: tuple[str, ...]) -> None:  # noqa: ANN001
    code, out, err = run(*words)
    assert code == 2
    assert "Traceback" not in out + err
    lines = [line for line in (err or out).splitlines() if line.startswith(("error:", "fix:"))]
    assert len(lines) == 2


def test_a_setting_of_the_wrong_kind_names_its_flag_and_its_variable(run, monkeypatch, tmp_path: Path) -> None:  # noqa: ANN001
    monkeypatch.setenv("TROTH_RATE_PER_S", "many")
    code, _, err = run("serve", str(tmp_path / "policy.yaml"))
    assert code == 2
    assert "--rate-per-s" in err
    assert "TROTH_RATE_PER_S" in err


def test_two_houses_never_share_a_data_folder(tmp_path: Path, run) -> None:  # noqa: ANN001
    demo = Demo(tmp_path / "demo", "--no-history", "--no-geography")
    try:
        policy, data = str(tmp_path / "demo" / "policy.yaml"), str(tmp_path / "demo" / "stores")
        keys = str(tmp_path / "demo" / "keys" / "troth-keys.json")
        code, _, err = run("serve", policy, "--data", data, "--key-file", keys, "--port", "1", "--console-port", "2")
        assert code == 2
        assert "another process" in err
    finally:
        demo.stop()


def test_the_demo_stops_cleanly_and_starts_again_where_it_was(tmp_path: Path) -> None:
    first = Demo(tmp_path / "demo", "--no-history", "--no-geography")
    assert "http://www.acme.localhost" in first.stop()
    assert first.process.returncode == 0
    policy = (tmp_path / "demo" / "policy.yaml").read_bytes()
    second = Demo(tmp_path / "demo", "--no-history", "--no-geography")
    assert second.fetch("/health", "privacy.acme.localhost") == b"ok"
    second.stop()
    strip = re.compile(rb"origins: .*")
    assert strip.sub(b"", policy) == strip.sub(b"", (tmp_path / "demo" / "policy.yaml").read_bytes())
