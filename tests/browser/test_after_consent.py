"""Clauses 2, 4 and 8: what runs and is sent after a yes, and how all of it ends with a withdrawal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from troth.notice.script import build_script

pytestmark = pytest.mark.browser
VENDOR = "sdk.vendor.localhost"
TOKEN = "ab" * 16
STATISTICS, MAPS = "See how this site is used", "Show maps of another company"


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def accept(page: Page, acme: Any) -> None:
    choose(page, "Accept all")
    acme.wait_for("/troth/collect")
    page.wait_for_function("window.vendorRan")


def hide(page: Page, hidden: bool = True) -> None:
    page.evaluate(
        """hidden => { Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange")); }""",
        hidden,
    )


def test_accepting_is_recorded_with_the_words_that_were_shown(page: Page, acme: Any, loaded: Any) -> None:
    from troth.notice.banner import text_hash

    accept(page, acme)
    [body] = acme.sent_to("/troth/consent")
    assert body == {
        "policy": loaded.hash[:16],
        "lang": "en",
        "layer": 1,
        "how": "banner",
        "purposes": {"statistics": True},  # what is asked for separately, this click says nothing about
        "text": text_hash(loaded.policy, "en"),
        "gpc": False,
    }


def test_the_beacon_says_only_what_the_policy_declares(page: Page, acme: Any) -> None:
    accept(page, acme)
    [body] = acme.sent_to("/troth/collect")
    assert set(body) == {"token", "view", "seq", "engaged_ms", "path", "referrer", "facts"}
    assert (body["token"], body["seq"], body["engaged_ms"], body["path"]) == (TOKEN, 0, 0, "/")
    assert re.fullmatch("[0-9a-f]{16}", body["view"])
    assert set(body["facts"]) == {"tz", "screen", "opened_at"}
    assert (body["facts"]["tz"], body["facts"]["screen"]) == ("Asia/Shanghai", "1280x800")
    readings = set(page.evaluate("window.__reads"))
    assert {"screen.width", "screen.height", "Intl.resolvedOptions"} <= readings
    assert not readings & {"screen.colorDepth", "navigator.cookieEnabled", "navigator.userAgent", "navigator.language"}


def test_the_beacon_carries_no_cookie_and_no_search_words(page: Page, visitor: BrowserContext, acme: Any) -> None:
    accept(page, acme)
    page.goto(acme.address("/products?q=secret&utm_source=x"), wait_until="networkidle")
    acme.wait_for("/troth/collect", 3)
    beacons = [seen for seen in acme.seen if seen.path == "/troth/collect"]
    assert all("Cookie" not in seen.headers for seen in beacons)
    assert beacons[-1].body["path"] == "/products"
    assert "secret" not in json.dumps([seen.body for seen in beacons])


def test_engaged_time_grows_and_is_sent_once_when_the_page_is_hidden(page: Page, acme: Any) -> None:
    accept(page, acme)
    page.mouse.move(50, 50)
    page.wait_for_function("start => performance.now() > start + 120", arg=page.evaluate("performance.now()"))
    hide(page)
    first, second = acme.wait_for("/troth/collect", 2)
    assert (second["view"], second["seq"]) == (first["view"], 1)
    assert second["engaged_ms"] >= 100
    assert "facts" not in second
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    hide(page, False)
    page.wait_for_function("start => performance.now() > start + 60", arg=page.evaluate("performance.now()"))
    hide(page)
    third = acme.wait_for("/troth/collect", 3)[2]
    assert third["seq"] == 2
    assert third["engaged_ms"] > second["engaged_ms"]
    assert len(acme.sent_to("/troth/collect")) == 3


def test_an_idle_page_counts_thirty_seconds_after_the_last_input(visitor: BrowserContext, acme: Any) -> None:
    page = visitor.new_page()
    page.clock.install(time=1_800_000_000)
    page.goto(acme.address())
    choose(page, "Accept all")
    acme.wait_for("/troth/collect")
    page.clock.run_for(5 * 60_000)
    hide(page)
    assert 29_000 <= acme.wait_for("/troth/collect", 2)[1]["engaged_ms"] <= 31_000


