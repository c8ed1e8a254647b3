"""C0-01, C0-02, C8, C10-03: the front of the privacy centre has what people come for, for everybody, at any time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from policies import changed, demo
from rooms import CHOICES, Rooms, edition, words

from troth.clock import SetClock
from troth.policy import Loaded

PAGES = (
    "/privacy", "/privacy/policy", "/privacy/policy/2026.1", "/privacy/cookies", "/privacy/sdks", "/privacy/collected",
)  # fmt: skip
SENT = {"sec_gpc": "1"}


@pytest.fixture
def rooms(clock: SetClock) -> Rooms:
    clock.move_to(datetime(2026, 11, 24, 3, tzinfo=UTC))
    return Rooms(clock)


def test_the_front_leads_to_everything_people_come_for(rooms: Rooms) -> None:
    main = rooms.get().text.partition("<main")[2].partition("</main>")[0]
    doors = {f"/privacy/{page}?lang=en" for page in ("policy", "cookies", "sdks", "collected")}
    doors |= {f"{CHOICES}?lang=en", f"{CHOICES}?lang=en#receipts", "/privacy/policy?lang=en#versions"}
    doors |= {"/privacy/policy.json", "/.well-known/troth-keys.json", "mailto:privacy@acme.example"}
    assert doors <= set(re.findall(r'href="([^"]+)"', main))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Version in force 2026.1", "1 August 2026", "Acme Silicon Co., Ltd.", "Lin Zhiyuan", "15 working days",
                "you may complain to the cyberspace administration or go to court")),
        ("zh-CN", ("现行版本 2026.1", "2026年8月1日", "顶峰芯片有限公司", "林知远", "15 个工作日", "向网信部门投诉")),
    ],
)  # fmt: skip
def test_the_front_says_who_we_are_since_when_and_where_to_complain(
    rooms: Rooms, language: str, said: tuple[str, ...]
) -> None:
    page = words(rooms.get("/privacy", language))
    assert [text for text in said if text not in page] == []


def test_the_front_announces_the_version_to_come(clock: SetClock) -> None:
    clock.move_to(datetime(2026, 11, 24, 3, tzinfo=UTC))
    rooms = Rooms(clock, edition("1.0", date(2026, 8, 1)), edition("2.0", date(2027, 1, 1)))
    assert "Next version 2.0, from 1 January 2027" in words(rooms.get())


def test_the_signal_of_this_very_request_is_shown_with_what_it_does(rooms: Rooms) -> None:
    heard, silent = rooms.get(**SENT), rooms.get()
    assert "Your browser sends the Global Privacy Control signal." in words(heard)
    assert "We treat it as your no to the following, unless you expressly agree" in words(heard)
    assert "on this site: Visit statistics." in words(heard)
    assert "Your browser does not send the Global Privacy Control signal." in words(silent)
    for page in (heard, silent):
        assert "Sec-GPC" in [name.strip() for name in page.headers["vary"].split(",")]


@pytest.mark.parametrize("value", ["0", "true", "11", "", "1, 1"])
def test_a_signal_with_any_other_value_counts_as_none(rooms: Rooms, value: str) -> None:
    assert "does not send the Global Privacy Control signal" in words(rooms.get(sec_gpc=value))


@pytest.mark.parametrize(
    ("loaded", "said"),
    [
        (changed(("consent.honour_gpc", False)), "This site does not take it as an answer by itself"),
        (changed(("consent.gpc_over_consent", "withdraw")), "A yes you gave without the signal ends"),
        (changed(("purposes.statistics.basis", "other_law")), "Nothing on this site rests on your consent"),
    ],
)
def test_what_is_said_of_the_signal_is_what_the_policy_says(clock: SetClock, loaded: Loaded, said: str) -> None:
    assert said not in words(Rooms(clock).get(**SENT))
    assert said in words(Rooms(clock, loaded).get(**SENT))


def test_the_front_works_before_the_first_version_takes_effect(clock: SetClock) -> None:
    clock.move_to(datetime(2026, 7, 15, tzinfo=UTC))
    page = Rooms(clock).get()
    assert page.status == 200
    assert "This version is not in effect yet" in words(page)
    assert "Version to come 2026.1" in words(page)
    assert "not in effect yet" in words(Rooms(clock).get("/privacy/collected"))


def test_the_front_works_before_anything_is_published(clock: SetClock) -> None:
    rooms = Rooms(clock, versions=[])
    front = rooms.get(**SENT)
    assert front.status == 200
    assert "There is no policy yet" in words(front)
    assert "Your browser sends the Global Privacy Control signal." in words(front)
    for path in PAGES[1:]:
        page = rooms.get(path)
        assert page.status == 404
        assert "There is no policy yet" in words(page)


@pytest.mark.parametrize("path", [*PAGES, "/privacy/policy.json", "/health", "/nowhere", "/.well-known/gpc.json"])
def test_asking_for_the_headers_alone_gives_those_of_the_page(rooms: Rooms, path: str) -> None:
    whole, head = rooms.get(path), rooms.get(path, method="HEAD")
    assert whole.body
    assert head.body == b""
    assert head.status == whole.status
    assert head.headers == whole.headers


@pytest.mark.parametrize("path", PAGES)
def test_a_page_may_be_stored_by_nobody_and_says_what_it_depends_on(rooms: Rooms, path: str) -> None:
    page = rooms.get(path)
    assert page.headers["cache-control"] == "no-store"
    assert "Accept-Language" in page.headers["vary"]
    assert page.cookies == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_title_and_no_heading_skips_a_level(rooms: Rooms, path: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", rooms.get(path).text)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", PAGES)
def test_every_table_says_in_a_caption_what_it_is(rooms: Rooms, path: str) -> None:
    page = rooms.get(path).text
    assert path == "/privacy" or "<table" in page
    assert page.count("<table") == page.count("<caption")


@pytest.mark.parametrize("path", ["/nowhere", "/privacy/nowhere", "/privacy/policy/a/b", "/static/none.css/x"])
def test_an_unknown_address_gets_a_page_that_helps(rooms: Rooms, path: str) -> None:
    page = rooms.get(f"{path}canary")
    assert page.status == 404
    assert "There is no such page" in words(page)
    assert 'href="/privacy?lang=en"' in page.text
    assert "canary" not in page.text


def test_another_method_gets_a_page_that_says_so(rooms: Rooms) -> None:
    page = rooms.get("/privacy/cookies", method="DELETE")
    assert page.status == 405
    assert "This page does not take that" in words(page)


def test_a_house_without_a_choices_form_leaves_its_links_out(clock: SetClock) -> None:
    assert "choices" in Rooms(clock).get().text
    assert demo().policy.consent_purposes
    for path in PAGES:
        assert "choices" not in Rooms(clock, choices_url="").get(path).text.partition("<main")[0]
