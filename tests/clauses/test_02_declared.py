"""Clause 2: the catalogue of visit facts, and a purpose and an end for everything that is collected."""

from __future__ import annotations

import pytest
from policies import GONE, changed, demo, findings, rules

from troth.policy import catalogue
from troth.policy.known import fact_file
from troth.policy.rules.collected import is_open_ended

DEAD = {"plugins": "constant", "flash": "gone", "java_ok": "constant"}


def test_the_29_numbers_of_the_list_are_facts_duplicates_or_refused() -> None:
    items = sorted(item for fact in catalogue().values() for item in fact.items)
    assert set(items) | {int(number) for number in fact_file().refused} == set(range(1, 30))
    assert catalogue()["os"].items == (5, 18)
    assert fact_file().merged["18"].into == "os"
    assert "29" in fact_file().refused
    assert 29 not in items


def test_what_browsers_no_longer_tell_is_marked_with_the_day_it_ended() -> None:
    dead = {key: fact for key, fact in catalogue().items() if fact.available != "yes"}
    assert {key: fact.available for key, fact in dead.items()} == DEAD
    assert all(fact.since and fact.default == "off" for fact in dead.values())
    assert dead["flash"].since == "2021-01"


def test_every_fact_is_described_in_both_languages() -> None:
    for key, fact in catalogue().items():
        assert set(fact.title) == {"zh-CN", "en"}, key
        assert fact.dpv.startswith(("pd:", "our:")), key
        assert "off" in fact.precisions, key
        assert fact.default in fact.precisions, key
        assert ("coarse" in fact.precisions) == (fact.coarse is not None), key


@pytest.mark.parametrize("key", ["ip", "ua_browser", "visit_id"])
def test_address_agent_and_visit_number_are_personal_information(key: str) -> None:
    assert catalogue()[key].class_ == "pi"


def test_what_needs_an_identifier_needs_consent_and_is_sealed_or_off() -> None:
    needing = {key: fact for key, fact in catalogue().items() if fact.needs_id}
    assert set(needing) == {"prev_visit", "is_first", "freq"}
    assert all(fact.needs_consent and fact.precisions == ("sealed", "off") for fact in needing.values())


def test_the_demo_declares_every_fact_and_collects_those_there_are() -> None:
    policy = demo().policy
    assert set(policy.facts) == set(catalogue())
    assert set(policy.facts) - set(policy.collected_facts) == set(DEAD)
    assert {key for key, fact in policy.facts.items() if fact.is_sealed} == {
        "ip", "search_terms", "prev_visit", "is_first", "freq",
    }  # fmt: skip
    assert policy.facts_for("statistics") == policy.collected_facts
    assert policy.facts_for("security") == {}


def test_what_is_cleared_when_statistics_are_refused_is_named_with_its_patterns() -> None:
    stored = demo().policy.stored_for("statistics")
    assert [one.pattern for one in stored] == ["troth_id", "_va", "_va_*"]
    assert [one.pattern for one in stored if one.covers("_va_2f")] == ["_va_*"]
    assert not any(one.covers("troth") for one in stored)


@pytest.mark.parametrize(
    "name",
    [
        *("other", "other_technologies", "others", "etc", "device.etc", "any", "user.misc", "links, etc.", "device.*"),
        *("including but not limited to names", "其他", "其它信息", "设备信息等", "日志等等", "包括但不限于姓名"),
    ],
)
def test_a_name_with_an_open_end_is_recognised(name: str) -> None:
    assert is_open_ended(name)


@pytest.mark.parametrize(
    "name",
    ["ip", "mother.name", "user.contact.email", "geo", "用户等级", "company", "user.brother", "call.log", "fetch"],
)
def test_a_name_that_only_looks_open_ended_is_not(name: str) -> None:
    assert not is_open_ended(name)


@pytest.mark.parametrize("place", ["sdks.visitor_analytics.data", "recipients.vendor_example.categories"])
def test_an_open_end_is_refused_wherever_kinds_of_information_are_listed(place: str) -> None:
    (found,) = findings((place, ["ip", "其他"]))
    assert (found.rule, found.level, found.path[-1]) == ("T2-04", "error", 1)


def test_an_open_end_is_refused_in_a_form() -> None:
    assert rules(("forms.contact.fields.message.category", "user.other")) == {"T2-04"}


def test_a_misspelt_fact_is_told_the_nearest_one() -> None:
    (found,) = findings(("facts.screeen", {"precision": "off"}))
    assert (found.rule, found.fix) == ("T2-01", 'did you mean "screen"?')


def test_a_fact_that_is_off_needs_neither_purpose_nor_end() -> None:
    assert rules(("facts.geo", {"precision": "off"})) == set()
    assert rules(("facts.geo", {"precision": "coarse"})) == {"T2-02", "T2-03"}


def test_a_fact_read_from_the_device_cannot_rest_on_anything_but_consent() -> None:
    (found,) = findings(("facts.screen.purposes", ["security"]))
    assert (found.rule, found.level) == ("T2-08", "error")
    assert "statutory_duty" in found.what


def test_a_dead_fact_may_be_declared_and_is_noted() -> None:
    (found,) = findings(("facts.java_ok", {"precision": "coarse", "purposes": ["statistics"], "retention": "visits"}))
    assert (found.rule, found.level) == ("T2-06", "note")


@pytest.mark.parametrize("part", ["facts.geo.purposes", "sdks.visitor_analytics.purpose", "forms.contact.purpose"])
def test_a_purpose_that_does_not_exist_is_found_wherever_it_is_named(part: str) -> None:
    value = ["statistcs"] if part.endswith("purposes") else "statistcs"
    found = next(one for one in findings((part, value)) if one.rule == "T2-07")
    assert found.fix == 'did you mean "statistics"?'


@pytest.mark.parametrize("key", ["product", "purpose", "scene", "data", "method", "company", "statement_url"])
def test_none_of_the_seven_columns_of_the_sdk_table_can_be_left_out(key: str) -> None:
    from troth.policy import PolicyErrors

    with pytest.raises(PolicyErrors) as caught:
        changed((f"sdks.visitor_analytics.{key}", GONE))
    assert [(found.rule, f'"{key}"' in found.what) for found in caught.value.findings] == [("T0-11", True)]