def test_leaving_the_page_sends_the_time_spent_on_it(page: Page, acme: Any) -> None:
    accept(page, acme)
    page.mouse.move(60, 60)
    page.get_by_role("link", name="Products").click()
    page.wait_for_url("**/products")
    bodies = acme.wait_for("/troth/collect", 3)
    views = {body["view"] for body in bodies}
    assert len(views) == 2
    left = [body for body in bodies if body["view"] == bodies[0]["view"]]
    assert [body["seq"] for body in left] == [0, 1]
    assert left[1]["engaged_ms"] > 0


@pytest.mark.parametrize("has_navigation_api", [True, False])
def test_a_single_page_site_has_a_view_for_each_address(
    visitor: BrowserContext, acme: Any, has_navigation_api: bool
) -> None:
    if not has_navigation_api:
        visitor.add_init_script("Object.defineProperty(window, 'navigation', { value: undefined });")
    page = visitor.new_page()
    page.goto(acme.address(), referer="https://www.baidu.com/")
    accept(page, acme)
    page.mouse.move(10, 10)
    page.evaluate("history.pushState({}, '', '/products')")
    left, again, new = in_order(acme.wait_for("/troth/collect", 3))
    assert [(body["path"], body["seq"]) for body in (left, again, new)] == [("/", 0), ("/", 1), ("/products", 0)]
    assert left["view"] == again["view"] != new["view"]
    assert [body["referrer"] for body in (left, new)] == ["https://www.baidu.com", ""]
    page.evaluate("history.replaceState({}, '', '/products#part')")
    page.evaluate("history.replaceState({}, '', '/products?sort=price')")
    page.evaluate("history.pushState({}, '', '/products/m1')")
    bodies = in_order(acme.wait_for("/troth/collect", 5))
    assert bodies[-1]["path"] == "/products/m1"
    assert len({body["view"] for body in bodies}) == 3


def in_order(bodies: list[Any]) -> list[Any]:
    """The beacons as they were sent: two that leave together may arrive in either order."""
    return sorted(bodies, key=lambda body: (len(body["path"]), body["seq"]))


def test_a_page_that_comes_back_from_the_cache_is_a_new_view(page: Page, acme: Any) -> None:
    accept(page, acme)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    acme.wait_for("/troth/collect", 3)
    assert len({body["view"] for body in acme.sent_to("/troth/collect")}) == 2


def test_a_collector_that_says_403_hears_nothing_more_from_this_page(page: Page, acme: Any) -> None:
    acme.collect_status = 403
    choose(page, "Accept all")
    acme.wait_for("/troth/collect")
    page.wait_for_load_state("networkidle")
    page.mouse.move(10, 10)
    page.mouse.move(90, 10)
    hide(page)
    page.evaluate("history.pushState({}, '', '/products')")
    page.evaluate("fetch('/troth/marker', { method: 'POST', body: '{}' })")
    acme.wait_for("/troth/marker")
    assert len(acme.sent_to("/troth/collect")) == 1
    acme.collect_status = 204
    page.evaluate("troth.open()")
    choose_in_dialog(page, "Accept all")
    assert len({body["view"] for body in acme.wait_for("/troth/collect", 2)}) == 2, "a new yes is a new view"


