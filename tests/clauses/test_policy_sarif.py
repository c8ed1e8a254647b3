"""`troth check --format sarif` writes SARIF 2.1.0: no more and no less than the standard's own words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from msgspec import Struct, field
from policies import DEMO
from typer.testing import CliRunner

from troth.cli import app


class Message(Struct, forbid_unknown_fields=True):
    text: str


class Strict(Struct, forbid_unknown_fields=True, rename="camel"):
    """The parts of SARIF 2.1.0 that are written; a key the standard does not know is refused."""


class Configuration(Strict):
    level: Literal["none", "note", "warning", "error"]


class Rule(Strict):
    id: str
    short_description: Message
    help: Message
    default_configuration: Configuration
    properties: dict[str, Any]


class Driver(Strict):
    name: str
    version: str
    rules: list[Rule]


class Tool(Strict):
    driver: Driver


class Artifact(Strict):
    uri: str


class Region(Strict):
    start_line: int


class Physical(Strict):
    artifact_location: Artifact
    region: Region


class Logical(Strict):
    fully_qualified_name: str
    kind: Literal["member"]


class Location(Strict):
    physical_location: Physical
    logical_locations: list[Logical] = []


class Result(Strict):
    rule_id: str
    rule_index: int
    level: Literal["none", "note", "warning", "error"]
    message: Message
    locations: list[Location]
    partial_fingerprints: dict[str, str]


class Run(Strict):
    tool: Tool
    results: list[Result]
    column_kind: Literal["utf16CodeUnits", "unicodeCodePoints"]


class Log(Strict):
    version: Literal["2.1.0"]
    runs: list[Run]
    schema: str = field(name="$schema")


def checked(file: Path) -> tuple[int, Log]:
    done = CliRunner().invoke(app, ["check", str(file), "--format", "sarif"])
    return done.exit_code, msgspec.json.decode(done.stdout, type=Log)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    file = tmp_path / "policy 1.yaml"
    text = DEMO.read_text("utf-8").replace("effective: 2026-08-01", "effective: 2026-06-01")
    file.write_text(text.replace("lifetime_days: 180", "lifetime_days: 179"))
    return file


def test_every_finding_is_a_result_with_its_rule_its_line_and_what_to_do(wrong: Path) -> None:
    code, log = checked(wrong)
    (run,) = log.runs
    asked = CliRunner().invoke(app, ["check", str(wrong), "--format", "json"])
    findings = json.loads(asked.stdout)["findings"]
    assert (code, len(run.results)) == (1, len(findings))
    assert len(findings) > 1
    for result, found in zip(run.results, findings, strict=True):
        (place,) = result.locations
        assert (result.rule_id, result.level) == (found["rule"], found["level"])
        assert place.physical_location.region.start_line == found["line"]
        assert place.logical_locations[0].fully_qualified_name == found["path"]
        assert found["what"] in result.message.text
        assert found["fix"] in result.message.text
        assert run.tool.driver.rules[result.rule_index].id == result.rule_id


def test_a_rule_is_described_once(wrong: Path) -> None:
    ids = [rule.id for rule in checked(wrong)[1].runs[0].tool.driver.rules]
    assert ids == sorted(set(ids))
    assert "T12-02" in ids


def test_an_absolute_path_becomes_an_address_and_a_relative_one_stays(
    wrong: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checked(wrong)[1].runs[0].results[0].locations[0].physical_location.artifact_location.uri == wrong.as_uri()
    monkeypatch.chdir(wrong.parent)
    (place,) = checked(Path("policy 1.yaml"))[1].runs[0].results[0].locations
    assert place.physical_location.artifact_location.uri == "policy%201.yaml"


def test_a_good_policy_is_a_run_without_results() -> None:
    code, log = checked(DEMO)
    assert (code, log.runs[0].results, log.runs[0].tool.driver.rules) == (0, [], [])


def test_a_file_that_cannot_be_read_is_a_run_too(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("troth: 1\nlaw: [")
    code, log = checked(file)
    (result,) = log.runs[0].results
    assert (code, result.rule_id, result.locations[0].logical_locations) == (2, "T0-03", [])


def test_a_finding_keeps_its_fingerprint_when_lines_move(wrong: Path) -> None:
    before = [result.partial_fingerprints for result in checked(wrong)[1].runs[0].results]
    wrong.write_text("# one line more\n" + wrong.read_text("utf-8"))
    after = checked(wrong)[1].runs[0].results
    assert [result.partial_fingerprints for result in after] == before
    assert len({str(one) for one in before}) == len(before)
