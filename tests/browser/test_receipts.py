"""C8.3-04 in a real browser: a choice is answered with its receipt, and its button saves a file that can be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from demos import Demo
from playwright.sync_api import Browser, BrowserContext, Page, expect

from troth.consent.receipt_check import Checked, check_receipt
from troth.demo.run import ROOMS
from troth.ledger.public_keys import read_public_keys

pytestmark = pytest.mark.browser

NATIVE_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND,EXCLUDE *.localhost"


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


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that runs no script at all."""
    context = chromium.new_context(locale="en", java_script_enabled=False, accept_downloads=True)
    yield context
    context.close()


def saved(page: Page, demo: Demo, folder: Path) -> Checked:
    """Press the button, and check the file with nothing but the keys the site publishes."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the receipt (JSON)").click()
    assert download.value.suggested_filename.startswith("receipt-")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    keys = read_public_keys(demo.fetch("/.well-known/troth-keys.json", ROOMS))
    return check_receipt(file.read_bytes(), keys)


def test_without_a_script_every_decision_can_be_read_and_saved(
    context: BrowserContext, demo: Demo, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(demo.address("/troth/choices?lang=en"))
    page.get_by_role("button", name="Accept all").click()
    expect(page.get_by_role("heading", name="You gave consent")).to_be_visible()
    number = page.locator("dd code").inner_text()
    given = saved(page, demo, tmp_path)
    assert (given.statement.receipt, given.statement.event) == (number, "given")

    page.goto(demo.address("/troth/choices?lang=en"))
    page.get_by_role("button", name="Refuse all").click()
    expect(page.get_by_role("heading", name="You took your consent back")).to_be_visible()
    withdrawn = saved(page, demo, tmp_path)
    assert (withdrawn.statement.event, withdrawn.statement.withdrawn) == ("withdrawn", ["statistics"])
    assert withdrawn.head.size > given.head.size


def test_the_choices_page_lists_this_browsers_receipts_and_shows_each_again(
    context: BrowserContext, demo: Demo, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(demo.address("/troth/choices?lang=en"))
    expect(page.get_by_role("heading", name="This browser's receipts")).to_have_count(0)
    page.get_by_role("button", name="Accept all").click()
    number = page.locator("dd code").inner_text()
    page.goto(demo.address("/troth/choices?lang=en"))
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Show the receipt").click()
    expect(page.get_by_role("heading", name="Your receipt")).to_be_visible()
    assert page.locator("dd code").inner_text() == number
    assert saved(page, demo, tmp_path).statement.receipt == number
    page.goto(demo.address(f"/privacy/receipts/{number}", ROOMS))
    assert number not in page.content(), "the number alone opens nothing"


@pytest.mark.parametrize(
    ("language", "accept", "show"), [("en", "Accept all", "Show"), ("zh-CN", "全部同意", "查看回执")]
)
def test_the_pages_of_receipts_have_no_barrier_and_fit_a_telephone(
    chromium: Browser, demo: Demo, language: str, accept: str, show: str
) -> None:
    for scheme in ("light", "dark"):
        context = chromium.new_context(
            locale=language, color_scheme=scheme, viewport={"width": 360, "height": 780}, bypass_csp=True
        )
        page = context.new_page()
        problems: list[str] = []
        page.on(
            "console", lambda message, kept=problems: kept.append(message.text) if message.type == "error" else None
        )
        page.goto(demo.address(f"/troth/choices?lang={language}"))
        page.get_by_role("button", name=accept).click()
        for _ in range(3):
            found = Axe().run(page).response["violations"]
            assert [each["id"] for each in found] == [], page.url
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            if page.get_by_role("button", name=show).count():
                page.get_by_role("button", name=show).first.click()
            else:
                page.goto(demo.address(f"/troth/choices?lang={language}"))
        assert problems == []
        context.close()
