"""Clauses 4 and 8 over TLS, with the site, its rooms and another company on three hosts: what a withdrawal takes away.

The browser's own net log is the witness for what was sent, because nothing else shows a beacon sent while a page ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from houses import load_closed, stored_visits
from net_log import Logged, flag, logged_requests, read_net_log
from playwright.sync_api import Browser, BrowserContext, Page
from three_hosts import ROOMS, SITE, STATS, ThreeHosts

pytestmark = pytest.mark.browser

VISITED = ["/", "/products", "/products/k1", "/jobs"]
HIDDEN = {"srv_host", "srv_company", "srv_shop"}
BY_SCRIPT = {"st_visit", "st_company", "st_shop", "st_x_7f3a"}
THIRD = {"uid"}
NEEDED = {"cart"}

# Says on the console when each button was pressed, and what the site's own policy was broken with.
WITNESS = """addEventListener("click", () => console.log("pressed " + Date.now()), true);
addEventListener("securitypolicyviolation", (event) =>
  console.log("violation " + event.violatedDirective + " " + event.disposition + " " + event.blockedURI), true);"""


class Journey:
    """One browser process with a net log of its own, and the site's first page in it."""

    def __init__(self, browser: Browser, log: Path) -> None:
        self.browser, self.log = browser, log
        self.context: BrowserContext = browser.new_context(locale="en-US")
        self.context.set_default_timeout(10_000)
        self.context.add_init_script(WITNESS)
        self.page: Page = self.context.new_page()
        self.seen: list[str] = []
        self.said: list[str] = []
        self.context.on("request", lambda request: self.seen.append(request.url))
        self.context.on("console", lambda message: self.said.append(message.text))
        self.page.goto(f"https://{SITE}/", wait_until="networkidle")

    def answer(self, words: str, then: str) -> None:
        """Press a button of the question and wait for what follows it."""
        with self.page.expect_response(f"**/{then}"):
            self.page.get_by_role("button", name=words, exact=True).first.click()

    def accept(self) -> None:
        """Say yes; wait for the first view, the company's first hit and the server's cookies."""
        with (
            self.page.expect_response("**/troth/collect"),
            self.page.expect_response(re.compile(r"/hit\?")),
            self.page.expect_response("**/api/seen"),
        ):
            self.answer("Accept all", "troth/consent")

    def follow(self, name: str) -> None:
        """Follow a link of the single-page app and wait until the view is stored."""
        with self.page.expect_response("**/troth/collect"):
            self.page.get_by_role("link", name=name, exact=True).click()

    def read_four_pages(self) -> None:
        """The first page, and three more without loading one."""
        for name in ("Products", "K1", "Jobs"):
            self.follow(name)

    def withdraw(self) -> None:
        """Take everything back at the foot of the page and wait until the page was loaded anew."""
        with self.page.expect_event("load"):
            self.page.locator("[data-troth-open]").click()
            self.answer("Refuse all", "troth/consent")
        self.page.wait_for_load_state("networkidle")

    def names(self) -> set[str]:
        """The name of every cookie the browser holds, of whatever host, path and kind."""
        return {cookie["name"] for cookie in self.context.cookies()}

    def stored(self) -> list[list[str]]:
        """The keys of both storages of the site."""
        found: list[list[str]] = self.page.evaluate(
            "[localStorage, sessionStorage].map((one) => Object.keys(one).sort())"
        )
        return found

    def pressed_at(self) -> int:
        """When the last button was pressed, in the browser's own milliseconds."""
        return max(int(line.split()[1]) for line in self.said if line.startswith("pressed "))

    def leave(self) -> Sequence[Logged]:
        """Leave the site, close the browser and return all it asked of the network."""
        self.page.goto("about:blank")
        self.browser.close()
        return logged_requests(self.log)


class Run(NamedTuple):
    """The three hosts, and how to begin a journey to them."""

    hosts: ThreeHosts
    begin: Callable[[], Journey]


@pytest.fixture
def run(tmp_path: Path, start_browser: Callable[..., Browser]) -> Iterator[Run]:
    hosts = ThreeHosts(tmp_path)
    log = tmp_path / "net-log.json"
    yield Run(hosts, lambda: Journey(start_browser(*hosts.flags, flag(log)), log))
    hosts.stop()


def of(host: str, requests: Sequence[Logged]) -> list[Logged]:
    return [request for request in requests if request.host == host]


def violations(journey: Journey) -> list[str]:
    return [line for line in journey.said if line.startswith("violation ")]


