"""C10-03, C12-01: every version stays readable under its own address, and anybody can check what was in force when."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime

import pytest
from houses import Houses
from policies import demo
from rooms import ROOMS, Rooms, edition, rows, words

from troth.app.doors import front_of
from troth.clock import SetClock
from troth.errors import StoreError
from troth.policy import Loaded
from troth.policy.versions import Version

OLD, NOW, NEXT = (
    edition("1.0", date(2025, 6, 1)),
    edition("2.0", date(2026, 8, 1)),
    edition("3.0", date(2027, 1, 1)),
)


@pytest.fixture
def rooms(clock: SetClock) -> Rooms:
    clock.move_to(datetime(2026, 11, 24, 3, tzinfo=UTC))
    return Rooms(clock, OLD, NOW, NEXT)


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def test_whoever_hashes_the_data_file_gets_the_fingerprint_on_the_page(rooms: Rooms) -> None:
    for loaded in (OLD, NOW, NEXT):
        page = rooms.get(f"/privacy/policy/{loaded.policy.version}")
        address = f"/privacy/policy/{loaded.policy.version}.json"
        data = rooms.get(address, language="")
        assert f"<code>{loaded.hash}</code>" in page.text
        assert f"curl -s {ROOMS}{address} | sha256sum" in page.text
        assert data.headers["content-type"].startswith("application/json")
        assert sha256(data.body) == loaded.hash
        assert json.loads(data.body)["policy"]["version"] == loaded.policy.version
    assert sha256(rooms.get("/privacy/policy.json", language="").body) == NOW.hash


def test_a_house_serves_the_very_bytes_it_published(houses: Houses) -> None:
    from asking import ask

    house = houses.open()
    data = ask(front_of(house), "/privacy/policy.json", host="127.0.0.1")
    assert sha256(data.body) == house.loaded.hash
    page = ask(front_of(house), "/privacy/policy?lang=en", host="127.0.0.1")
    assert house.loaded.hash in page.text


def test_a_version_is_found_by_number_by_hash_and_by_the_beginning_of_its_hash(rooms: Rooms) -> None:
    for name in ("1.0", OLD.hash, OLD.hash[:16]):
        page = rooms.get(f"/privacy/policy/{name}")
        assert page.status == 200
        assert "This is an earlier version" in page.text
        assert sha256(rooms.get(f"/privacy/policy/{name}.json").body) == OLD.hash
    assert rooms.get(f"/privacy/policy/{OLD.hash[:7]}").status == 404


def test_an_address_made_of_a_hash_may_be_kept_for_ever_and_a_number_may_not(rooms: Rooms) -> None:
    assert "immutable" in rooms.get(f"/privacy/policy/{OLD.hash}.json").headers["cache-control"]
    assert rooms.get("/privacy/policy/1.0.json").headers["cache-control"] == "no-cache"
    assert rooms.get("/privacy/policy.json").headers["cache-control"] == "no-cache"


def test_the_list_says_what_was_in_force_when(rooms: Rooms) -> None:
    listed = rows(rooms.get("/privacy/policy"), "versions")
    assert [row[:3] for row in listed] == [
        ["3.0 to come", "will be, from 1 January 2027", "1 December 2026"],
        ["2.0 in force this page", "1 August 2026 to 31 December 2026", "1 July 2026"],
        ["1.0", "1 June 2025 to 31 July 2026", "1 May 2025"],
    ]
    assert [row[3] for row in listed] == [f"{each.hash[:16]}…" for each in (NEXT, NOW, OLD)]
    assert [row[4] for row in listed] == ["3.0.json", "2.0.json", "1.0.json"]
    chinese = rows(rooms.get("/privacy/policy", "zh-CN"), "versions")
    assert chinese[1][1] == "2026年8月1日 至 2026年12月31日"


def test_an_old_version_says_so_at_the_top_and_leads_to_the_one_in_force(rooms: Rooms) -> None:
    page = rooms.get("/privacy/policy/1.0")
    said = "It was in force from 1 June 2025 to 31 July 2026 and is kept for reference. Version 2.0 is in force now."
    assert said in words(page)
    assert page.text.index("This is an earlier version") < page.text.index("Read these first")
    assert '<a href="/privacy/policy?lang=en">Read the version in effect</a>' in page.text
    assert "earlier version" not in words(rooms.get("/privacy/policy/2.0")).partition("Contents")[0]


def test_a_version_to_come_says_from_when_and_what_holds_until_then(rooms: Rooms) -> None:
    said = "It takes effect on 1 January 2027. Until then version 2.0 applies."
    assert said in words(rooms.get("/privacy/policy/3.0"))


def test_a_number_used_twice_shows_the_text_in_force_and_names_the_other_by_its_fingerprint(clock: SetClock) -> None:
    clock.move_to(datetime(2026, 11, 24, 3, tzinfo=UTC))
    first, again = edition("1.0", date(2026, 8, 1)), edition("1.0", date(2027, 1, 1), ("rights.reply_working_days", 10))
    rooms = Rooms(clock, first, again)
    page = rooms.get("/privacy/policy/1.0")
    assert f"<code>{first.hash}</code>" in page.text
    assert "This number was used more than once" in page.text
    assert f'href="/privacy/policy/{again.hash[:16]}?lang=en"' in page.text
    assert f'<link rel="canonical" href="{ROOMS}/privacy/policy/{first.hash[:16]}">' in page.text
    assert f"<code>{again.hash}</code>" in rooms.get(f"/privacy/policy/{again.hash[:16]}").text
    clock.move_to(datetime(2027, 1, 2, tzinfo=UTC))
    assert f"<code>{again.hash}</code>" in rooms.get("/privacy/policy/1.0").text


def test_a_version_replaced_before_its_first_day_is_listed_as_never_in_force(clock: SetClock) -> None:
    clock.move_to(datetime(2026, 11, 24, 3, tzinfo=UTC))
    hasty, mended = (
        Version(hash=each.hash, policy=each.policy, published_at=datetime(2026, 7, day, tzinfo=UTC))
        for each, day in ((OLD_TYPO, 1), (NOW, 2))
    )
    rooms = Rooms(clock, OLD_TYPO, NOW, versions=[hasty, mended])
    listed = rows(rooms.get("/privacy/policy"), "versions")
    assert listed[1][:2] == ["1.9", "never: replaced before its first day"]
    assert "never applied" in words(rooms.get("/privacy/policy/1.9"))


OLD_TYPO: Loaded = edition("1.9", date(2026, 8, 1))


def test_a_version_that_never_was_leads_to_those_that_were(rooms: Rooms) -> None:
    page = rooms.get("/privacy/policy/9.9canary")
    assert page.status == 404
    assert "That version was never published" in page.text
    assert [row[0] for row in rows(page, "versions")] == ["3.0 to come", "2.0 in force", "1.0"]
    assert "canary" not in page.text
    assert rooms.get("/privacy/policy/9.9.json").status == 404


def test_a_version_whose_number_ends_in_json_has_a_page_and_data(clock: SetClock) -> None:
    odd = edition("1.json", date(2026, 8, 1))
    rooms = Rooms(clock, odd)
    assert rooms.get("/privacy/policy/1.json").headers["content-type"].startswith("text/html")
    assert sha256(rooms.get("/privacy/policy/1.json.json").body) == odd.hash


def test_the_page_names_its_lasting_address_in_every_language(rooms: Rooms) -> None:
    head = rooms.get("/privacy/policy/1.0", "zh-CN").text.partition("</head>")[0]
    assert f'<link rel="canonical" href="{ROOMS}/privacy/policy/1.0">' in head
    for language in ("zh-CN", "en"):
        said = f'<link rel="alternate" hreflang="{language}" href="{ROOMS}/privacy/policy/1.0?lang={language}">'
        assert said in head
    assert '<link rel="alternate" type="application/json" href="/privacy/policy/1.0.json">' in head
    assert "canonical" not in rooms.get("/privacy/policy/9.9").text.partition("</head>")[0]


def test_a_policy_in_one_language_is_offered_in_that_language_alone(clock: SetClock) -> None:
    rooms = Rooms(clock, edition("1.0", date(2026, 8, 1), ("policy.languages", ["en"])))
    page = rooms.get("/privacy/policy", "zh-CN")
    assert page.headers["content-language"] == "en"
    assert "English" in page.text
    assert "简体中文" not in page.text


def test_before_the_first_version_takes_effect_it_can_be_read_as_what_will_be(clock: SetClock) -> None:
    clock.move_to(datetime(2026, 7, 15, tzinfo=UTC))
    page = Rooms(clock).get("/privacy/policy")
    assert page.status == 200
    assert "This version is not in effect yet" in page.text
    assert rows(page, "versions")[0][:2] == ["2026.1 to come this page", "will be, from 1 August 2026"]


def test_trouble_with_the_store_is_said_kindly_and_truthfully(clock: SetClock) -> None:
    def broken(_: str) -> bytes:
        raise StoreError("the disk is gone", "mend it")

    rooms = Rooms(clock, canonical_of=broken)
    assert rooms.get("/privacy/policy").status == 200
    page = rooms.get("/privacy/policy.json")
    assert page.status == 503
    assert page.headers["retry-after"] == "30"
    assert "We cannot show this just now" in page.text
    assert "disk" not in page.text


def test_a_link_in_a_clause_keeps_the_language_and_one_to_elsewhere_is_marked(clock: SetClock) -> None:
    clauses = json.loads(demo().canonical)["clauses"]
    text = "See [cookies](/privacy/cookies#delete), [a site](https://elsewhere.example/a)."
    clauses[1]["body"] = {"en": text, "zh-CN": text}
    page = Rooms(clock, edition("1.0", date(2026, 8, 1), ("clauses", clauses))).get("/privacy/policy", "zh-CN")
    assert '<a href="/privacy/cookies?lang=zh-CN#delete">' in page.text
    assert '<a href="https://elsewhere.example/a" rel="noreferrer noopener">' in page.text


def test_every_link_of_ours_on_every_page_leads_somewhere_and_keeps_the_language(rooms: Rooms) -> None:
    seen: set[str] = set()
    waiting = ["/privacy"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        page = rooms.get(path)
        assert page.status == 200, path
        ids = set(re.findall(r' id="([^"]+)"', page.text))
        for link in re.findall(r'<a[^>]* href="([^"]+)"', page.text):
            if link.startswith("#"):
                assert link[1:] in ids, f"{path}{link}"
            elif link.startswith("/") and not link.endswith(".json"):
                target, _, query = link.partition("#")[0].partition("?")
                assert query == "lang=en", f"{link} on {path}"
                waiting.append(target)
            elif link.endswith(".json"):
                assert rooms.get(link.removeprefix(ROOMS), language="").status == 200, link
    assert {f"/privacy{each}" for each in ("", "/policy", "/policy/1.0", "/cookies", "/sdks", "/collected")} <= seen
