"""The first visit, whole: a real browser, the demo as it is shipped, and its stores afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from demos import Demo
from houses import load_closed, opened_facts, stored_visits, subject_of
from playwright.sync_api import Browser, BrowserContext, Page

from troth.demo.run import ROOMS, SDK

pytestmark = pytest.mark.browser

NATIVE_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND,EXCLUDE *.localhost"
WORDS = {"en": ("Accept all", "Refuse all"), "zh-CN": ("全部同意", "全部拒绝")}


@pytest.fixture(scope="module")
def chromium(start_browser: Callable[..., Browser]) -> Iterator[Browser]:
    browser = start_browser(NATIVE_NAMES)
    yield browser
    browser.close()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    running = Demo(tmp_path / "demo", "--no-history", "--no-geography")
    yield running
    running.stop()


class Visitor:
    """One browser profile and everything it asked for."""

    def __init__(self, browser: Browser, demo: Demo, language: str) -> None:
        self.demo, self.language = demo, language
        self.context: BrowserContext = browser.new_context(locale=language, timezone_id="Asia/Shanghai")
        self.page: Page = self.context.new_page()
        self.requests: list[tuple[str, str]] = []
        self.context.on("request", lambda request: self.requests.append((request.method, request.url)))

    def go(self, path: str = "/") -> None:
        self.page.goto(self.demo.address(path), wait_until="networkidle")

    def press(self, words: str) -> None:
        """Answer the banner and wait until the answer is stored, and with a yes until the first view is."""
        button = self.page.get_by_role("button", name=words, exact=True).first
        with self.page.expect_response("**/troth/consent"):
            if words in (accept for accept, _ in WORDS.values()):
                with self.page.expect_response("**/troth/collect"):
                    button.click()
            else:
                button.click()
        self.page.wait_for_load_state("networkidle")

    def cookies(self) -> dict[str, str]:
        return {cookie["name"]: cookie["value"] for cookie in self.context.cookies()}

    def stored(self) -> list[Any]:
        """Everything but cookies that a site can leave in a browser."""
        found: list[Any] = self.page.evaluate(
            "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,"
            " (await caches.keys()).length, (await navigator.serviceWorker?.getRegistrations() ?? []).length]"
        )
        return found

    def asked(self, fragment: str) -> list[tuple[str, str]]:
        return [request for request in self.requests if fragment in request[1]]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_before_a_choice_there_is_nothing_but_the_page_and_the_script(
    chromium: Browser, demo: Demo, language: str
) -> None:
    visitor = Visitor(chromium, demo, language)
    visitor.go()
    assert visitor.page.get_by_role("button", name=WORDS[language][0], exact=True).first.is_visible()
    assert visitor.asked("/troth/troth.js")
    assert {method for method, _ in visitor.requests} == {"GET"}
    assert not visitor.asked(SDK)
    assert visitor.cookies() == {}
    assert visitor.stored() == [0, 0, 0, 0, 0]
    assert json.loads(demo.fetch("/hits", SDK)) == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_after_a_refusal_there_is_one_cookie_without_an_identifier_and_no_request(
    chromium: Browser, demo: Demo, language: str
) -> None:
    visitor = Visitor(chromium, demo, language)
    visitor.go()
    visitor.press(WORDS[language][1])
    assert [method for method, _ in visitor.asked("/troth/consent")] == ["POST"]
    before = len(visitor.requests)
    visitor.go("/products")
    visitor.go("/contact")
    assert not [url for method, url in visitor.requests[before:] if method != "GET" or SDK in url]
    assert list(visitor.cookies()) == ["troth"]
    answer, policy, day, granted = visitor.cookies()["troth"].split(".")
    assert (answer, granted, len(policy), len(day)) == ("n", "", 8, 8)
    assert visitor.stored() == [0, 0, 0, 0, 0]
    other = Visitor(chromium, demo, language)
    other.go()
    other.press(WORDS[language][1])
    assert other.cookies() == visitor.cookies(), "two people who refuse look the same"
    demo.stop()
    house = demo.open_stores()
    assert house.visits.still_held() == []
    house.close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_after_consent_the_declared_facts_of_the_visit_are_in_the_stores(
    chromium: Browser, demo: Demo, language: str
) -> None:
    visitor = Visitor(chromium, demo, language)
    visitor.go()
    visitor.press(WORDS[language][0])
    visitor.go("/products?q=risc-v")
    visitor.go("/jobs")
    visitor.page.goto("about:blank")
    assert visitor.asked(f"{SDK}:{demo.port}/va.js")
    assert json.loads(demo.fetch("/hits", SDK))
    token = visitor.cookies()["troth_id"]
    demo.stop()
    house = demo.open_stores(timedelta(minutes=31))
    load_closed(house)
    (visit,) = stored_visits(house, token)
    pages = [row["page"] for row in visit["views"]]
    assert pages == ["/", "/products", "/jobs"]
    assert visit["locale"] == language[:2]
    assert visit["tz"] == "Asia/Shanghai"
    assert visit["cookie_ok"] is True
    assert visit["screen"] == "1024-1439"
    assert all(row["opened_ms"] for row in visit["views"])
    sealed = {key: value for facts in opened_facts(house, token) for key, value in facts.facts.items()}
    assert sealed["ip"] in ("127.0.0.1", "::1")
    assert sealed["search_terms"] == ["risc-v"]
    assert sealed["is_first"] is True
    house.close()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_after_a_withdrawal_nothing_loads_a_beacon_is_refused_and_deletion_is_due(
    chromium: Browser, demo: Demo, language: str
) -> None:
    visitor = Visitor(chromium, demo, language)
    visitor.go()
    visitor.press(WORDS[language][0])
    visitor.go("/products")
    token = visitor.cookies()["troth_id"]
    assert "_va" in visitor.cookies()
    accepted = _send_beacon(visitor, token, "00000000000000a1")
    assert accepted == [204, None]
    visitor.page.locator("[data-troth-open]").first.click()
    visitor.press(WORDS[language][1])
    visitor.page.wait_for_timeout(300)
    before = len(visitor.requests)
    visitor.go("/jobs")
    assert not [url for _, url in visitor.requests[before:] if SDK in url or url.endswith("/collect")]
    assert list(visitor.cookies()) == ["troth"]
    refused = _send_beacon(visitor, token, "00000000000000a2")
    assert refused[0] == 403
    assert refused[1]
    demo.stop()
    house = demo.open_stores()
    assert [duty.kind for duty in house.due_duties()] == ["erase_withdrawn"]
    assert house.due_duties()[0].subject == subject_of(house, token)
    house.close()


def test_the_statistics_page_counts_the_visit_that_is_still_open(chromium: Browser, demo: Demo) -> None:
    visitor = Visitor(chromium, demo, "en")
    visitor.page.goto(demo.address("/console/statistics", ROOMS))
    assert "/products" not in visitor.page.locator("main").inner_text()
    visitor.go()
    visitor.press(WORDS["en"][0])
    visitor.go("/products")
    visitor.page.goto(demo.address("/console/statistics", ROOMS))
    assert "/products" in visitor.page.locator("main").inner_text()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_without_javascript_the_choices_form_does_the_same(chromium: Browser, demo: Demo, language: str) -> None:
    context = chromium.new_context(locale=language, java_script_enabled=False)
    page = context.new_page()
    page.goto(demo.address("/troth/choices"))
    page.get_by_role("button", name=WORDS[language][1]).first.click()
    assert [cookie["name"] for cookie in context.cookies()] == ["troth"]
    page.goto(demo.address("/troth/choices"))
    page.get_by_role("button", name=WORDS[language][0]).first.click()
    assert {cookie["name"] for cookie in context.cookies()} == {"troth", "troth_id"}
    page.goto(demo.address("/troth/choices"))
    page.get_by_role("button", name=WORDS[language][1]).first.click()
    assert [cookie["name"] for cookie in context.cookies()] == ["troth"]
    demo.stop()
    house = demo.open_stores()
    assert [duty.kind for duty in house.due_duties()] == ["erase_withdrawn"]
    house.close()


def _send_beacon(visitor: Visitor, token: str, view: str) -> list[Any]:
    """Send a beacon from the page as the script would; return the status and the reason of a refusal."""
    answer: list[Any] = visitor.page.evaluate(
        """async ([token, view]) => {
            const answer = await fetch("/troth/collect", {method: "POST", credentials: "omit",
                body: JSON.stringify({token, view, seq: 0, engaged_ms: 0, path: "/", facts: {}})});
            return [answer.status, answer.headers.get("x-troth-drop")];
        }""",
        [token, view],
    )
    return answer
