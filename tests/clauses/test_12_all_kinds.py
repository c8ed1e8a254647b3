"""The 26 kinds of findings that a long, cut-off policy text has: `adopt` finds those of prose, `check` the others."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from policies import demo

from troth.policy import Finding, check_policy, load_policy_text
from troth.policy.adopt import adopt_file

ROOT = Path(__file__).parents[2]
HALDEN = ROOT / "tests" / "adopt" / "texts" / "halden.en.txt"
GIVEN = ROOT.parent / "shared" / "reference" / "seed-policy.txt"
TEXTS = [pytest.param(HALDEN, id="halden")] + ([pytest.param(GIVEN, id="given")] if GIVEN.exists() else [])

# kind -> the rules that find it: all of them do
KINDS = {
    "missing contact e-mail": {"T11-01", "A11-01"},
    "five truncated lists": {"A6-01", "A7-01", "A8-01", "A10-01"},
    "dangling reference": {"A0-02"},
    "several styles of self-reference": {"A0-03", "A0-04"},
    "duplicate field": {"A2-01"},
    "dead fields": {"T2-06"},
    "open-ended categories": {"A2-02"},
    "no concrete retention per category": {"T5-12", "T2-03"},
    "missing rights": {"T8-05"},
    "no officer": {"T11-02"},
    "no way to complain": {"T11-03"},
    "no separate consent for recipients": {"T6-03"},
    "sensitive information in an SDK's row": {"T2-21", "T2-22"},
    "placeholders in brackets, no statement's address": {"A0-05", "T2-17"},
    "no egress claimed for a hosted vendor": {"T2-18"},
    "exceptions without a basis": {"T3-09", "T3-10"},
    "future affiliates without a name": {"T6-04"},
    "abroad on one condition or another": {"T5-11"},
    "longest of against shortest necessary": {"T5-10"},
    "continued use against no reduction of rights": {"T10-01", "T10-02"},
    "minors without a guardian's way or rules": {"T9-03", "T9-04"},
    "an answer's promise voided by an open extension": {"T8-02"},
    "no version history": {"A10-02"},
    "one language only, the Chinese text not linked": {"A0-07"},
    "deemed consent": {"T3-11"},
    "made and in effect on one day": {"T12-03"},
}


@cache
def found_in(path: Path) -> tuple[Finding, ...]:
    read = adopt_file(path, ["cn-pipl"])
    return (*read.findings, *check_policy(load_policy_text(read.policy)))


def test_there_are_26_kinds_and_no_rule_stands_for_two_of_them() -> None:
    assert len(KINDS) == 26
    rules = [rule for rules in KINDS.values() for rule in rules]
    assert len(rules) == len(set(rules))


def test_a_policy_that_keeps_its_promises_has_none_of_them() -> None:
    assert {found.rule for found in check_policy(demo())} & set().union(*KINDS.values()) == set()


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_found_by_its_own_rules(path: Path, kind: str) -> None:
    assert KINDS[kind] - {found.rule for found in found_in(path)} == set()


@pytest.mark.parametrize("path", TEXTS)
def test_the_lists_that_break_off_are_five_the_dead_facts_three_the_rights_that_are_missing_named(path: Path) -> None:
    found = found_in(path)
    cut_off = [one for one in found if one.rule in KINDS["five truncated lists"]]
    dead = {one.path[-1] for one in found if one.rule == "T2-06"}
    missing = " ".join(one.what for one in found if one.rule == "T8-05")
    assert len(cut_off) == 5
    assert dead == {"flash", "java_ok", "plugins"}
    for right in ("close_account", "restrict", "automated_decision", "deceased_relative"):
        assert f'"{right}"' in missing


@pytest.mark.parametrize("path", TEXTS)
def test_the_exceptions_without_a_basis_are_the_ninth_the_eleventh_and_the_twelfth(path: Path) -> None:
    said = {one.what.split(",")[0].rsplit(" ", 1)[1]: one.rule for one in found_in(path) if one.rule.startswith("T3-")}
    assert {name for name, rule in said.items() if rule == "T3-09"} == {"stable_operation", "academic_statistics"}
    assert said["other_law"] == "T3-10"
