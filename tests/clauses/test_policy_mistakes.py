"""Mistakes put into a good policy, one at a time: each is found by its rule, on its line, and nothing else is found."""

from __future__ import annotations

import re

import pytest
from policies import demo
from rule_pages import (
    ROOT,
    WITHOUT_EXAMPLE,
    Mistake,
    Prose,
    examples,
    found_in,
    line_of,
    mistakes,
    prose_examples,
    with_mistake,
)

from troth.policy import check_policy
from troth.policy.adopt import adopt
from troth.policy.adopt.book import PROSE_RULES
from troth.policy.rules.book import RULES

AT_LEAST = 60
MISTAKES = [pytest.param(one, id=f"{number}-{one.rule}") for number, one in enumerate(mistakes())]


def test_the_policy_they_are_put_into_is_a_good_one() -> None:
    assert check_policy(demo()) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_by_its_rule_on_its_line_and_nothing_else_is_found(mistake: Mistake) -> None:
    found = found_in(with_mistake(mistake))
    assert {one.rule for one in found} == {mistake.rule, *mistake.also}
    assert line_of(mistake) in {one.line for one in found if one.rule == mistake.rule}


def test_there_are_many_of_them_and_no_two_are_the_same() -> None:
    texts = {with_mistake(mistake) for mistake in mistakes()}
    assert len(texts) == len(mistakes()) >= AT_LEAST
    assert demo().source.decode() not in texts


@pytest.mark.parametrize("prose", prose_examples(), ids=lambda prose: prose.rule)
def test_a_mistake_in_prose_is_found_by_its_rule_on_its_line(prose: Prose) -> None:
    line = 1 + [line.strip() for line in prose.text.splitlines()].index(prose.at)
    found = adopt(prose.text.encode(), "policy.md").findings
    assert (prose.rule, line) in {(one.rule, one.line) for one in found}


def rules_of_the_loader() -> set[str]:
    """Return the ids that stand in the loader itself: its rules are in no book."""
    files = (ROOT / "src/troth/policy" / name for name in ("yaml12.py", "shape.py", "load.py"))
    return {rule for file in files for rule in re.findall(r'"(T\d+-\d+)"', file.read_text("utf-8"))}


def test_every_rule_has_an_example_or_says_why_not() -> None:
    without = {*RULES, *PROSE_RULES, *rules_of_the_loader()} - set(examples())
    assert without == set(WITHOUT_EXAMPLE), f"no example in mistakes.yaml: {sorted(without - set(WITHOUT_EXAMPLE))}"


def test_the_folder_of_rule_pages_has_a_page_for_each_rule_and_no_other() -> None:
    pages = {path.stem for path in (ROOT / "docs/reference/rules").glob("*.md")}
    assert pages == {*RULES, *PROSE_RULES, *examples(), "README"}


def test_a_page_shows_the_mistake_and_what_was_said_of_it() -> None:
    page = (ROOT / "docs/reference/rules/T2-03.md").read_text("utf-8")
    assert "-    retention: visits" in page
    assert 'error: the fact "geo" has no retention [T2-03]' in page
