"""The pages in a real browser: zero axe violations, keyboard, 360 px, dark, print, no script (design, section 8)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from consents import Room, Versions, demo_policy, version_of
from msgspec import structs
from playwright.sync_api import Browser, BrowserContext, Page, expect

from troth.clock import SetClock
from troth.console.statistics import console_app
from troth.demo.sdk import sdk_app
from troth.demo.site import site_app
from troth.notice.script import build_script
from troth.pages.answers import Answer, query_of, send_answer
from troth.pages.headers import host_of
from troth.policy import Policy
from troth.policy.versions import Version
from troth.statistics.figures import DayCount, PageCount
from troth.web.choices import choices_app
from troth.web.rooms import rooms_app

pytestmark = pytest.mark.browser

SITE, ROOMS, VENDOR = "www.acme.localhost", "privacy.acme.localhost", "sdk.vendor.localhost"
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PAGES = {
    "policy": (ROOMS, "/privacy/policy"),
    "centre": (ROOMS, "/privacy"),
    "cookies": (ROOMS, "/privacy/cookies"),
    "third parties": (ROOMS, "/privacy/sdks"),
    "collected": (ROOMS, "/privacy/collected"),
    "earlier version": (ROOMS, "/privacy/policy/2025.1"),
    "version to come": (ROOMS, "/privacy/policy/2027.1"),
    "no such version": (ROOMS, "/privacy/policy/none"),
    "missing": (ROOMS, "/nowhere"),
    "choices": (SITE, "/troth/choices"),
    "statistics": ("localhost", "/console/statistics"),
    "home": (SITE, "/"),
    "products": (SITE, "/products?q=vector"),
    "product": (SITE, "/products/k1"),
    "news": (SITE, "/news"),
    "article": (SITE, "/news/upstream"),
    "jobs": (SITE, "/jobs"),
    "about": (SITE, "/about"),
    "contact": (SITE, "/contact"),
}
CLOSELY = ("policy", "centre", "cookies", "third parties", "collected", "choices", "statistics", "home")
EVERY, DIAGONAL = list(product(("en", "zh-CN"), (360, 1280))), [("en", 1280), ("zh-CN", 360)]
VISITS = [(name, *look) for name in PAGES for look in (EVERY if name in CLOSELY else DIAGONAL)]
READ = [name for name, (host, _) in PAGES.items() if host == ROOMS]

LOOK_OF_BUTTONS = """[...document.querySelectorAll("button")].map((button) => {
  const style = getComputedStyle(button), box = button.getBoundingClientRect();
  const { color, backgroundColor, borderColor, fontSize, fontWeight } = style;
  const size = [Math.round(box.width), Math.round(box.height)];
  return [...size, color, backgroundColor, borderColor, fontSize, fontWeight].join();
})"""


class Counts:
    """Ninety days of invented figures."""

    def visits_per_day(self, first: date, last: date) -> list[DayCount]:
        days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
        return [DayCount(day, 20 + day.day, 55 + day.day) for day in days]

    def top_pages(self, first: date, last: date, limit: int) -> list[PageCount]:
        return [PageCount("/", 812), PageCount("/products/k1", 441), PageCount("/news/a-very-long-name-of-a-page", 7)]

    def open_visits(self) -> int:
        return 3


class Pages(NamedTuple):
    """The running pages and the consent desk behind the form."""

    port: int
    room: Room

    def address(self, name: str, language: str = "en") -> str:
        host, path = PAGES[name]
        return f"http://{host}:{self.port}{path}{'&' if '?' in path else '?'}lang={language}"


def other_versions(policy: Policy) -> list[Version]:
    """One version that was replaced, and one to come."""
    dates = (("b", "2025.1", date(2025, 6, 1)), ("c", "2027.1", date(2027, 1, 1)))
    return [
        version_of(
            structs.replace(policy, policy=structs.replace(policy.policy, version=number, issued=on, effective=on)),
            letter,
            datetime(on.year, 1, 1, tzinfo=UTC) if on < NOW.date() else NOW,
        )
        for letter, number, on in dates
    ]


def host_of_pages(port: int, room: Room) -> Any:
    """Everything on one port, told apart by host name."""
    policy = demo_policy().with_origins([f"http://{SITE}:{port}"])
    versions = room.versions = Versions(version_of(policy), *other_versions(policy))
    room.desk._versions = versions  # the port is known only now
    rooms = rooms_app(
        versions,
        room.clock,
        hosts=[ROOMS],
        is_healthy=lambda: True,
        choices_url=f"http://{SITE}:{port}/troth/choices",
        site_url=f"http://{SITE}:{port}",
        rooms_url=f"http://{ROOMS}:{port}",
    )
    choices = choices_app(room.desk, versions, room.clock, policy_url=f"http://{ROOMS}:{port}/privacy/policy")
    console, site, vendor = console_app(Counts(), room.clock, versions), site_app(port), sdk_app()

    async def script(scope: Any, receive: Any, send: Any) -> None:
        body = build_script(policy, "a" * 64, query_of(scope)["lang"])
        await send_answer(scope, send, Answer(body, kind="text/javascript; charset=utf-8"))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        by_host = {ROOMS: rooms, VENDOR: vendor, "localhost": console}
        chosen = by_host.get(host_of(scope))
        if chosen is None:
            chosen = script if scope["path"] == "/troth/troth.js" else site
            chosen = choices if scope["path"].startswith(("/troth/choices", "/troth/static/")) else chosen
        await chosen(scope, receive, send)

    return app


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    room = Room(tmp_path_factory.mktemp("pages"), SetClock(NOW))
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    config = uvicorn.Config(host_of_pages(port, room), lifespan="off", log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield Pages(port, room)
    server.should_exit = True
    thread.join(5)
    room.close()


@pytest.fixture(scope="module")
def own_browser(start_browser: Callable[..., Browser], pages: Pages) -> Iterator[Browser]:
    here = f"127.0.0.1:{pages.port}"
    rules = f"MAP *.localhost {here},MAP localhost {here},MAP * ~NOTFOUND"
    browser = start_browser(f"--host-resolver-rules={rules}")
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


def watch(page: Page) -> list[str]:
    """Everything the console of the page says, failed requests included."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    return said