def test_a_withdrawal_clears_everything_declared_and_starts_the_page_afresh(
    page: Page, visitor: BrowserContext, acme: Any
) -> None:
    accept(page, acme)
    visitor.add_cookies([{"name": "basket", "value": "1", "url": acme.address()}])
    names = {cookie["name"] for cookie in visitor.cookies()}
    assert names == {"troth", "troth_id", "_va", "_va_42", "basket"}
    assert page.evaluate("localStorage.va_seen") == "1"
    page.get_by_text("Privacy choices").click()
    assert page.get_by_role("switch", name="See how this site is used").is_checked()
    with page.expect_navigation():
        choose(page, "Refuse all")
    page.wait_for_load_state("networkidle")
    body = acme.sent_to("/troth/consent")[-1]
    assert (body["token"], body["purposes"]["statistics"], body["how"], body["layer"]) == (TOKEN, False, "details", 2)
    assert {cookie["name"] for cookie in visitor.cookies()} == {"troth", "basket"}
    assert page.evaluate("localStorage.length") == 0
    assert page.evaluate("window.vendorRan") is None
    before = len(acme.sent_to("/troth/collect"))
    page.goto(acme.address("/products"), wait_until="networkidle")
    assert len(acme.sent_to("/troth/collect")) == before
    assert page.evaluate("window.vendorRan") is None


def test_a_withdrawal_holds_when_the_edge_is_down_and_is_delivered_later(
    page: Page, visitor: BrowserContext, acme: Any
) -> None:
    accept(page, acme)
    acme.is_down = True
    page.get_by_text("Privacy choices").click()
    with page.expect_navigation():
        choose(page, "Refuse all")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.vendorRan") is None
    assert {cookie["name"] for cookie in visitor.cookies()} == {"troth", "troth_id"}
    acme.is_down = False
    acme.seen.clear()
    page.goto(acme.address("/products"), wait_until="networkidle")
    [body] = acme.wait_for("/troth/consent")
    assert (body["token"], body["purposes"]["statistics"]) == (TOKEN, False)
    assert {cookie["name"] for cookie in visitor.cookies()} == {"troth"}
    assert acme.sent_to("/troth/collect") == []


def test_a_partial_withdrawal_that_did_not_arrive_is_told_again_until_it_does(
    page: Page, visitor: BrowserContext, acme: Any
) -> None:
    choose(page, "Choose")
    for title in (STATISTICS, MAPS):
        page.get_by_role("switch", name=title).check()
    choose_in_dialog(page, "Save")
    page.wait_for_function("window.vendorRan && troth.granted('maps')")
    acme.is_down = True
    page.get_by_text("Privacy choices").click()
    page.get_by_role("switch", name=STATISTICS).uncheck()
    with page.expect_navigation():
        choose_in_dialog(page, "Save")
    page.wait_for_load_state("networkidle")
    assert remembered(visitor) == ["y", "~maps"]
    page.goto(acme.address("/products"), wait_until="networkidle")
    assert remembered(visitor) == ["y", "~maps"], "the edge is still down"
    acme.is_down = False
    acme.seen.clear()
    page.goto(acme.address(), wait_until="networkidle")
    [body] = acme.wait_for("/troth/consent")
    assert (body["token"], body["purposes"]) == (TOKEN, {"statistics": False, "maps": True})
    assert remembered(visitor) == ["y", "maps"]
    assert page.evaluate("[troth.granted('statistics'), troth.granted('maps')]") == [False, True]
    page.goto(acme.address("/products"), wait_until="networkidle")
    assert len(acme.sent_to("/troth/consent")) == 1
    assert acme.sent_to("/troth/collect") == []


def remembered(visitor: BrowserContext) -> list[str]:
    """The letter and the list of purposes in the choice cookie."""
    [value] = [str(cookie["value"]) for cookie in visitor.cookies() if cookie["name"] == "troth"]
    letter, _, _, purposes = value.split(".")
    return [letter, purposes]


def test_what_is_told_again_does_not_close_the_choices_that_somebody_opened(
    page: Page, visitor: BrowserContext, acme: Any
) -> None:
    page.goto("about:blank")
    cookies = {"troth": f"y.{acme.policy8}.20990101.~maps", "troth_id": TOKEN}
    visitor.add_cookies([{"name": name, "value": value, "url": acme.address()} for name, value in cookies.items()])
    held: list[Route] = []
    page.route("**/troth/consent", lambda route: held.append(route))
    with page.expect_request("**/troth/consent"):
        page.goto(acme.address())
    page.evaluate("troth.open()")
    with page.expect_response("**/troth/consent"):
        held[0].continue_()
    page.wait_for_load_state("networkidle")
    assert remembered(visitor) == ["y", "maps"]
    assert page.get_by_role("dialog").is_visible()


