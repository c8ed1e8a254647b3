"""All 26 kinds of finding that `adopt` and `check` together make on a text of the usual shape (clauses 0 to 12)."""

from __future__ import annotations

from pathlib import Path

import pytest

from troth.policy.adopt import adopt_file
from troth.policy.check import check_policy
from troth.policy.load import load_policy_text

ROOT = Path(__file__).resolve().parents[2]
HALDEN = ROOT / "tests" / "adopt" / "texts" / "halden.en.txt"
SEED = ROOT.parent / "shared" / "reference" / "seed-policy.txt"
SAME_SHAPE = [pytest.param(HALDEN, id="halden")] + ([pytest.param(SEED, id="seed")] if SEED.exists() else [])

KINDS = {
    "no contact e-mail": ("A11-01",),
    "five lists that break off": ("A6-01", "A7-01", "A8-01", "A10-01"),
    "a reference to nowhere": ("A0-02",),
    "parts and the text itself called by several names": ("A0-03", "A0-04"),
    "a fact named twice": ("A2-01",),
    "facts no browser tells any more": ("T2-06",),
    "open ends": ("A2-02",),
    "no term for any kind of information": ("T5-12",),
    "rights that are missing": ("T8-05",),
    "nobody in charge": ("T11-02",),
    "no way to complain to an authority": ("T11-03",),
    "no separate consent for recipients": ("T6-03",),
    "sensitive information in the row of a web page's code": ("T2-22", "T2-21"),
    "a row in the brackets of a template without its statement": ("A0-05", "T2-17"),
    "nothing is said to leave for a hosted vendor": ("T2-18",),
    "cases without consent that the law does not know": ("T3-09", "T3-10"),
    "any company of a group": ("T6-04",),
    "one of several grounds is enough to go abroad": ("T5-11",),
    "the longest of several reasons, and the shortest time": ("T5-10",),
    "going on is consent, and rights are kept": ("T10-01", "T10-02"),
    "children without a guardian's way or rules": ("T9-03", "T9-04"),
    "promised days with an open extension": ("T8-02",),
    "no earlier versions": ("A10-02",),
    "one language only": ("A0-07",),
    "reading taken for a yes": ("T3-11",),
    "no time between making and effect": ("T12-03",),
}


@pytest.mark.parametrize("path", SAME_SHAPE)
def test_all_26_kinds_are_found_on_a_text_of_the_usual_shape(path: Path) -> None:
    adopted = adopt_file(path, ["cn-pipl"])
    file = check_policy(load_policy_text(adopted.policy))
    rules = {finding.rule for finding in (*adopted.findings, *file)}
    assert len(KINDS) == 26
    assert {kind: ids for kind, ids in KINDS.items() if not set(ids) <= rules} == {}


def test_every_kind_has_rules_of_its_own() -> None:
    named = [rule for ids in KINDS.values() for rule in ids]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("path", SAME_SHAPE)
def test_findings_about_the_file_stand_where_the_text_says_it(path: Path) -> None:
    """The line of the file that a finding names carries the line of the text."""
    adopted = adopt_file(path, ["cn-pipl"])
    lines = adopted.policy.splitlines()
    where = {finding.rule: lines[finding.line - 1] for finding in check_policy(load_policy_text(adopted.policy))}
    assert "deemed: true  # line 21" in where["T3-11"]
    assert "continued_use: true  # line 121" in where["T10-01"]
    assert "within_group  # line 77" in where["T6-04"]
    assert "egress: none  # line 26" in where["T2-18"]
