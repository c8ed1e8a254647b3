"""Clause 8.3 and rule 31: receipts as people meet them: after a choice, on the choices page, in the rooms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asking import Reply, ask
from consents import Room, demo_policy, with_purpose
from houses import Houses

from troth.app.doors import front_of
from troth.app.house import House
from troth.app.signing import public_keys
from troth.clock import SetClock
from troth.consent.receipt_check import check_receipt
from troth.errors import StoreError
from troth.web.choices import choices_app

EDGE, ROOMS = "www.acme.localhost", "privacy.acme.localhost"
ORIGIN = f"http://{EDGE}"
LIKE_A_BROWSER = {"origin": ORIGIN, "sec_fetch_site": "same-origin"}


class Visitor:
    """A browser without a script, in front of a whole house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.app = front_of(house)

    def choices(self, lang: str = "en", **headers: str) -> Reply:
        return ask(self.app, f"/troth/choices?lang={lang}", host=EDGE, **headers)

    def send(self, fields: Mapping[str, str], **headers: str) -> Reply:
        sent = {"policy": self.house.loaded.hash[:16], "lang": "en", **fields}
        return ask(self.app, "/troth/choices", host=EDGE, method="POST", fields=sent, **(LIKE_A_BROWSER | headers))

    def press(self, page: Reply, **headers: str) -> Reply:
        """Press the button that downloads the receipt: post its form to where it leads."""
        form = re.search(
            r'<form method="post" action="([^"]*/privacy/receipts/[0-9a-f]{32})"(.*?)</form>', page.text, re.S
        )
        assert form, "there is a button"
        fields = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', form[2]))
        address = form[1].removeprefix(self.house.settings.public_url)
        return self.room(address, fields, origin=ORIGIN, sec_fetch_site="same-site", **headers)

    def room(
        self, address: str, fields: Mapping[str, str] | None = None, method: str = "POST", **headers: str
    ) -> Reply:
        return ask(self.app, address, host=ROOMS, method=method, fields=fields, **headers)


@pytest.fixture
def visitor(houses: Houses) -> Visitor:
    return Visitor(houses.open(public_url=f"http://{ROOMS}"))


def token_in(reply: Reply) -> str:
    pairs = [cookie.split(";")[0].partition("=") for cookie in reply.cookies]
    return {name: value for name, _, value in pairs}.get("troth_id", "")


def number_in(page: str) -> str:
    found = re.search(r"<code>([0-9a-f]{32})</code>", page)
    assert found, "the number is shown"
    return found[1]


# After a choice


def test_the_page_after_a_choice_says_what_was_decided_when_on_which_version_and_the_number(visitor: Visitor) -> None:
    page = visitor.send({"do": "accept"}, sec_gpc="1").text
    words = re.sub(r"<[^>]+>", " ", page)
    for said in (
        "You gave consent", "Visit statistics", "general", "yes", "15 September 2026, 12:00 (Asia/Shanghai)",
        "14 March 2027, 12:00 (Asia/Shanghai)", "version 2026.1", "English", "on the choices page",
        "was on at the time", "The number alone opens nothing.",
    ):  # fmt: skip
        assert said in words, said
    lasting = f"http://{ROOMS}/privacy/policy/{visitor.house.loaded.hash[:16]}?lang=en"
    assert f'<a href="{lasting}">version 2026.1</a>' in page
    shown = visitor.room(lasting.removeprefix(f"http://{ROOMS}"), method="GET")
    assert (shown.status, visitor.house.loaded.hash in shown.text) == (200, True)
    assert len(number_in(page)) == 32
    chinese = visitor.send({"do": "accept", "lang": "zh-CN"}).text
    assert all(
        said in chinese for said in ("给予同意", "访问统计", "一般同意", "第 2026.1 版", "简体中文", "当时未开启")
    )


