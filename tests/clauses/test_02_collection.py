"""Clause 2: what a visit leaves behind, and everything that is dropped on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from houses import (
    Houses,
    agree,
    demo_policy_text,
    load_closed,
    opened_facts,
    seal_everything,
    stored_visits,
    subject_of,
    take,
    view,
)

from troth.collect.drops import NO_CONSENT, UNKNOWN_TOKEN, VISIT_CLOSED
from troth.policy import catalogue

IDLE = timedelta(minutes=31)


def test_a_consented_view_is_found_again_in_its_month_file(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    assert take(house, view(token, 1, path="/products/k1", referrer="https://www.baidu.com/s?wd=chip")) == [None]
    houses.clock.forward(IDLE)
    assert load_closed(house) == 1
    (visit,) = stored_visits(house, token)
    assert [row["page"] for row in visit["views"]] == ["/products/k1"]
    coarse = {key: visit[key] for key in ("browser", "browser_major", "os", "tz", "locale", "screen", "referrer")}
    assert coarse == {
        "browser": "Chrome",
        "browser_major": 156,
        "os": "Windows",
        "tz": "Asia/Shanghai",
        "locale": "zh",
        "screen": "1920-2559",
        "referrer": "www.baidu.com",
    }


def test_without_a_token_we_gave_nothing_is_kept_and_the_refusal_is_counted(houses: Houses) -> None:
    house = houses.open()
    assert take(house, view("f" * 32)) == [UNKNOWN_TOKEN]
    assert house.visits.still_held() == []
    assert [key[1:3] for key in house.drops.take()] == [("C2.1-02", "unknown token")]


def test_a_fact_the_policy_does_not_declare_is_dropped_and_counted_by_a_known_name(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    facts = {"tz": "Asia/Shanghai", "flash": "32.0", "battery": 0.5, "canvas": "abc"}
    assert take(house, view(token, 1, facts=facts)) == [None]
    counted = {(name, number) for (_, _, _, name), number in house.drops.take().items()}
    assert counted == {("flash", 1), ("other", 2)}
    assert "32.0" not in str(house.visits.still_held())


def test_a_fact_switched_off_is_no_longer_kept(houses: Houses) -> None:
    kept = houses.open()
    token = agree(kept)
    take(kept, view(token, 1))
    assert kept.visits.still_held()[0].coarse["tz"] == "Asia/Shanghai"
    houses.close(kept)
    text = demo_policy_text().replace("  tz:\n    precision: coarse", "  tz:\n    precision: off")
    house = houses.open(text)
    houses.clock.forward(IDLE)
    take(house, view(token, 2))
    assert "tz" not in house.visits.current(subject_of(house, token), house.now_ms()).coarse  # type: ignore[union-attr]


def test_every_identifying_fact_is_sealed_and_opens_to_exactly_what_came(houses: Houses) -> None:
    house = houses.open(seal_everything(demo_policy_text()))
    token = agree(house)
    take(
        house,
        view(token, 1, query="?q=secret+chip", referrer="https://intranet.partner.example/x?y"),
        ip="203.0.113.77",
        agent="Canary-Browser/7.7",
    )
    houses.clock.forward(IDLE)
    load_closed(house)
    facts = {key: value for sealed in opened_facts(house, token) for key, value in sealed.facts.items()}
    assert facts["ip"] == "203.0.113.77"
    assert facts["ua_browser"] == "Canary-Browser/7.7"
    assert facts["search_terms"] == ["secret chip"]
    assert facts["referrer"] == "https://intranet.partner.example"
    assert facts["screen"] == "1920x1080"
    assert facts["is_first"] is True


def test_a_sealed_system_never_brings_the_user_agent_along(houses: Houses) -> None:
    house = houses.open(demo_policy_text().replace("\n  os:\n    precision: coarse", "\n  os:\n    precision: sealed"))
    token = agree(house)
    take(house, view(token, 1))
    houses.clock.forward(IDLE)
    load_closed(house)
    facts = {key: value for sealed in opened_facts(house, token) for key, value in sealed.facts.items()}
    assert facts["os"] == "Windows"
    assert "ua_browser" not in facts
    assert "Mozilla" not in str(facts)


def test_identifying_facts_are_sealed_once_a_visit_and_again_only_when_they_change(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1), view(token, 2), view(token, 3))
    (visit,) = house.visits.still_held()
    assert len(visit.seals) == 1
    take(house, view(token, 4), ip="198.51.100.7")
    assert len(visit.seals) == 2
    houses.clock.forward(IDLE)
    load_closed(house)
    assert [facts.facts.get("ip") for facts in opened_facts(house, token)][:2] == ["203.0.113.9", "198.51.100.7"]


def test_a_visit_ends_after_thirty_minutes_without_a_sign_of_life(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1))
    houses.clock.forward(timedelta(minutes=29))
    take(house, view(token, 2))
    houses.clock.forward(timedelta(minutes=30, seconds=1))
    take(house, view(token, 3))
    load_closed(house)
    (closed,) = stored_visits(house, token)
    assert closed["pages"] == 2
    houses.clock.forward(IDLE)
    load_closed(house)
    assert sorted(visit["pages"] for visit in stored_visits(house, token)) == [1, 2]


def test_the_largest_engaged_time_wins_whatever_order_pings_come_in(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    pings = [view(token, 1, seq=seq, engaged_ms=ms) for seq, ms in ((0, 0), (3, 9000), (2, 5000), (3, 9000), (4, 8000))]
    assert take(house, *pings) == [None] * 5
    houses.clock.forward(IDLE)
    load_closed(house)
    (visit,) = stored_visits(house, token)
    assert [row["engaged_ms"] for row in visit["views"]] == [9000]


def test_a_beacon_replayed_a_thousand_times_is_one_row(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    assert take(house, *[view(token, 1)] * 1000) == [None] * 1000
    houses.clock.forward(IDLE)
    load_closed(house)
    assert take(house, view(token, 1)) == [None]
    assert take(house, view(token, 1, seq=9)) == [VISIT_CLOSED]
    houses.clock.forward(IDLE)
    load_closed(house)
    assert house.months.view_ids() == [f"{1:016x}"]


def test_a_replay_after_a_restart_finds_its_row_too(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1), view(token, 2))
    houses.clock.forward(IDLE)
    load_closed(house)
    take(house, view(token, 3))
    houses.close(house)
    again = houses.open()
    assert take(again, view(token, 1), view(token, 3)) == [None, None]
    houses.clock.forward(IDLE)
    load_closed(again)
    assert sorted(again.months.view_ids()) == [f"{number:016x}" for number in (1, 2, 3)]


def test_open_visits_survive_a_restart_and_go_on(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1), view(token, 1, seq=1, engaged_ms=4000))
    houses.close(house)
    again = houses.open()
    houses.clock.forward(timedelta(minutes=5))
    take(again, view(token, 1, seq=2, engaged_ms=6000), view(token, 2))
    houses.clock.forward(IDLE)
    load_closed(again)
    (visit,) = stored_visits(again, token)
    assert [(row["view"], row["engaged_ms"]) for row in visit["views"]] == [(1, 6000), (2, 0)]


def test_the_second_visit_knows_of_the_first_and_only_under_seal(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    first_ms = house.now_ms()
    take(house, view(token, 1))
    houses.clock.forward(IDLE)
    load_closed(house)
    take(house, view(token, 2))
    houses.clock.forward(IDLE)
    load_closed(house)
    late = [sealed.facts for sealed in opened_facts(house, token) if not sealed.view]
    assert late == [{"is_first": True, "freq": 1}, {"prev_visit": first_ms, "is_first": False, "freq": 2}]
    assert [visit["is_first"] for visit in stored_visits(house, token)] == [None, None]


def test_segments_go_when_every_visit_in_them_is_safe_and_not_before(houses: Houses) -> None:
    house = houses.open()
    one, two = agree(house), agree(house)
    take(house, view(one, 1), view(two, 2))
    houses.clock.forward(timedelta(minutes=20))
    take(house, view(two, 3))
    houses.clock.forward(timedelta(minutes=11))
    assert load_closed(house) == 1
    assert list(house.journal.folder.glob("*.segment"))
    houses.clock.forward(IDLE)
    assert load_closed(house) == 1
    assert not list(house.journal.folder.glob("*.segment"))
    assert len(house.months.view_ids()) == 3


def test_a_visit_of_a_person_erased_meanwhile_is_never_loaded(houses: Houses) -> None:
    house = houses.open()
    kept, gone = agree(house), agree(house)
    take(house, view(kept, 1), view(gone, 2))
    assert len(house.visits.still_held()) == 2
    subject = subject_of(house, gone)
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)
    houses.clock.forward(IDLE)
    load_closed(house)
    assert house.months.view_ids() == [f"{1:016x}"]


def test_the_visitor_key_changes_every_month_and_the_subject_stands_in_no_column(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1))
    houses.clock.forward(timedelta(days=20))
    take(house, view(token, 2))
    houses.clock.forward(IDLE)
    load_closed(house)
    first, second = stored_visits(house, token)
    assert first["visitor_key"] != second["visitor_key"]
    assert [first["month"], second["month"]] == ["2026-09", "2026-10"]
    everything = str(first) + str(second)
    assert token not in everything
    assert subject_of(house, token) not in everything


def test_the_clear_columns_are_the_declared_coarse_ones_and_no_other(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1, path="/who/is/this", referrer="https://private.example/me"))
    houses.clock.forward(IDLE)
    load_closed(house)
    (visit,) = stored_visits(house, token)
    clear = str(visit)
    assert visit["entry_page"] == "other"
    assert visit["referrer"] == "other"
    for exact in ("who", "private.example", "203.0.113", "1920x1080", "Safari"):
        assert exact not in clear


@pytest.mark.parametrize("name", ["plugins", "flash", "java_ok"])
def test_facts_no_browser_can_give_any_more_are_in_the_catalogue_as_such(name: str) -> None:
    assert catalogue()[name].available in ("constant", "gone")


def test_someone_who_agreed_to_something_else_only_is_not_counted(houses: Houses) -> None:
    text = demo_policy_text().replace(
        "  respond:\n    title:",
        "  maps:\n    title: {zh-CN: 地图, en: Maps}\n    text: {zh-CN: 显示地图。, en: Show a map.}\n"
        "    basis: consent\n    consent: general\n  respond:\n    title:",
        1,
    )
    house = houses.open(text)
    token = agree(house, {"statistics": False, "maps": True})
    (answer,) = take(house, view(token, 1))
    assert answer in (UNKNOWN_TOKEN, NO_CONSENT)
    assert house.visits.still_held() == []
