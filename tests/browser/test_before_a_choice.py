"""Clauses 2 and 4: before a choice and after a refusal nothing is read, stored or sent, and nobody's code is loaded."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec import structs
from playwright.sync_api import BrowserContext, Page

from troth.notice.script import build_script

pytestmark = pytest.mark.browser
VENDOR = "sdk.vendor.localhost"


def readings(page: Page) -> list[str]:
    return page.evaluate("window.__reads")


def device_readings(page: Page) -> list[str]:
    return [reading for reading in readings(page) if reading != "navigator.globalPrivacyControl"]


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_the_spy_notices_what_it_is_there_for(page: Page) -> None:
    page.evaluate("[navigator.userAgent, screen.width, document.referrer, localStorage.length]")
    assert set(readings(page)) >= {"navigator.userAgent", "screen.width", "document.referrer", "storage.length"}


def test_before_a_choice_nothing_is_read_stored_or_sent(page: Page, visitor: BrowserContext, acme: Any) -> None:
    assert page.get_by_role("region", name="Your privacy, your choice").is_visible()
    page.mouse.move(100, 100)
    page.mouse.wheel(0, 200)
    page.goto(acme.address("/products"), wait_until="networkidle")
    assert device_readings(page) == []
    assert page.evaluate("window.__written") == []
    assert visitor.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert {seen.method for seen in acme.seen} == {"GET"}
    assert set(acme.paths("www.acme.localhost")) <= {"/", "/products", "/site.css", "/troth/troth.js", "/favicon.ico"}
    assert acme.paths(VENDOR) == []


def test_a_refusal_leaves_exactly_one_cookie_without_an_identifier(
    page: Page, visitor: BrowserContext, acme: Any
) -> None:
    choose(page, "Refuse all")
    [body] = acme.wait_for("/troth/consent")
    page.get_by_role("region").wait_for(state="detached")
    page.goto(acme.address("/products"), wait_until="networkidle")
    [cookie] = visitor.cookies()
    assert cookie["name"] == "troth"
    assert cookie["value"] == f"n.{acme.policy8}.20990101."
    assert (cookie["path"], cookie["sameSite"], cookie["secure"]) == ("/", "Lax", True)
    assert "token" not in body
    assert body["purposes"] == {"statistics": False, "maps": False}


def test_after_a_refusal_nothing_is_read_or_sent_and_nobody_asks_again(page: Page, acme: Any) -> None:
    choose(page, "Refuse all")
    acme.wait_for("/troth/consent")
    acme.seen.clear()
    page.goto(acme.address("/products"), wait_until="networkidle")
    page.goto(acme.address("/"), wait_until="networkidle")
    assert page.get_by_role("button", name="Refuse all").count() == 0
    assert device_readings(page) == []
    assert {seen.method for seen in acme.seen} == {"GET"}
    assert acme.paths(VENDOR) == []


def test_the_same_page_after_consent_reads_loads_and_sends(page: Page, acme: Any) -> None:
    """The counterpart, so that the tests above can fail."""
    choose(page, "Accept all")
    acme.wait_for("/troth/collect")
    page.wait_for_function("window.vendorRan")
    assert "screen.width" in readings(page)
    assert "/sdk.js" in acme.paths(VENDOR)


def test_a_refusal_holds_when_the_edge_is_down(page: Page, visitor: BrowserContext, acme: Any) -> None:
    acme.is_down = True
    choose(page, "Refuse all")
    acme.wait_for("/troth/consent")
    page.get_by_role("region").wait_for(state="detached")
    [cookie] = visitor.cookies()
    assert re.fullmatch(rf"n\.{acme.policy8}\.\d{{8}}\.", cookie["value"])
    page.goto(acme.address("/products"))
    assert page.get_by_role("button", name="Refuse all").count() == 0


def test_a_yes_that_could_not_be_recorded_switches_nothing_on(page: Page, visitor: BrowserContext, acme: Any) -> None:
    acme.is_down = True
    choose(page, "Accept all")
    page.get_by_role("alert").wait_for()
    assert "not saved" in page.get_by_role("alert").inner_text()
    assert visitor.cookies() == []
    assert acme.paths(VENDOR) == []
    acme.is_down = False
    choose(page, "Accept all")
    page.wait_for_function("window.vendorRan")
    assert page.get_by_role("alert").count() == 0


def test_a_browser_that_says_no_by_gpc_is_not_asked_and_the_no_is_recorded(visitor: BrowserContext, acme: Any) -> None:
    visitor.add_init_script(GPC)
    page = visitor.new_page()
    page.goto(acme.address(), wait_until="networkidle")
    [body] = acme.wait_for("/troth/consent")
    assert (body["how"], body["gpc"], body["purposes"]) == ("gpc", True, {"statistics": False, "maps": False})
    assert page.get_by_role("button", name="Refuse all").count() == 0
    assert set(readings(page)) <= {"navigator.globalPrivacyControl"}
    assert [cookie["name"] for cookie in visitor.cookies()] == ["troth"]
    page.goto(acme.address("/products"), wait_until="networkidle")
    assert len(acme.sent_to("/troth/consent")) == 1


def test_an_explicit_yes_wins_over_gpc(visitor: BrowserContext, acme: Any) -> None:
    visitor.add_init_script(GPC)
    page = visitor.new_page()
    page.goto(acme.address(), wait_until="networkidle")
    page.get_by_text("Privacy choices").click()
    choose(page, "Accept all")
    page.wait_for_function("window.vendorRan")
    page.goto(acme.address("/products"))
    page.wait_for_function("window.vendorRan")
    assert acme.sent_to("/troth/consent")[-1]["gpc"] is True
    assert len(acme.sent_to("/troth/consent")) == 2


@pytest.fixture
def ending(acme: Any, loaded: Any) -> None:
    """The site's policy says that a signal ends a yes that was given without it."""
    rules = structs.replace(loaded.policy.consent, gpc_over_consent="withdraw")
    policy = structs.replace(loaded.policy, consent=rules)
    acme.scripts = {"en": build_script(policy, loaded.hash, "en", "/troth", "/privacy")}