def test_the_button_downloads_the_signed_file_without_a_script(visitor: Visitor) -> None:
    page = visitor.send({"do": "accept"})
    reply = visitor.press(page)
    number = number_in(page.text)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.headers["content-disposition"] == f'attachment; filename="receipt-{number[:8]}.json"'
    assert reply.headers["cache-control"] == "no-store"
    house = visitor.house
    checked = check_receipt(reply.body, public_keys(house.keys, [house.policy.policy.id]))
    assert (checked.statement.receipt, checked.keys) == (number, ("acme-site/receipts", "acme-site/ledger"))
    body = json.loads(reply.body)
    links = (
        body["pii_processing"]["privacy_notice"]["x_url"],
        body["pii_processing"]["purposes"][0]["withdrawal_method"],
    )
    assert links[0] == f"http://{ROOMS}/privacy/policy/{house.loaded.hash[:16]}"
    assert links[1]["x_url"] == f"{ORIGIN}/troth/choices"
    assert "<script" not in page.text


def test_a_withdrawal_is_receipted_although_the_browser_forgets_its_token(visitor: Visitor) -> None:
    token = token_in(visitor.send({"do": "accept"}))
    page = visitor.send({"do": "refuse", "token": token})
    assert token_in(page) == ""
    assert "You took your consent back" in page.text
    assert "no (taken back)" in page.text
    assert json.loads(visitor.press(page).body)["decision"]["event"] == "withdrawn"


def test_a_no_from_an_unknown_browser_has_no_receipt_and_no_button(visitor: Visitor) -> None:
    page = visitor.send({"do": "refuse"}).text
    assert "You agreed to nothing" in page
    assert "/privacy/receipts/" not in page
    assert "Your receipt" not in page


def test_forms_may_go_to_us_and_to_the_exact_origin_of_the_rooms_and_nowhere_else(visitor: Visitor) -> None:
    for page in (visitor.choices(), visitor.send({"do": "accept"})):
        (allowed,) = re.findall(r"form-action ([^;]*);", page.headers["content-security-policy"])
        assert allowed == f"'self' http://{ROOMS}"
        assert "default-src 'none'" in page.headers["content-security-policy"]


def test_without_rooms_the_receipt_is_shown_and_only_the_button_is_missing(tmp_path: Path, clock: SetClock) -> None:
    room = Room(tmp_path, clock)
    app = choices_app(room.desk, room.versions, room.clock)
    reply = ask(
        app, "/troth/choices", method="POST", fields={"policy": "a" * 16, "lang": "en", "do": "accept"}, origin=ORIGIN
    )
    assert number_in(reply.text)
    assert "Download" not in reply.text
    assert "form-action 'self';" in reply.headers["content-security-policy"]
    room.close()


# On the choices page


def test_a_browser_that_shows_its_token_sees_its_receipts_newest_first(visitor: Visitor, clock: SetClock) -> None:
    token = token_in(visitor.send({"do": "accept"}))
    clock.forward(timedelta(days=1))
    visitor.send({"do": "accept", "token": token})
    page = visitor.choices(cookie=f"troth_id={token}").text
    listed = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td>', page)
    assert listed == [
        ("You confirmed your consent", "16 September 2026, 12:00 (Asia/Shanghai)"),
        ("You gave consent", "15 September 2026, 12:00 (Asia/Shanghai)"),
    ]
    assert 'id="receipts"' in page
    for cookie in ("", "troth_id=" + "f" * 32, f"troth_id={token}; troth_id={'f' * 32}"):
        other = visitor.choices(cookie=cookie)
        assert (other.status, 'id="receipts"' in other.text) == (200, False)


def test_looking_at_the_page_opens_nothing_and_pressing_show_is_a_recorded_reading(visitor: Visitor) -> None:
    token = token_in(visitor.send({"do": "accept"}))
    before = ledger(visitor.house)
    page = visitor.choices(cookie=f"troth_id={token}").text
    assert ledger(visitor.house) == before
    found = re.search(r'<button name="receipt" value="([0-9a-f]{32})">', page)
    assert found
    shown = visitor.send({"receipt": found[1], "token": token})
    assert shown.status == 200
    assert "Your receipt" in shown.text
    assert ledger(visitor.house)[len(before) :] == ["read"]
    assert visitor.press(shown).status == 200


