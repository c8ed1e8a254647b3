"""C4-05: with cookies and storage blocked the site works: every page, the question, the plain form; nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from blocked import WHAT_IS_KEPT, browser_on, proxy_to
from demos import Demo
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, expect

from troth.demo.run import ROOMS, SDK, SITE

pytestmark = pytest.mark.browser

PAGES_AT_LEAST = 8


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo") / "demo", "--no-history", "--no-geography")
    yield running
    running.stop()


@pytest.fixture
def ordinary(driver: Playwright, demo: Demo, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser as most people have it."""
    proxy = proxy_to(demo.port, blocked=False)
    with browser_on(driver, tmp_path / "profile", proxy, blocked=False) as context:
        yield context
    proxy.close()


@pytest.fixture
def blocked(driver: Playwright, demo: Demo, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser that keeps nothing; what went wrong in its pages is looked at when the test is over."""
    proxy = proxy_to(demo.port, blocked=True)
    trouble: list[str] = []
    with browser_on(driver, tmp_path / "profile", proxy, blocked=True) as context:
        context.on("weberror", lambda error: trouble.append(str(error.error)))
        context.on("console", lambda line: trouble.append(line.text) if _is_trouble(line) else None)
        yield context
        assert context.cookies() == []
    proxy.close()
    assert trouble == []


def _is_trouble(line: ConsoleMessage) -> bool:
    """Whether a line on the console is an error; a full browser also misses the picture for its tab."""
    return line.type == "error" and not line.location["url"].endswith("/favicon.ico")


def open_page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    return page


def press(page: Page, words: str) -> None:
    with page.expect_response("**/troth/consent"):
        page.get_by_role("button", name=words, exact=True).first.click()
    page.wait_for_load_state("networkidle")


def test_an_ordinary_browser_keeps_the_answer_and_what_scripts_store(ordinary: BrowserContext, demo: Demo) -> None:
    page = open_page(ordinary, demo.address())
    press(page, "Accept all")
    assert {"troth", "troth_id"} <= {cookie["name"] for cookie in ordinary.cookies()}
    assert page.evaluate(WHAT_IS_KEPT) == {"cookie": True, "local": True, "session": True}


def test_the_browser_of_this_file_keeps_nothing_of_either(blocked: BrowserContext, demo: Demo) -> None:
    page = open_page(blocked, demo.address())
    press(page, "Accept all")
    kept = page.evaluate(WHAT_IS_KEPT)
    assert kept == {"cookie": False, "local": "SecurityError", "session": "SecurityError"}
    assert page.evaluate("document.cookie") == ""


def test_every_page_of_the_site_and_of_the_rooms_is_shown(blocked: BrowserContext, demo: Demo) -> None:
    page = blocked.new_page()
    waiting = [demo.address(), demo.address("/privacy", ROOMS), demo.address("/troth/choices")]
    seen: set[str] = set()
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in seen:
            continue
        seen.add(address)
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, address
        if "html" not in (answer.header_value("content-type") or ""):
            continue
        assert page.locator("h1").first.is_visible(), address
        links = page.locator("a[href]").evaluate_all("links => links.map((link) => link.href)")
        waiting += [link for link in links if urlsplit(link).hostname in (SITE, ROOMS) and "?" not in link]
    assert len(seen) >= PAGES_AT_LEAST
    assert {urlsplit(address).hostname for address in seen} == {SITE, ROOMS}


def hits(demo: Demo) -> int:
    """How often the statistics company was told of a visit."""
    return len(json.loads(demo.fetch("/hits", SDK)))


def test_a_refusal_is_taken_and_nothing_loads(blocked: BrowserContext, demo: Demo) -> None:
    page, before = open_page(blocked, demo.address()), hits(demo)
    press(page, "Refuse all")
    expect(page.get_by_role("button", name="Refuse all", exact=True)).to_have_count(0)
    assert hits(demo) == before


def test_a_yes_holds_for_the_page_and_is_asked_for_again_on_the_next(blocked: BrowserContext, demo: Demo) -> None:
    page, before = open_page(blocked, demo.address()), hits(demo)
    with page.expect_response("**/hit"):
        press(page, "Accept all")
    expect(page.get_by_role("button", name="Accept all", exact=True)).to_have_count(0)
    assert hits(demo) == before + 1
    page.goto(demo.address("/products"), wait_until="networkidle")
    assert page.get_by_role("button", name="Accept all", exact=True).first.is_visible()
    assert hits(demo) == before + 1


@pytest.mark.parametrize("words", ["Accept all", "Refuse all"])
def test_the_plain_form_takes_the_answer(blocked: BrowserContext, demo: Demo, words: str) -> None:
    page = open_page(blocked, demo.address("/troth/choices"))
    with page.expect_response(lambda response: response.request.method == "POST") as posted:
        page.get_by_role("button", name=words).first.click()
    assert posted.value.status == 200
    assert page.get_by_role("heading", name="Saved").is_visible()
