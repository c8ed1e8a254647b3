"""`troth adopt` from the command line: every line named, nothing half written, two lines for what it cannot read."""

from __future__ import annotations

import json
import random
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from troth.cli import app
from troth.errors import TrothError, UnusableInput
from troth.policy.adopt import Adopted, adopt, adopt_file
from troth.policy.adopt.book import PROSE_RULES
from troth.policy.adopt.negation import clauses_of
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.read import read_blocks
from troth.policy.adopt.subjects import recognise
from troth.policy.check import check_policy
from troth.policy.load import load_policy_text
from troth.policy.yaml12 import read_yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "adopt"))

from mangle import mangled

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "tests" / "adopt" / "texts"
HALDEN = TEXTS / "halden.en.txt"
SEED = ROOT.parent / "shared" / "reference" / "seed-policy.txt"
SAME_SHAPE = [pytest.param(HALDEN, id="halden")] + ([pytest.param(SEED, id="seed")] if SEED.exists() else [])
EVERY_TEXT = sorted(TEXTS.iterdir())


def run(*words: object) -> tuple[int, str]:
    """Run the command as `main` does: an error is two lines and its exit code."""
    result = CliRunner().invoke(app, ["adopt", *map(str, words)])
    if isinstance(result.exception, TrothError):
        return result.exception.exit_code, str(result.exception)
    return result.exit_code, result.output


def told(path: Path) -> Adopted:
    return adopt_file(path, ["cn-pipl"])


@pytest.mark.parametrize("path", EVERY_TEXT, ids=lambda path: path.name)
def test_every_line_of_the_file_names_where_it_comes_from(path: Path) -> None:
    lines = told(path).policy.splitlines()
    source = path.read_text("utf-8").splitlines()
    assert len(lines) > 60
    assert [line for line in lines if "  # " not in line and not line.startswith("# ")] == []
    named = [int(number) for line in lines for number in re.findall(r"# line (\d+)", line)]
    assert len(named) > 30
    assert max(named) <= len(source)


@pytest.mark.parametrize("path", EVERY_TEXT, ids=lambda path: path.name)
def test_the_same_text_gives_the_same_bytes(path: Path) -> None:
    assert told(path) == told(path)


@pytest.mark.parametrize("path", SAME_SHAPE)
def test_a_text_of_the_usual_shape_is_read_whole(path: Path) -> None:
    found = told(path).told
    assert found["controller"]["name"].endswith("Co., Ltd.")
    assert "Building" in found["controller"]["address"]
    assert found["issued"] == found["effective"]
    assert len(found["facts"]) == 27  # of 29 numbers: one repeats another, one is open-ended
    assert set(found["forms"]["contact"]) == set(found["forms"]["application"])
    assert set(found["forms"]["contact"]) == {"name", "phone", "email", "address", "message"}
    assert len(found["bases"]) == 12
    assert found["storage"] == {"location": "CN", "abroad": "declared"}
    assert found["retention"]["criteria"] == ["function", "quality", "agreed", "special"]
    assert len(found["sharing"]) == 6
    assert found["rights"] == ["access", "correct", "delete", "withdraw", "change_consent", "copy", "port"]
    assert (found["reply_working_days"], found["child_under"]) == (15, 14)
    (row,) = found["sdks"]
    assert row["egress"] == "none"
    assert all(row[column] for column in ("product", "purpose", "scene", "data_text", "method", "company"))
    assert row["statement_url"] == ""


@pytest.mark.parametrize("path", SAME_SHAPE)
def test_the_repeated_fact_and_the_open_end_are_reported(path: Path) -> None:
    remarks = {(remark.kind, remark.words.split()[0]) for remark in told(path).remarks}
    assert ("duplicate", "os") in remarks
    assert ("open_end", "other") in remarks