@pytest.mark.parametrize(("name", "language", "width"), VISITS)
def test_a_page_has_no_axe_violation_in_light_and_dark_fits_and_keeps_its_policy(
    pages: Pages, open_context: Callable[..., BrowserContext], name: str, language: str, width: int
) -> None:
    context = open_context(width)
    page = context.new_page()
    said = watch(page)
    page.goto(pages.address(name, language))
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, {"runOnly": ["color-contrast"]}) == []  # nothing else differs between the two
    assert [line for line in said if "404" not in line] == []
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def violations(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds wrong with a page, rule by rule."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **(options or {})}).response
    assert found["passes"], "axe looked at nothing"
    return [f"{rule['id']}: {[node['html'][:120] for node in rule['nodes']]}" for rule in found["violations"]]


@pytest.mark.parametrize("name", [*READ, "choices", "statistics", "home"])
def test_the_first_tab_offers_to_skip_to_the_text(
    pages: Pages, open_context: Callable[..., BrowserContext], name: str
) -> None:
    page = open_context(java_script_enabled=True).new_page()
    page.route("**/troth.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(pages.address(name))
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to the text"
    box = focused.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_everything_that_can_be_pressed_shows_where_the_keyboard_is(
    pages: Pages, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()
    page.goto(pages.address("choices"))
    seen: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.tagName, s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
        )
        if style[0] == "BODY":
            break
        seen.append(style[0])
        assert style[1] == "solid", style
        assert style[2] >= 2, style
    assert seen.count("BUTTON") == 3
    assert "INPUT" in seen


def test_the_form_is_filled_in_by_keyboard_without_a_script_and_taken_back(
    pages: Pages, open_context: Callable[..., BrowserContext]
) -> None:
    context = open_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages.address("choices"))
    page.get_by_role("radio", name="Yes").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save my choices").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Saved").wait_for()
    cookies = {cookie["name"]: cookie for cookie in context.cookies()}
    assert set(cookies) == {"troth", "troth_id"}
    token = cookies["troth_id"]["value"]
    assert pages.room.desk.standing(token) is not None
    page.goto(pages.address("choices"))
    assert page.get_by_role("radio", name="Yes").is_checked()
    page.get_by_role("button", name="Refuse all").click()
    page.get_by_text("Withdrawn: Visit statistics.").wait_for()
    left = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
    assert set(left) == {"troth"}
    assert left["troth"].startswith("n.")
    assert pages.room.desk.standing(token) is None


def test_another_site_cannot_send_the_form_for_a_visitor(
    pages: Pages, open_context: Callable[..., BrowserContext]
) -> None:
    context = open_context()
    page = context.new_page()
    form = f"""<form method="post" action="{pages.address("choices")}"><input name="policy" value="{"a" * 16}">
        <input name="do" value="accept"><button>go</button></form>"""
    page.route("http://evil.localhost/**", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto("http://evil.localhost/")
    page.get_by_role("button").click()
    page.get_by_role("heading", name="Nothing was stored").wait_for()
    assert context.cookies() == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_three_buttons_of_the_form_are_the_same_size_and_look(
    pages: Pages, open_context: Callable[..., BrowserContext], width: int
) -> None:
    page = open_context(width).new_page()
    page.goto(pages.address("choices"))
    looks = page.evaluate(LOOK_OF_BUTTONS)
    assert len(looks) == 3
    assert len(set(looks)) == 1
    assert page.locator("button").first.bounding_box()["height"] >= 44  # type: ignore[index]


@pytest.mark.parametrize("name", READ)
def test_a_page_of_the_rooms_is_whole_without_a_script_and_asks_nobody_else(
    pages: Pages, open_context: Callable[..., BrowserContext], name: str
) -> None:
    context = open_context(java_script_enabled=False)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages.address(name), wait_until="networkidle")
    assert page.get_by_role("heading", level=1).is_visible()
    assert len(asked) >= 2
    assert [url for url in asked if not url.startswith(f"http://{ROOMS}:{pages.port}/")] == []
    assert context.cookies() == []