def test_a_refusal_without_a_consent_before_it_is_never_told_again(
    page: Page, visitor: BrowserContext, acme: Any
) -> None:
    acme.is_down = True
    choose(page, "Refuse all")
    acme.wait_for("/troth/consent")
    page.get_by_role("region").wait_for(state="detached")
    acme.is_down = False
    acme.seen.clear()
    page.goto(acme.address("/products"), wait_until="networkidle")
    assert acme.sent_to("/troth/consent") == []
    assert remembered(visitor) == ["n", ""]


def test_from_a_no_on_the_page_reaches_no_host_but_the_site_and_the_edge(
    visitor: BrowserContext, acme: Any, loaded: Any
) -> None:
    edge = acme.address("/troth", "edge.acme.localhost")
    acme.scripts = {"en": build_script(loaded.policy, loaded.hash, "en", edge)}
    cookies = {"troth": f"y.{acme.policy8}.20990101.statistics", "troth_id": TOKEN}
    visitor.add_cookies([{"name": name, "value": value, "url": acme.address()} for name, value in cookies.items()])
    page = visitor.new_page()
    page.goto(acme.address(), wait_until="networkidle")
    acme.wait_for("/hit", 1, VENDOR)
    page.evaluate(HITS, acme.port)
    acme.wait_for("/hit", 3, VENDOR)
    page.evaluate("hit => addEventListener('pagehide', () => navigator.sendBeacon(hit, 'bye'))", hit(acme))
    held: list[Route] = []
    page.route("**/troth/consent", lambda route: route.continue_() if held else held.append(route))
    page.get_by_text("Privacy choices").click()
    with page.expect_request("**/troth/consent"):
        choose(page, "Refuse all")
    page.evaluate(HITS, acme.port)
    with page.expect_navigation():
        held[0].continue_()
    page.wait_for_load_state("networkidle")
    for body in acme.wait_for("/troth/consent", 2, "edge.acme.localhost"):  # this edge's answers cannot be read
        assert (body["token"], body["purposes"]["statistics"]) == (TOKEN, False)
    page.evaluate("hit => fetch(hit, { method: 'POST', mode: 'no-cors', body: 'last' })", hit(acme))
    acme.wait_for("/hit", 4, VENDOR)
    assert acme.sent_to("/hit", VENDOR) == ["hit", "fetch", "beacon", "last"]


def hit(acme: Any) -> str:
    return str(acme.address("/hit", VENDOR))


HITS = """async port => { const hit = `http://sdk.vendor.localhost:${port}/hit`;
await fetch(hit, { method: "POST", mode: "no-cors", body: "fetch" }).catch(() => 0);
try { navigator.sendBeacon(hit, "beacon"); } catch {} }"""


def test_a_withdrawal_in_one_tab_ends_the_other(page: Page, visitor: BrowserContext, acme: Any) -> None:
    accept(page, acme)
    other = visitor.new_page()
    other.goto(acme.address("/products"), wait_until="networkidle")
    assert other.evaluate("window.vendorRan") == 1
    page.get_by_text("Privacy choices").click()
    with page.expect_navigation():
        choose(page, "Refuse all")
    page.wait_for_load_state("networkidle")
    with other.expect_navigation():
        hide(other, False)
    other.wait_for_load_state("networkidle")
    assert other.evaluate("window.vendorRan") is None


def test_the_script_keeps_the_answer_itself_when_no_header_can(page: Page, visitor: BrowserContext, acme: Any) -> None:
    acme.sets_cookies = False
    accept(page, acme)
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.cookies()}
    assert cookies["troth_id"] == TOKEN
    assert re.fullmatch(rf"y\.{acme.policy8}\.\d{{8}}\.statistics", cookies["troth"])


