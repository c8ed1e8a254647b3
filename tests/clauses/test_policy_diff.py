"""The difference between two policies leads from one to the other, and a person can read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from edits import edited
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect
from policies import DEMO, GONE, changed, demo
from typer.testing import CliRunner

from troth.cli import app
from troth.policy import Policy
from troth.policy.diff import diff
from troth.policy.diff_words import change_in_words, difference_in_words
from troth.policy.difference import Difference, apply, as_values, difference_of
from troth.words import LANGUAGES, WORDS, Language

seeds = st.integers(0, 2**32)
T = {"zh-CN": "文字", "en": "words"}


def difference(*changes: tuple[str, Any]) -> Difference:
    """Return what differs between the demo's policy and the same with some things changed."""
    return diff(demo().policy, changed(*changes).policy)


def said(*changes: tuple[str, Any], language: Language = "en") -> list[str]:
    return list(difference_in_words(difference(*changes), language))


def parts(kind: inspect.Type) -> dict[str, list[str]]:
    """Return the keys of every group of the model, by its name."""
    found: dict[str, list[str]] = {}
    if isinstance(kind, inspect.StructType):
        found[kind.cls.__name__] = [field.encode_name for field in kind.fields]
        inner = [field.type for field in kind.fields]
    else:
        inner = [*getattr(kind, "types", ())]
        inner += [getattr(kind, name) for name in ("item_type", "value_type") if hasattr(kind, name)]
    for one in inner:
        found |= parts(one)
    return found


# Properties


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([0, 0, 1]), seeds, seeds)
def test_the_difference_leads_from_the_old_policy_to_the_new_one(first: int, one: int, other: int) -> None:
    old, new = edited(one, first=first).policy, edited(other, first=first).policy
    found = diff(old, new)
    assert apply(old, found) == new
    assert bool(found) == (old != new)
    assert apply(new, diff(new, old)) == old


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_a_policy_does_not_differ_from_itself(seed: int) -> None:
    policy = edited(seed).policy
    assert diff(policy, policy) == Difference()


@settings(max_examples=30, deadline=None)
@given(seeds, st.sampled_from(LANGUAGES))
def test_every_difference_has_words_and_json_keeps_it_whole(seed: int, language: Language) -> None:
    old, new = edited(seed, first=0).policy, edited(seed + 1, first=0).policy
    found = diff(old, new)
    assert difference_of(json.loads(json.dumps(as_values(found)))) == found
    lines = list(difference_in_words(found, language))
    assert bool(lines) == bool(found)
    assert all(change_in_words(change, language) for change in found.changes)


def test_even_two_policies_that_share_nothing_have_a_difference() -> None:
    small = edited(1, first=0).policy
    assert apply(demo().policy, diff(demo().policy, small)) == small


def test_steps_that_start_from_another_policy_are_refused() -> None:
    found = difference(("purposes.newsletter", {"title": T, "text": T, "basis": "consent"}))
    back = diff(apply(demo().policy, found), demo().policy)
    with pytest.raises(LookupError):
        apply(demo().policy, back)


def test_what_is_only_written_differently_is_no_difference() -> None:
    assert difference(("consent.gpc_over_consent", "keep"), ("forms.contact.fields.name.kind", GONE)) == Difference()


# Readable for a person


def test_a_value_is_told_with_what_it_was_and_what_it_is() -> None:
    assert said(("rights.reply_working_days", 14)) == ["changed: rights, working days to answer: 15 → 14"]
    assert said(("consent.honour_gpc", False)) == ["changed: consent, listens to the browser's signal: yes → no"]
    assert said(("controller.phone", GONE), ("clauses.11.body", T), ("clauses.11.id", "12a"))[0] == (
        "changed: company in charge, phone: +86 571 0000 0100 → (nothing)"
    )
    assert said(("rights.reply_working_days", 14), language="zh-CN") == ["修改：权利，答复时限（工作日）：15 → 14"]


def test_sections_in_another_order_are_one_line_and_no_text_is_repeated() -> None:
    sections = json.loads(demo().canonical)["clauses"]
    order = [*sections[:9], sections[10], sections[9], *sections[11:]]
    assert said(("clauses", order)) == ["new order: sections: 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 11, 12"]


def test_a_section_that_moved_and_changed_is_told_as_both() -> None:
    sections = json.loads(demo().canonical)["clauses"]
    order = [sections[1], {**sections[0], "title": T}, *sections[2:]]
    lines = said(("clauses", order))
    assert lines[0].startswith("new order: sections: 1, 0, 2")
    assert lines[1].startswith("changed: section 0, title")


def test_a_key_that_was_renamed_is_not_told_as_lost_and_found() -> None:
    place = json.loads(demo().canonical)["places"]["mailbox"]
    assert said(("places.mailbox", GONE), ("places.post", place)) == ["renamed: other places: mailbox → post"]
    moved = {**place, "retention": "applications"}
    assert said(("places.mailbox", GONE), ("places.post", moved)) == [
        "renamed: other places: mailbox → post",
        "changed: place post, term: enquiries → applications",
    ]