def test_a_visit_that_is_agreed_to_is_four_views_and_ends_with_a_beacon_only_the_net_log_shows(run: Run) -> None:
    journey = run.begin()
    assert journey.names() == NEEDED
    assert journey.stored() == [["cart"], []]
    assert not [url for url in journey.seen if STATS in url]
    journey.accept()
    journey.read_four_pages()
    assert journey.names() == NEEDED | HIDDEN | BY_SCRIPT | THIRD | {"troth", "troth_id"}
    assert journey.stored() == [["cart", "st_seen"], ["st_tab"]]
    token = next(cookie["value"] for cookie in journey.context.cookies() if cookie["name"] == "troth_id")
    assert violations(journey) == []
    requests = of(STATS, journey.leave())
    assert {"/sdk.js", "/hit", "/route", "/tick"} <= {request.path for request in requests}
    # The net log sees the company's beacon on leaving; what Playwright saw does not have it.
    assert [request for request in requests if request.path == "/leave" and request.method == "POST"]
    assert not [url for url in journey.seen if "/leave" in url]
    run.hosts.stop()
    house = run.hosts.open_stores(timedelta(minutes=31))
    load_closed(house)
    (visit,) = stored_visits(house, token)
    assert [view["page"] for view in visit["views"]] == ["/", "/products", "/products/*", "/jobs"]
    house.close()


def test_a_withdrawal_takes_every_cookie_of_every_level_and_nothing_is_sent_any_more_not_even_on_leaving(
    run: Run,
) -> None:
    journey = run.begin()
    journey.accept()
    journey.read_four_pages()
    assert journey.names() == NEEDED | HIDDEN | BY_SCRIPT | THIRD | {"troth", "troth_id"}
    assert journey.stored() == [["cart", "st_seen"], ["st_tab"]]
    assert run.hosts.pages_on_disk() == ["/", "/products", "/products/*", "/jobs"]
    # On /jobs no script can see the cookies of /products: only a header that names the path takes them.
    assert "st_shop" not in journey.page.evaluate("document.cookie")
    journey.withdraw()
    pressed_at = journey.pressed_at()
    assert journey.names() == NEEDED | THIRD | {"troth"}
    assert journey.stored() == [["cart"], []]
    assert {cookie["domain"] for cookie in journey.context.cookies() if cookie["name"] in THIRD} == {STATS}
    journey.page.goto(f"https://{SITE}/products", wait_until="networkidle")
    journey.page.goto(f"https://{SITE}/jobs", wait_until="networkidle")
    assert journey.names() == NEEDED | THIRD | {"troth"}
    requests = journey.leave()
    before = [request for request in of(STATS, requests) if request.said("at")]
    assert {"/hit", "/route", "/tick"} <= {request.path for request in before}
    assert [request.url for request in before if int(request.said("at")) > pressed_at] == []
    assert [request.path for request in of(STATS, requests)].count("/sdk.js") == 1
    assert [request.path for request in of(SITE, requests)].count("/jobs") >= 1
    run.hosts.stop()
    house = run.hosts.open_stores(timedelta())
    assert [duty.kind for duty in house.due_duties()] == ["erase_withdrawn"]
    house.close()


def test_a_withdrawal_on_the_plain_form_takes_as_much(run: Run) -> None:
    journey = run.begin()
    journey.accept()
    journey.read_four_pages()
    assert journey.names() >= HIDDEN | BY_SCRIPT
    assert journey.stored() == [["cart", "st_seen"], ["st_tab"]]
    journey.page.goto(f"https://{SITE}/troth/choices")
    journey.page.get_by_role("button", name="Refuse all").first.click()
    journey.page.wait_for_load_state("networkidle")
    assert journey.names() == NEEDED | THIRD | {"troth"}
    assert journey.stored() == [["cart"], []]
    assert violations(journey) == []


def test_the_rooms_are_on_a_host_of_their_own_and_set_no_cookie(run: Run) -> None:
    journey = run.begin()
    assert journey.names() == NEEDED
    journey.page.goto(f"https://{ROOMS}/privacy/policy", wait_until="networkidle")
    assert journey.page.locator("h1").first.is_visible()
    assert [cookie for cookie in journey.context.cookies() if ROOMS in cookie["domain"]] == []
    assert violations(journey) == []


@pytest.mark.parametrize("tail", ["", "]}", '{"params":{"url":"https://cut', '{"type":7,"params":{"method":"GET"'])
def test_a_net_log_that_was_cut_off_is_read_as_far_as_it_goes(tail: str) -> None:
    constants = '{"constants": {"logEventTypes": {"URL_REQUEST_START_JOB": 7}},\n"events": [\n'
    event = '{"type":7,"params":{"method":"POST","url":"https://a.test/leave"}}'
    text = constants + (event if tail == "]}" else event + ",\n") + tail
    events: list[Any] = read_net_log(text)["events"]
    assert [said["params"]["url"] for said in events] == ["https://a.test/leave"]
