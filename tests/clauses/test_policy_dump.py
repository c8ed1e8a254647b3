"""A policy that is written to a file and read again is the same policy, to the last sign."""

from __future__ import annotations

from pathlib import Path

import pytest
from edits import BEGINNINGS, TEXTS, edited, policies
from hypothesis import given, settings

from troth.policy import Loaded, load_policy, load_policy_text
from troth.policy.dump import dump, dump_values
from troth.policy.tree import policy_of, tree_of
from troth.policy.yaml12 import read_yaml


@settings(max_examples=80, deadline=None)
@given(policies)
def test_what_is_written_is_read_back_as_the_same_policy(loaded: Loaded) -> None:
    again = load_policy_text(dump(loaded.policy))
    assert again.policy == loaded.policy
    assert load_policy_text(dump(again.policy)).hash == again.hash


@settings(max_examples=80, deadline=None)
@given(policies)
def test_a_file_that_is_written_again_keeps_its_hash(loaded: Loaded) -> None:
    again = load_policy_text(dump(loaded))
    assert (again.hash, again.policy) == (loaded.hash, loaded.policy)


def test_the_random_policies_are_many_and_not_the_ones_they_came_from() -> None:
    begun = {load_policy(path).hash for path in BEGINNINGS}
    hashes = {edited(seed).hash for seed in range(60)}
    assert len(hashes - begun) > 30


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_a_text_stays_the_text_it_is_as_value_and_as_key(text: str) -> None:
    values = {text: text, "list": [text, [text]], "inner": {text: {text: text}}}
    assert read_yaml(dump_values(values)).values == values


@pytest.mark.parametrize("path", BEGINNINGS, ids=lambda path: path.name)
def test_the_values_of_a_policy_make_the_policy_again(path: Path) -> None:
    policy = load_policy(path).policy
    assert policy_of(tree_of(policy)) == policy
    assert policy_of(tree_of(policy, left_out=False)) == policy


def test_the_file_keeps_its_order_and_short_groups_stand_in_one_line() -> None:
    lines = dump(load_policy(BEGINNINGS[1])).decode().splitlines()
    assert [line for line in lines if line[:1] not in ("", " ")][:5] == [
        "troth: 1",
        "policy:",
        "controller:",
        "scope:",
        "law: [cn-pipl]",
    ]
    assert "  title: {zh-CN: 顶峰芯片网站隐私政策, en: Acme Silicon website privacy policy}" in lines
    assert "  issued: 2026-07-01" in lines