@pytest.mark.parametrize("path", SAME_SHAPE)
def test_every_kind_of_flaw_in_the_prose_is_found_where_it_stands(path: Path) -> None:
    found = [(finding.rule, finding.line) for finding in told(path).findings]
    assert found == [
        ("A0-07", 1),
        ("A0-03", 3),
        ("A0-04", 3),
        ("A2-01", 19),
        ("A2-02", 19),
        ("A2-02", 21),
        ("A0-05", 26),
        ("A0-02", 49),
        ("A6-01", 79),
        ("A6-01", 81),
        ("A7-01", 85),
        ("A8-01", 95),
        ("A10-02", 113),
        ("A10-01", 119),
        ("A0-05", 125),
        ("A11-01", 125),
        ("A0-05", 131),
        *([("A0-05", 131)] if path == SEED else []),
    ]


def test_no_prose_finding_on_the_other_texts_is_false() -> None:
    found = {
        path.name.split(".")[0]: [(finding.rule, finding.line) for finding in told(path).findings]
        for path in EVERY_TEXT
        if path != HALDEN
    }
    assert found == {
        "brightbarrel": [("A10-02", 8)],
        "lanting": [("A10-02", 72)],
        "northquay": [("A10-02", 57)],
        "qingtian": [("A0-05", 33), ("A10-02", 43), ("A0-02", 49)],
        "yunshu": [("A0-06", 32), ("A10-02", 41)],
    }


def test_every_prose_rule_says_why_and_what_to_do() -> None:
    assert len(PROSE_RULES) > 12
    assert [key for key, rule in PROSE_RULES.items() if not (rule.why and rule.fix and rule.clause)] == []


@pytest.mark.parametrize("path", SAME_SHAPE)
def test_the_file_of_the_usual_text_loads_and_is_checked(path: Path) -> None:
    adopted = told(path)
    loaded = load_policy_text(adopted.policy)
    rules = {finding.rule for finding in check_policy(loaded)}
    assert loaded.policy.effective == loaded.policy.issued
    assert loaded.policy.changes.continued_use
    assert {"T2-03", "T2-06", "T11-01", "T12-03"} <= rules
    assert {"controller.email", "scope.origins", "recipients", "security.measures"} <= set(adopted.left_out)


def test_sentences_without_a_value_are_listed_with_their_line() -> None:
    left = {(sentence.line, sentence.text[:24]) for sentence in told(HALDEN).unplaced}
    assert (49, "See About for details.") in left
    assert (19, "Technical information, n") not in left


@pytest.mark.parametrize(
    "said",
    [
        "We do not collect your IP address, browser type, operating system and screen resolution.",
        "At no time is your IP address collected, nor is your browser type recorded by our servers.",
        "Our website never records the pages you visit, your IP address or your language.",
        "We will stop collecting your IP address and browser type.",
        "我们不会收集您的IP地址、浏览器类型，操作系统，屏幕分辨率。",
        "本网站从未记录您的访问时间、来源网址和IP地址。",
        "我们不收集以下信息：IP地址；浏览器类型；操作系统。",
        "除法律另有规定外，我们不收集您的IP地址。",
        "Third parties may collect your IP address, browser type and operating system.",
        "第三方网站可能会收集您的IP地址、浏览器类型。",
    ],
)
def test_what_is_denied_or_said_of_others_never_becomes_a_fact(said: str) -> None:
    heading = "收集的信息" if not said.isascii() else "What we collect"
    reading = recognise(Prose(read_blocks(f"1. {heading}\n\n{said}\n".encode(), "t")))
    assert reading.keys("facts") == []


def test_the_same_words_without_the_denial_are_facts() -> None:
    text = "1. What we collect\n\nWe collect your IP address, browser type, operating system and screen resolution.\n"
    reading = recognise(Prose(read_blocks(text.encode(), "t")))
    assert reading.keys("facts") == ["ip", "ua_browser", "os", "screen"]


def test_an_exception_inside_a_denial_yields_the_exception_only() -> None:
    prose = Prose(read_blocks("除取得您单独同意外，我们不共享您的个人信息。".encode(), "t"))
    assert [(clause.stance, clause.text) for clause in clauses_of(prose.sentences[0])] == [
        ("excepted", "取得您单独同意"),
        ("denied", "我们不共享您的个人信息。"),
    ]


