"""The demo company's site in a real browser: every page, both languages, wide and narrow, with and without a script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from consents import demo_policy
from playwright.sync_api import Browser, BrowserContext, Page

from troth.demo.sdk import sdk_app
from troth.demo.site import addresses, site_app
from troth.notice.script import build_script
from troth.pages.answers import Answer, query_of, send_answer
from troth.pages.headers import host_of

pytestmark = pytest.mark.browser

SITE, VENDOR = "www.acme.localhost", "sdk.vendor.localhost"
LANGUAGES = {"en": "Refuse all", "zh-CN": "全部拒绝"}
"""Each language with a word of its banner."""
LOOKS = [("en", 1280, "light"), ("zh-CN", 360, "dark")]
MORE_LOOKS = [("zh-CN", 1280, "light"), ("en", 360, "light"), ("en", 1280, "dark")]
CLOSELY = ("/", "/products/k1", "/jobs/kernel-developer", "/news/quiet-website", "/contact")
VISITS = [(path, *look) for path in addresses() for look in LOOKS]
VISITS += [(path, *look) for path in CLOSELY for look in MORE_LOOKS]


class Company(NamedTuple):
    """The running site and its vendor on one port."""

    port: int

    def address(self, path: str, language: str = "en") -> str:
        return f"http://{SITE}:{self.port}{path}?lang={language}"


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    policy = demo_policy().with_origins([f"http://{SITE}:{port}"])
    site, vendor = site_app(port), sdk_app()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/troth/troth.js":
            body = build_script(policy, "a" * 64, query_of(scope)["lang"])
            await send_answer(scope, send, Answer(body, kind="text/javascript; charset=utf-8"))
        else:
            await (vendor if host_of(scope) == VENDOR else site)(scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield Company(port)
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="module")
def own_browser(start_browser: Callable[..., Browser], company: Company) -> Iterator[Browser]:
    browser = start_browser(f"--host-resolver-rules=MAP *.localhost 127.0.0.1:{company.port},MAP * ~NOTFOUND")
    yield browser
    browser.close()


@pytest.fixture
def open_context(own_browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser context without a past."""
    opened: list[BrowserContext] = []

    def open_one(width: int = 1280, scheme: str = "light", **more: Any) -> BrowserContext:
        size = {"width": width, "height": 800}
        context = own_browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", **more)  # type: ignore[arg-type]
        context.set_default_timeout(8000)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


def overflow_of(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize(("path", "language", "width", "scheme"), VISITS)
def test_a_page_has_no_axe_violation_and_fits(
    company: Company, open_context: Callable[..., BrowserContext], path: str, language: str, width: int, scheme: str
) -> None:
    page = open_context(width, scheme).new_page()
    page.goto(company.address(path, language), wait_until="networkidle")
    assert page.locator("html").get_attribute("lang") == language
    assert page.get_by_role("button", name=LANGUAGES[language]).first.is_visible(), "the banner is looked at too"
    violations = Axe().run(page).response["violations"]
    assert [(found["id"], [node["target"] for node in found["nodes"]]) for found in violations] == []
    assert overflow_of(page) <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_a_choice_no_page_asks_another_host_or_leaves_anything(
    company: Company, open_context: Callable[..., BrowserContext], language: str
) -> None:
    context = open_context()
    page = context.new_page()
    asked: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    for path in addresses():
        page.goto(company.address(path, language), wait_until="networkidle")
    assert len(asked) > 3 * len(addresses())
    assert {urlsplit(url).hostname for url in asked} == {SITE}
    assert context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert troubles == []


def test_every_picture_is_drawn(company: Company, open_context: Callable[..., BrowserContext]) -> None:
    page = open_context().new_page()
    seen = 0
    for path in CLOSELY:
        page.goto(company.address(path))
        pictures = page.evaluate(
            """() => Promise.all([...document.images].map(async (image) => {
                image.loading = "eager";
                await image.decode();
                return image.naturalWidth;
            }))"""
        )
        assert all(pictures)
        seen += len(pictures)
    assert seen > 20


def test_the_frame_waits_and_can_be_loaded_once(company: Company, open_context: Callable[..., BrowserContext]) -> None:
    page = open_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(company.address("/news/quiet-website"), wait_until="networkidle")
    assert not page.locator("iframe").is_visible()
    assert page.get_by_text(VENDOR).locator("visible=true").first.is_visible(), (
        "in its place it says who would learn of the reader"
    )
    assert [url for url in asked if VENDOR in url] == []
    page.get_by_role("button", name="Load once").click()
    page.frame_locator("iframe").get_by_role("heading", name="Visitor Analytics").wait_for()
    assert [urlsplit(url).path for url in asked if VENDOR in url] == ["/board"], "the frame, and not the script"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_vendors_board_has_no_axe_violation_either(
    company: Company, open_context: Callable[..., BrowserContext], language: str, scheme: str
) -> None:
    page = open_context(360, scheme).new_page()
    hit = f"http://{VENDOR}:{company.port}/hit"
    page.request.post(hit.replace(VENDOR, "127.0.0.1"), data='{"id": "a", "page": "/x"}', headers={"Host": VENDOR})
    page.goto(f"http://{VENDOR}:{company.port}/board?lang={language}")
    assert page.get_by_role("row").count() >= 1
    assert Axe().run(page).response["violations"] == []
    assert overflow_of(page) <= 0


@pytest.mark.parametrize("width", [1280, 360])
def test_without_javascript_every_page_reads_and_leads_on(
    company: Company, open_context: Callable[..., BrowserContext], width: int
) -> None:
    page = open_context(width, java_script_enabled=False).new_page()
    for path in addresses():
        page.goto(company.address(path))
        assert page.get_by_role("heading", level=1).is_visible()
        assert page.get_by_role("link", name="Privacy choices").is_visible()
        assert not page.locator("iframe:visible").count()
    page.goto(company.address("/products"))
    page.get_by_role("searchbox").fill("solar")
    page.get_by_role("button", name="Search").click()
    assert page.get_by_text("Nothing found").is_visible()


def test_the_keyboard_reaches_every_link_in_its_order_and_sees_where_it_is(
    company: Company, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(company.address("/products/k1"))
    places = page.locator("a[href], [tabindex='0'], button, input:not([type=hidden])")
    expected = places.count()
    assert expected > 25
    for index in range(expected):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focused.count() == 1, f"stop {index}"
        assert places.nth(index).evaluate("node => node === document.activeElement"), f"stop {index} is out of order"
        look = focused.evaluate("node => getComputedStyle(node).outlineStyle")
        assert look == "solid" or focused.evaluate("node => !!node.closest('.card')"), f"stop {index} shows no focus"


def test_the_skip_link_leads_to_the_text(company: Company, open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(company.address("/"))
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the text"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Meet K1"


def test_the_switch_of_language_stays_on_the_page_and_goes_along(
    company: Company, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(locale="en-US").new_page()
    page.goto(f"http://{SITE}:{company.port}/jobs/kernel-developer")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="简体中文").click()
    page.wait_for_url("**/jobs/kernel-developer?lang=zh-CN")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="产品").click()
    page.wait_for_url("**/products?lang=zh-CN")
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_a_page_prints_without_its_navigation_on_white(
    company: Company, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(scheme="dark").new_page()
    page.goto(company.address("/products/k1"))
    assert page.get_by_role("navigation", name="Main").is_visible()
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Main").is_visible()
    assert page.get_by_role("heading", name="Data sheet").is_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.hero')).backgroundImage") == "none"