def ledger(house: House) -> list[str]:
    with house.register.reading() as reading:
        return [numbered.entry.kind for numbered in reading.ledger.after()]


def test_somebody_elses_receipt_and_none_at_all_look_alike(visitor: Visitor) -> None:
    mine, others = (token_in(visitor.send({"do": "accept"})) for _ in range(2))
    decision = visitor.house.desk.decisions(mine)[0].decision_id
    assert visitor.send({"receipt": decision, "token": mine}).status == 200
    answers = [
        visitor.send({"receipt": decision, "token": others}),
        visitor.send({"receipt": "f" * 32, "token": mine}),
        visitor.send({"receipt": decision, "token": "f" * 32}),
        visitor.send({"receipt": decision}),
        visitor.send({"receipt": "<canary>", "token": mine}),
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
    assert "canary" not in answers[0].text


def test_a_receipt_is_shown_to_our_own_page_only(visitor: Visitor) -> None:
    token = token_in(visitor.send({"do": "accept"}))
    decision = visitor.house.desk.decisions(token)[0].decision_id
    foreign = visitor.send({"receipt": decision, "token": token}, origin="https://evil.example")
    assert foreign.status == 403


def test_while_processing_is_stopped_the_sealed_copy_stays_closed_and_the_page_says_so(visitor: Visitor) -> None:
    token = token_in(visitor.send({"do": "accept"}))
    desk = visitor.house.desk
    decision = desk.decisions(token)[0].decision_id
    visitor.house.vault.restrict(visitor.house.vault.find("browser", "consent", token)[-1])
    reply = visitor.send({"receipt": decision, "token": token})
    assert (reply.status, "It cannot be shown just now" in reply.text) == (409, True)


def test_the_form_is_shown_without_the_list_when_the_store_is_in_trouble(tmp_path: Path, clock: SetClock) -> None:
    room = Room(tmp_path, clock)
    token = room.agree()

    class Broken:
        decide = room.desk.decide

        def decisions(self, token: str) -> Any:
            raise StoreError("the disk is full", "make room")

        def receipt_of(self, decision_id: str, token: str) -> Any:
            raise StoreError("the disk is full", "make room")

    app = choices_app(Broken(), room.versions, room.clock)
    page = ask(app, "/troth/choices?lang=en", cookie=f"troth_id={token}")
    assert (page.status, "Accept all" in page.text, 'id="receipts"' in page.text) == (200, True, False)
    sent = {"receipt": "f" * 32, "token": token, "lang": "en"}
    reply = ask(app, "/troth/choices", method="POST", fields=sent, origin=ORIGIN)
    assert (reply.status, reply.headers["retry-after"], "disk" in reply.text) == (503, "30", False)
    room.close()


# In the rooms


def held(visitor: Visitor) -> tuple[str, str]:
    page = visitor.send({"do": "accept"})
    return number_in(page.text), token_in(page)


def test_number_and_token_show_the_receipt_in_the_rooms_as_page_and_as_file(visitor: Visitor) -> None:
    number, token = held(visitor)
    page = visitor.room(f"/privacy/receipts/{number}?lang=en", {"token": token})
    assert page.status == 200
    assert number_in(page.text) == number
    assert "You gave consent" in page.text
    assert "<script" not in page.text
    file = visitor.press(page)
    assert json.loads(file.body)["record_id"] == number
    assert visitor.room(f"/privacy/receipts/{number}", {"token": token, "as": "json"}).body[:1] == b"{"


def test_a_number_alone_is_an_unknown_address_and_a_wrong_token_too(visitor: Visitor) -> None:
    """Rule 31: id alone 404, same as unknown."""
    number, token = held(visitor)
    _, others = held(visitor)
    known, unknown = f"/privacy/receipts/{number}?lang=en", f"/privacy/receipts/{'f' * 32}?lang=en"
    assert visitor.room(known, {"token": token}).status == 200, "it is there"
    answers = {
        "get of a known number": visitor.room(known, method="GET"),
        "get of an unknown number": visitor.room(unknown, method="GET"),
        "get of any other address": visitor.room("/privacy/nowhere?lang=en", method="GET"),
        "no token": visitor.room(known, {}),
        "somebody else's token": visitor.room(known, {"token": others}),
        "a token nobody has": visitor.room(known, {"token": "f" * 32}),
        "a malformed token": visitor.room(known, {"token": "F" * 32}),
        "the token as a cookie": visitor.room(known, {}, cookie=f"troth_id={token}; token={token}"),
        "the token in the address": visitor.room(f"{known}&token={token}", {}),
        "an unknown number": visitor.room(unknown, {"token": token}),
        "no number": visitor.room("/privacy/receipts/x?lang=en", {"token": token}),
        "as a file": visitor.room(known, {"token": others, "as": "json"}),
    }
    first = answers["get of an unknown number"]
    for name, answer in answers.items():
        assert (answer.status, answer.body) == (404, first.body), name
        headers = {key: value for key, value in answer.headers.items() if key != "content-length"}
        assert headers == {key: value for key, value in first.headers.items() if key != "content-length"}, name
    assert number not in first.text


def test_asking_for_receipts_is_limited_like_everything_else(houses: Houses) -> None:
    visitor = Visitor(houses.open(public_url=f"http://{ROOMS}", rate_per_s=1, rate_burst=3))
    answers = [visitor.room(f"/privacy/receipts/{'f' * 32}", {"token": "f" * 32}) for _ in range(4)]
    assert [answer.status for answer in answers] == [404, 404, 404, 429]
    assert answers[-1].headers["retry-after"] == "10"


def test_a_form_larger_than_its_limit_is_refused(visitor: Visitor) -> None:
    number, token = held(visitor)
    assert visitor.room(f"/privacy/receipts/{number}", {"token": token, "x": "y" * 3000}).status == 200
    assert visitor.room(f"/privacy/receipts/{number}", {"token": token, "x": "y" * 5000}).status == 413


def test_after_an_erasure_the_rooms_know_nothing_of_it(visitor: Visitor) -> None:
    number, token = held(visitor)
    vault = visitor.house.vault
    subject = vault.find("browser", "consent", token)[-1]
    assert visitor.room(f"/privacy/receipts/{number}", {"token": token}).status == 200
    vault.begin_erasing(subject)
    vault.erase(subject)
    gone = visitor.room(f"/privacy/receipts/{number}?lang=en", {"token": token})
    assert (gone.status, gone.body) == (404, visitor.room("/privacy/nowhere?lang=en", method="GET").body)
    assert visitor.house.desk.evidence(number, "staff:7") is not None


def test_a_store_in_trouble_is_a_truthful_503_in_the_rooms(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    number, token = held(visitor)

    def broken(*_: object) -> None:
        raise StoreError("the disk is full", "make room")

    monkeypatch.setattr(visitor.house.register._commits, "_before_commit", broken)
    reply = visitor.room(f"/privacy/receipts/{number}?lang=en", {"token": token})
    monkeypatch.undo()
    assert (reply.status, "disk" in reply.text) == (503, False)
    assert visitor.room(f"/privacy/receipts/{number}", {"token": token}).status == 200


# A guardian's purpose on the form


@pytest.fixture
def with_children(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    room = Room(tmp_path, clock, with_purpose(demo_policy(), "children", consent="guardian"))
    yield room
    room.close()


def test_the_form_asks_nothing_of_a_child_that_only_a_guardian_can_answer(with_children: Room) -> None:
    app = choices_app(with_children.desk, with_children.versions, with_children.clock)
    sent = {"policy": "a" * 16, "lang": "en", "do": "save", "purpose.statistics": "yes", "purpose.children": "yes"}
    reply = ask(app, "/troth/choices", method="POST", fields=sent, origin=ORIGIN)
    token = token_in(reply)
    (decision,) = with_children.desk.decisions(token)
    assert dict(decision.purposes) == {"statistics": True}, "neither yes nor no to the other"
    refused = ask(app, "/troth/choices", method="POST", fields={**sent, "do": "refuse", "token": token}, origin=ORIGIN)
    assert refused.status == 200
    assert dict(with_children.desk.decisions(token)[0].purposes) == {"statistics": False, "children": False}