def test_the_policy_goes_to_the_output_or_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "policy.yaml"
    code, printed = run(HALDEN)
    assert code == 0
    assert "troth: 1" in printed
    code, report = run(HALDEN, "--out", out)
    assert code == 0
    assert f"wrote {out}" in report
    assert "[A6-01]" in report
    assert out.read_text("utf-8") in printed
    assert [path.name for path in tmp_path.iterdir()] == ["policy.yaml"]


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    out = tmp_path / "policy.yaml"
    out.write_text("mine")
    code, said = run(HALDEN, "--out", out)
    assert (code, len(said.splitlines())) == (2, 2)
    assert out.read_text() == "mine"
    assert run(HALDEN, "--out", out, "--force")[0] == 0
    assert out.read_text("utf-8").startswith("# Read out of a text")


def test_the_text_itself_is_never_written_over(tmp_path: Path) -> None:
    text = tmp_path / "policy.txt"
    text.write_bytes(HALDEN.read_bytes())
    assert run(text, "--out", text, "--force")[0] == 2
    assert text.read_bytes() == HALDEN.read_bytes()


def test_json_carries_values_findings_and_the_check() -> None:
    code, printed = run(TEXTS / "lanting.zh.txt", "--format", "json")
    answer = json.loads(printed)
    assert code == 0
    assert answer["told"]["child_under"] == 14
    assert answer["findings"][0]["rule"] == "A10-02"
    assert {"policy", "unplaced", "left_out", "check", "summary"} <= set(answer)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" \n\t \n",
        random.Random(4).randbytes(4096),
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b"%PDF-1.7\n" + bytes(range(128, 256)) * 40,
        b"\xff\xfe\x00",
        "Notre politique de confidentialité, déjà révisée".encode("latin-1"),
        b"a" * 2_000_001,
        b"<html><body><img src=policy.png></body></html>",
        b"1 2 3 ... --- \n",
    ],
    ids=["empty", "blank", "random", "picture", "pdf", "half", "latin", "too-long", "only-a-picture", "no-words"],
)
def test_what_is_no_readable_text_is_refused_in_two_lines_and_nothing_is_written(tmp_path: Path, raw: bytes) -> None:
    text, out = tmp_path / "policy.txt", tmp_path / "policy.yaml"
    text.write_bytes(raw)
    code, said = run(text, "--out", out)
    assert code == 2
    assert [line[:6] for line in said.splitlines()] == ["error:", "fix:  "]
    assert [path.name for path in tmp_path.iterdir()] == ["policy.txt"]


def test_fifty_megabytes_are_refused_without_being_read(tmp_path: Path) -> None:
    text = tmp_path / "policy.txt"
    with text.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(UnusableInput, match="more than 2,000,000 bytes"):
        adopt_file(text)


def test_a_missing_file_and_an_unknown_law_are_named(tmp_path: Path) -> None:
    assert run(tmp_path / "none.txt")[0] == 2
    code, said = run(HALDEN, "--law", "cn-pip")
    assert code == 2
    assert 'no law pack "cn-pip"' in said


def test_a_chinese_text_in_gb18030_reads_like_the_same_in_utf8() -> None:
    text = (TEXTS / "lanting.zh.txt").read_text("utf-8")
    assert adopt(text.encode("gb18030")).told == adopt(text.encode()).told


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_change_nothing(line_end: str) -> None:
    text = HALDEN.read_text("utf-8")
    assert adopt(text.replace("\n", line_end).encode()).policy == adopt(text.encode()).policy


def test_the_command_takes_less_than_a_second_of_the_machine() -> None:
    """Processor time with the start: the machine that runs the tests may be busy with other things."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "troth", "adopt", str(HALDEN)], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert b"troth: 1" in done.stdout
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 1.0


def test_broken_texts_are_read_or_refused_and_every_file_is_proper_yaml() -> None:
    """Lines shuffled, pieces cut out, marks put in; a longer run is `python tests/adopt/mangle.py 700`."""
    read_whole = 0
    for raw in mangled([path.read_bytes() for path in EVERY_TEXT], 40):
        try:
            policy = adopt(raw).policy
        except UnusableInput:
            continue
        read_whole += 1
        assert read_yaml(policy.encode()).findings == []
        assert [line for line in policy.splitlines() if "  # " not in line and not line.startswith("# ")] == []
    assert read_whole > 20