def test_a_visit_fact_never_becomes_another_one() -> None:
    lines = said(("facts.plugins", GONE), ("facts.other", {"precision": "off"}))
    assert [line for line in lines if line[0] != " "] == ["removed: visit fact plugins", "added: visit fact other"]


def test_of_a_long_text_only_the_part_that_differs_is_shown() -> None:
    body = json.loads(demo().canonical)["clauses"][8]["body"]["en"]
    assert "Reasonable requests" in body
    head, *shown = said(("clauses.8.body.en", body.replace("Reasonable requests", "Requests")))
    assert head == "changed: section 8, text (English)"
    assert [line[:4] for line in shown] == ["  - ", "  + "]
    assert "Reasonable requests cost" in shown[0]
    assert "Requests cost" in shown[1]
    assert all(len(line) < 100 for line in shown)


def test_words_that_came_into_a_list_or_went_stand_in_one_line() -> None:
    routes = json.loads(demo().canonical)["scope"]["routes"]
    assert said(("scope.routes", [*routes, "/a", "/b"])) == ["added: scope, pages: /a, /b"]
    assert said(("scope.routes", routes[2:])) == ["removed: scope, pages: /, /products"]
    assert said(("scope.routes", routes[::-1]))[0].startswith("new order: scope, pages: /about, /contact")


def test_the_same_change_of_many_facts_is_told_once() -> None:
    facts = json.loads(demo().canonical)["facts"]
    changes = [(f"facts.{key}.retention", "enquiries") for key, fact in facts.items() if "retention" in fact]
    (line,) = said(*changes)
    assert len(changes) > 8
    assert line.endswith(f"… ({len(changes)} in all), term: visits → enquiries")
    assert len(difference(*changes).changes) == len(changes)


def test_a_group_that_is_new_is_shown_whole() -> None:
    lines = said(("purposes.newsletter", {"title": T, "text": T, "basis": "consent"}))
    assert lines[0] == "added: purpose newsletter"
    assert "  basis: consent" in lines
    assert "  title: {zh-CN: 文字, en: words}" in lines


def test_a_measure_whose_words_changed_is_still_that_measure() -> None:
    measure = json.loads(demo().canonical)["security"]["measures"][0]["en"]
    lines = said(("security.measures.0.en", measure + " Always."))
    assert lines[0].startswith("changed: security, measure 1 (English)")
    assert "Always." in "".join(lines)


def test_whoever_classifies_changes_marks_their_lines() -> None:
    found = difference(("rights.reply_working_days", 14), ("contact.phone", "1"))
    lines = difference_in_words(found, "en", lambda change: "material:" if change.path[0] == "rights" else "")
    assert [line.split(" ")[0] for line in lines] == ["material:", "changed:"]


def test_every_key_of_the_policy_file_has_a_name_in_words() -> None:
    keys = {key for group in parts(inspect.type_info(Policy)).values() for key in group}
    assert {"purposes", "class", "guardian_wait_hours"} <= keys
    assert {key for key in keys if f"key.{key}" not in WORDS} == set()


# The command


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["diff", *arguments])
    return done.exit_code, done.output


def test_the_command_says_what_differs_and_exits_1(tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(DEMO.read_text("utf-8").replace('version: "2026.1"', 'version: "2026.2"'))
    code, output = run(str(DEMO), str(new))
    assert code == 1
    first, second, last = output.splitlines()
    assert first.startswith(f"{DEMO} (acme-site 2026.1, {demo().hash[:12]}) → {new} (acme-site 2026.2, ")
    assert (second, last) == ("changed: policy, version: 2026.1 → 2026.2", "differences: 1")


def test_the_command_exits_0_for_the_same_promises_however_written(tmp_path: Path) -> None:
    assert run(str(DEMO), str(DEMO), "--language", "zh-CN")[1].splitlines()[1:] == ["两份政策的承诺相同。"]
    new = tmp_path / "new.yaml"
    new.write_text(DEMO.read_text("utf-8").replace("consent:\n  reask", "consent:\n  gpc_over_consent: keep\n  reask"))
    code, output = run(str(DEMO), str(new))
    assert (code, output.splitlines()[1:]) == (0, ["Both promise the same, written in another way."])


def test_the_json_of_the_command_leads_to_the_new_policy(tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(DEMO.read_text("utf-8").replace("statistics", "figures"))
    code, output = run(str(DEMO), str(new), "--format", "json")
    answer = json.loads(output)
    assert (code, answer["same"], answer["old"]["hash"]) == (1, False, demo().hash)
    from troth.policy import load_policy

    assert apply(demo().policy, difference_of(answer["changes"])) == load_policy(new).policy
    assert "renamed: purposes: statistics → figures" in {step["said"] for step in answer["changes"]}


def test_a_file_that_is_no_policy_is_an_error_of_the_command(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("troth: [")
    from troth.policy import PolicyErrors

    done = CliRunner().invoke(app, ["diff", str(DEMO), str(broken)])
    assert isinstance(done.exception, PolicyErrors)
    assert done.exception.exit_code == 2