def come_back(visitor: BrowserContext, acme: Any, letter: str) -> Page:
    """A visitor who said yes before and whose browser now says no by itself."""
    cookies = {"troth": f"{letter}.{acme.policy8}.20990101.statistics", "troth_id": "ab" * 16, "_va": "1"}
    visitor.add_cookies([{"name": name, "value": value, "url": acme.address()} for name, value in cookies.items()])
    visitor.add_init_script(GPC)
    page = visitor.new_page()
    page.goto(acme.address(), wait_until="networkidle")
    return page


def names(visitor: BrowserContext) -> set[str]:
    return {str(cookie["name"]) for cookie in visitor.cookies()}


@pytest.mark.usefixtures("ending")
def test_a_signal_that_comes_after_a_yes_ends_it_where_the_policy_says_so(visitor: BrowserContext, acme: Any) -> None:
    page = come_back(visitor, acme, "y")
    [body] = acme.wait_for("/troth/consent")
    assert (body["how"], body["gpc"], body["token"]) == ("gpc", True, "ab" * 16)
    assert body["purposes"] == {"statistics": False, "maps": False}
    assert acme.paths(VENDOR) == []
    assert acme.sent_to("/troth/collect") == []
    assert names(visitor) == {"troth"}, "what the policy declares for the purpose is cleared as well"
    assert page.get_by_role("button", name="Refuse all").count() == 0
    page.goto(acme.address("/products"), wait_until="networkidle")
    assert len(acme.sent_to("/troth/consent")) == 1


@pytest.mark.usefixtures("ending")
def test_a_yes_that_was_given_over_the_signal_stands(visitor: BrowserContext, acme: Any) -> None:
    page = come_back(visitor, acme, "g")
    page.wait_for_function("window.vendorRan")
    assert acme.sent_to("/troth/consent") == []
    assert {"troth", "troth_id", "_va"} <= names(visitor)


def test_a_signal_leaves_an_earlier_yes_alone_unless_the_policy_says_otherwise(
    visitor: BrowserContext, acme: Any
) -> None:
    page = come_back(visitor, acme, "y")
    page.wait_for_function("window.vendorRan")
    assert acme.sent_to("/troth/consent") == []


@pytest.mark.usefixtures("ending")
@pytest.mark.parametrize("sets_cookies", [True, False])
def test_the_cookie_says_which_kind_of_yes_it_was(visitor: BrowserContext, acme: Any, sets_cookies: bool) -> None:
    acme.sets_cookies = sets_cookies
    visitor.add_init_script(GPC)
    page = visitor.new_page()
    page.goto(acme.address(), wait_until="networkidle")
    page.get_by_text("Privacy choices").click()
    choose(page, "Accept all")
    page.wait_for_function("window.vendorRan")
    [value] = [cookie["value"] for cookie in visitor.cookies() if cookie["name"] == "troth"]
    assert re.fullmatch(rf"g\.{acme.policy8}\.\d{{8}}\.statistics", value)


def test_a_page_that_draws_its_body_anew_keeps_the_question(page: Page, acme: Any) -> None:
    page.evaluate("document.body.replaceChildren(document.createElement('main'))")
    assert page.get_by_role("region", name="Your privacy, your choice").is_visible()
    assert page.evaluate("document.body.firstElementChild.shadowRoot !== null")
    choose(page, "Refuse all")
    acme.wait_for("/troth/consent")
    page.get_by_role("region").wait_for(state="detached")
    page.evaluate("document.body.replaceChildren(document.createElement('main'))")
    assert page.get_by_role("region").count() == 0


GPC = """Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { configurable: true, get: () => true });"""


@pytest.mark.parametrize(
    ("cookie", "asked"),
    [
        ("n.{policy8}.20990101.", False),
        ("y.{policy8}.20990101.statistics", False),
        ("n.{policy8}.20200101.", False),  # a no rests as long as its cookie, whatever a later version says
        ("n.00000000.20990101.", True),  # another version, whose answers do not stand
        ("nonsense", True),
        ("y.{policy8}..", True),
    ],
)
def test_who_is_asked_again(visitor: BrowserContext, acme: Any, cookie: str, asked: bool) -> None:
    value = cookie.format(policy8=acme.policy8)
    visitor.add_cookies([{"name": "troth", "value": value, "url": acme.address()}])
    page = visitor.new_page()
    page.goto(acme.address(), wait_until="networkidle")
    assert (page.get_by_role("button", name="Refuse all").count() == 1) is asked
    assert (acme.paths(VENDOR) != []) is value.startswith(f"y.{acme.policy8}.2099")