def test_accepting_all_never_grants_what_is_asked_separately(page: Page, acme: Any) -> None:
    choose(page, "Choose")
    boxes = page.get_by_role("switch")
    assert [boxes.nth(at).is_checked() for at in range(boxes.count())] == [False, False]
    choose_in_dialog(page, "Accept all")
    assert acme.wait_for("/troth/consent")[0]["purposes"] == {"statistics": True, "maps": False}


def test_a_separate_purpose_is_granted_by_its_own_box(page: Page, acme: Any) -> None:
    choose(page, "Choose")
    page.get_by_role("switch", name="Show maps of another company").check()
    choose_in_dialog(page, "Save")
    [body] = acme.wait_for("/troth/consent")
    assert (body["purposes"], body["layer"], body["how"]) == ({"statistics": False, "maps": True}, 2, "details")
    page.wait_for_function("troth.granted('maps')")
    assert page.evaluate("troth.granted('statistics')") is False
    assert acme.sent_to("/troth/collect") == []


def choose_in_dialog(page: Page, name: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def test_a_double_click_is_one_browser(page: Page, acme: Any) -> None:
    page.get_by_role("button", name="Accept all").dblclick()
    first, second = acme.wait_for("/troth/consent", 2)
    assert "token" not in first
    assert second["token"] == TOKEN


def test_a_change_of_mind_before_the_answer_came_is_kept(page: Page, visitor: BrowserContext, acme: Any) -> None:
    with page.expect_navigation():
        page.evaluate(
            """() => { const [yes, no] = ["all", "none"].map(value =>
            document.body.firstElementChild.shadowRoot.querySelector(`button[value=${value}]`));
            yes.click(); no.click(); }"""
        )
    assert len(acme.wait_for("/troth/consent", 2)) == 2
    page.wait_for_load_state("networkidle")
    assert {cookie["name"] for cookie in visitor.cookies()} == {"troth"}
    assert page.evaluate("window.vendorRan") is None


def test_the_page_can_open_the_choices_and_hear_of_changes(page: Page, acme: Any) -> None:
    page.evaluate("troth.onChange(granted => (window.heard = [...granted]))")
    page.evaluate("troth.open()")
    page.get_by_role("switch", name="See how this site is used").check()
    choose_in_dialog(page, "Save")
    page.wait_for_function("window.heard && heard.join() === 'statistics'")


def test_netlog_shows_no_request_but_those_the_server_saw(start_browser: Any, acme: Any, tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    browser = start_browser(f"--log-net-log={log}", "--net-log-capture-mode=Default")
    page = browser.new_page()
    page.goto(acme.address(), wait_until="networkidle")
    page.get_by_role("link", name="Products").click()
    page.wait_for_load_state("networkidle")
    accept(page, acme)
    page.mouse.move(20, 20)
    page.goto(acme.address("/"), wait_until="networkidle")
    acme.wait_for("/troth/collect", 3)
    browser.close()
    posts = [path for method, path in requests_in(log) if method == "POST"]
    assert posts[:1] == ["/troth/consent"]
    assert sorted(set(posts)) == ["/hit", "/troth/collect", "/troth/consent"]
    assert posts.count("/troth/collect") == len(acme.sent_to("/troth/collect"))


def requests_in(log: Path) -> list[tuple[str, str]]:
    """Every request of a NetLog, the ones made while a page unloads included, as method and path."""
    text = log.read_text()
    try:
        events = json.loads(text)
    except ValueError:
        events = json.loads(text.rstrip().rstrip(",") + "]}")
    names = {number: name for name, number in events["constants"]["logEventTypes"].items()}
    started = [event.get("params", {}) for event in events["events"] if names[event["type"]] == "URL_REQUEST_START_JOB"]
    return [
        (params["method"], "/" + params["url"].split("/", 3)[3].split("?")[0])
        for params in started
        if ".localhost" in params.get("url", "")
    ]
