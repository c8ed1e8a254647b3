"""Clause 12: days that can be, in the policy's own zone; and how long is longest (C5.2-02)."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from policies import changed, demo, findings, rules

from troth.errors import PolicyError
from troth.policy import PolicyErrors
from troth.policy.kept import Criteria, Retention
from troth.policy.text import Text


def test_a_policy_may_take_effect_on_the_day_after_it_was_made() -> None:
    assert rules(("policy.effective", "2026-07-02")) == set()


def test_taking_effect_on_the_day_it_was_made_is_a_warning_and_before_it_an_error() -> None:
    (same,) = findings(("policy.effective", "2026-07-01"))
    (before,) = findings(("policy.effective", "2026-06-30"))
    assert (same.rule, same.level) == ("T12-03", "warning")
    assert (before.rule, before.level) == ("T12-02", "error")


@pytest.mark.parametrize(
    "day", ["2026-02-29", "2026-13-01", "20260701", "2026-7-1", "1 July 2026", "2026-W27-3", "2026-07-01T00:00", ""]
)
def test_a_day_that_does_not_exist_or_is_written_otherwise_is_refused(day: str) -> None:
    with pytest.raises(PolicyErrors) as caught:
        changed(("policy.issued", day))
    assert [found.rule for found in caught.value.findings] == ["T12-01"]


def test_the_29th_of_february_exists_in_a_leap_year() -> None:
    assert changed(("policy.issued", "2024-02-29")).policy.issued == date(2024, 2, 29)


def test_days_are_counted_in_the_zone_of_the_policy() -> None:
    assert demo().policy.zone == ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("zone", ["Asia/Shangai", "../etc/passwd", "", "Asia", "UTC+8"])
def test_a_zone_that_does_not_exist_is_an_error(zone: str) -> None:
    assert rules(("policy.time_zone", zone)) == {"T12-04"}


def retention(**days: int | None) -> Retention:
    return Retention(criteria=Criteria(**days), after="delete", class_="visits", text=Text(en="x"))


def test_the_longest_of_the_criteria_wins_and_is_named() -> None:
    kept = retention(function_days=30, quality_days=90, agreed_days=None, special_days=60)
    assert (kept.longest_days, kept.decided_by) == (90, "quality")


def test_a_term_without_any_criterion_has_no_length() -> None:
    with pytest.raises(PolicyError, match="for ever"):
        _ = retention().longest_days


@pytest.mark.parametrize("days", [".inf", "forever", -1, 0, 36_526, 1.5, True])
def test_a_term_that_is_no_number_of_days_is_refused_at_load(days: object) -> None:
    with pytest.raises(PolicyErrors) as caught:
        changed(("retention.visits.criteria.function_days", days))
    assert {found.path for found in caught.value.findings} == {("retention", "visits", "criteria", "function_days")}


@pytest.mark.parametrize(("days", "rule"), [(183, {"T5-04"}), (184, set())])
def test_a_network_log_is_kept_for_the_longest_six_calendar_months(days: int, rule: set[str]) -> None:
    assert rules(("retention.network_log.criteria.special_days", days)) == rule
    longest = max((date(2026 + (m > 6), (m + 5) % 12 + 1, 1) - date(2026, m, 1)).days for m in range(1, 13))
    assert longest == 184