@pytest.mark.parametrize("name", ["centre", "cookies", "policy"])
def test_every_link_is_reached_by_keyboard_in_order_and_shows_it(
    pages: Pages, open_context: Callable[..., BrowserContext], name: str
) -> None:
    page = open_context().new_page()
    page.goto(pages.address(name))
    links = page.locator("a[href], button, input, summary").all()
    assert len(links) > 10
    for link in links:
        page.keyboard.press("Tab")
        assert link.evaluate("link => link === document.activeElement"), link.evaluate("link => link.outerHTML")
        assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_the_language_is_kept_from_page_to_page_and_changed_where_one_is(
    pages: Pages, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context(locale="en-GB").new_page()
    page.goto(f"http://{ROOMS}:{pages.port}/privacy")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="简体中文").click()
    for link, title in (("我们收集什么", "我们收集的信息"), ("Cookie", "Cookie 与浏览器存储"), ("第三方", "第三方")):
        page.get_by_role("navigation", name="隐私中心的页面").get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Third parties")
    assert page.url.endswith("/privacy/sdks?lang=en")


def test_the_signal_a_browser_sends_is_shown_on_the_front(
    pages: Pages, open_context: Callable[..., BrowserContext]
) -> None:
    for sent, said in (({}, "does not send the Global Privacy"), ({"Sec-GPC": "1"}, "sends the Global Privacy")):
        page = open_context(extra_http_headers=sent).new_page()
        page.goto(pages.address("centre"))
        assert page.get_by_text(f"Your browser {said} Control signal.").is_visible()
        assert page.locator(".lamp.on").count() == len(sent)


def test_the_policy_prints_whole_without_its_navigation(
    pages: Pages, open_context: Callable[..., BrowserContext]
) -> None:
    page = open_context().new_page()
    page.goto(pages.address("policy"))
    shown_on_screen = (".contents", ".masthead nav >> nth=0", ".foot")
    assert [place for place in shown_on_screen if not page.locator(place).is_visible()] == []
    assert not page.locator(".on-paper").is_visible()
    page.emulate_media(media="print")
    assert [place for place in shown_on_screen if page.locator(place).is_visible()] == []
    assert page.locator("#clause-12").is_visible()
    assert page.locator(".on-paper").inner_text().endswith("/privacy/policy/2026.1")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    after = page.locator(".leaves").first.evaluate("link => getComputedStyle(link, '::after').content")
    assert "https://vendor.example/privacy" in after or "attr(href)" in after


@pytest.mark.parametrize("name", ["policy", "collected", "third parties"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_no_table_is_wider_than_the_paper(
    pages: Pages, open_context: Callable[..., BrowserContext], name: str, language: str
) -> None:
    page = open_context(width=673).new_page()  # A4 without its margins, in CSS pixels
    page.goto(pages.address(name, language))
    page.emulate_media(media="print")
    widths = page.evaluate(
        "[...document.querySelectorAll('table')].map((table) => table.getBoundingClientRect().right)"
    )
    assert widths
    assert max(widths) <= 673


def test_a_register_is_a_table_on_a_wide_screen_and_cards_on_a_narrow_one(
    pages: Pages, open_context: Callable[..., BrowserContext]
) -> None:
    for width, shown in ((1280, "table-row"), (360, "block")):
        page = open_context(width).new_page()
        page.goto(pages.address("policy"))
        row = page.locator("table[aria-labelledby=register-cookies] tbody tr").first
        assert row.evaluate("row => getComputedStyle(row).display") == shown
        assert page.get_by_role("table", name="Cookies").get_by_role("row").count() == len(demo_policy().cookies) + 1


def test_one_drawing_of_a_chart_is_shown_and_its_table_opens(
    pages: Pages, open_context: Callable[..., BrowserContext]
) -> None:
    for width in (1280, 360):
        page = open_context(width).new_page()
        page.goto(pages.address("statistics"))
        assert page.get_by_role("img", name="Visits per day").count() == 1
        page.get_by_text("Show as a table").click()
        assert page.locator(".behind tbody tr").first.is_visible()
        assert page.locator(".behind tbody tr").count() == 30


def test_before_a_choice_the_site_asks_nobody_else(pages: Pages, open_context: Callable[..., BrowserContext]) -> None:
    context = open_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("home", "contact", "products"):
        page.goto(pages.address(name), wait_until="networkidle")
    assert len(asked) > 6
    assert [url for url in asked if not url.startswith(f"http://{SITE}:{pages.port}/")] == []
    assert page.locator("[data-troth=visitor_analytics]").count() == 1
    assert context.cookies() == []
