"""Clause 2.3: a vendor's snippet as `troth snippet` prints it: hushed before a yes, its own after, hushed again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from playwright.sync_api import BrowserContext, Page

from troth.notice.script import build_script
from troth.notice.snippets import VENDORS, Snippet, header_lines, page_lines, policy_lines
from troth.policy import Loaded, load_policy_text

pytestmark = pytest.mark.browser
HOST = "stats.vendor.localhost"

# What a vendor's code does with what waits for it, and with each later call. It says so in `told` and to its host.
TELL = """const home = new URL("/hit", document.currentScript.src);
const tell = (...call) => {
  (window.told = window.told || []).push(JSON.stringify(call));
  fetch(home, { method: "POST", mode: "no-cors" });
};"""
CODE = {
    "baidu": ("/hm.js", "_hmt.forEach(call => tell(...call)); _hmt = { push: call => tell(...call) }; tell('view');"),
    "ga": (
        "/gtag/js",
        "const hear = call => tell(...(call.length ? call : [call.event]));"
        "dataLayer.forEach(hear); dataLayer.push = hear;",
    ),
    "matomo": ("/matomo.js", "_paq.forEach(call => tell(...call)); _paq = { push: call => tell(...call) };"),
    "umami": (
        "/script.js",
        "if (!window.umami) window.umami = { track: async name => tell('track', name), identify: tell };"
        "tell('view', document.currentScript.dataset.websiteId);",
    ),
}
SNIPPET_TELLS = {
    "baidu": [["view"]],
    "ga": [["js", "DATE"], ["config", "id-1"]],
    "matomo": [
        ["trackPageView"],
        ["enableLinkTracking"],
        ["setTrackerUrl", "ORIGIN/matomo.php"],
        ["setSiteId", "id-1"],
    ],
    "umami": [["view", "id-1"]],
}
# The ways in which a site's own pages call each vendor; WHEN says when.
CALLS = {
    "baidu": ["_hmt.push(['_trackEvent', 'WHEN'])"],
    "ga": ["gtag('event', 'WHEN')", "dataLayer.push({ event: 'WHEN' })"],
    "matomo": ["_paq.push(['trackEvent', 'WHEN'])"],
    "umami": ["umami.track('WHEN')"],
}
MORE_CALLS = {
    "baidu": "_hmt.push(['_setAutoPageview', false]); _hmt.length",
    "ga": "gtag('consent', 'default', {}); gtag('set', { a: 1 }); [...dataLayer]; dataLayer.length = 0;",
    "matomo": "_paq.push([function () { this.getVisitorId(); }]); Matomo.getTracker('x', 1).trackPageView();",
    "umami": "umami.track(); umami.track(props => ({ ...props, a: 1 })); umami.identify({ a: 1 });",
}
Visit = Callable[..., Page]


@pytest.fixture(params=list(VENDORS))
def vendor(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def with_vendor(loaded: Loaded, snippet: Snippet) -> Loaded:
    """The small site's policy with the lines that `troth snippet` prints, their blanks filled in."""
    values = json.loads(loaded.canonical)
    added = yaml.safe_load(policy_lines(snippet).replace("<fill in: ", "filled in: "))
    added["sdks"][snippet.vendor.key]["statement_url"] = "https://vendor.example/privacy"
    for part, entries in added.items():
        values[part].update(entries)
    return load_policy_text(json.dumps(values, ensure_ascii=False))


@pytest.fixture
def visit(visitor: BrowserContext, acme: Any, loaded: Loaded, vendor: str) -> Visit:
    """Opens a page with the vendor's snippet under a strict policy, as printed; `own` runs before the page is ready."""
    origin = f"http://{HOST}:{acme.port}"
    snippet = Snippet(VENDORS[vendor], "id-1", origin, "statistics")
    policy = with_vendor(loaded, snippet)
    allowed = header_lines(snippet)
    acme.scripts = {"en": build_script(policy.policy, loaded.hash, "en")}
    acme.policy = (
        f"default-src 'none'; script-src 'self' {allowed['script-src']}; style-src 'self'; base-uri 'none'; "
        f"connect-src 'self' {allowed['connect-src']}; img-src {allowed['img-src']}; "
        "require-trusted-types-for 'script'; trusted-types troth"
    )
    path, code = CODE[vendor]
    acme.files[path] = f"(() => {{ {TELL} {code} }})();"
    acme.files["/own.js"] = ""
    acme.body = '<script src="/own.js"></script>' + page_lines(snippet)

    def open_page(own: str = "") -> Page:
        acme.files["/own.js"] = own
        page = visitor.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(acme.address(), wait_until="networkidle")
        return page

    problems: list[str] = []
    open_page.problems = problems  # type: ignore[attr-defined]
    return open_page


def call(page: Page, vendor: str, when: str) -> None:
    for each in CALLS[vendor]:
        page.evaluate(f"() => {{ {each.replace('WHEN', when)} }}")


def told(page: Page) -> list[list[Any]]:
    return [json.loads(each) for each in page.evaluate("window.told || []")]


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_calls_come_to_nothing_before_a_yes_reach_the_vendor_after_it_and_end_with_it(
    visit: Visit, visitor: BrowserContext, acme: Any, vendor: str
) -> None:
    page = visit()
    call(page, vendor, "early")
    page.evaluate(f"() => {{ {MORE_CALLS[vendor]} }}")
    assert acme.paths(HOST) == []
    assert visitor.cookies() == []
    choose(page, "Accept all")
    acme.wait_for("/hit", len(SNIPPET_TELLS[vendor]), HOST)
    call(page, vendor, "late")
    acme.wait_for("/hit", len(SNIPPET_TELLS[vendor]) + len(CALLS[vendor]), HOST)
    heard = json.dumps(told(page))
    assert "early" not in heard, "what was called before the yes is not told after it"
    assert heard.count("late") == len(CALLS[vendor])
    for mine, expected in zip(told(page), SNIPPET_TELLS[vendor], strict=False):
        filled = [word.replace("ORIGIN", f"http://{HOST}:{acme.port}") for word in expected]
        assert mine == [at if word == "DATE" else word for at, word in zip(mine, filled, strict=True)]
    page.get_by_text("Privacy choices").click()
    with page.expect_navigation():
        choose(page, "Refuse all")
    page.wait_for_load_state("networkidle")
    acme.seen.clear()
    call(page, vendor, "after")
    page.evaluate(f"() => {{ {MORE_CALLS[vendor]} }}")
    page.wait_for_load_state("networkidle")
    assert told(page) == []
    assert acme.paths(HOST) == []
    assert visit.problems == []  # type: ignore[attr-defined]
    assert page.evaluate("window.__violations") == []


def test_loaded_first_in_the_head_the_script_hushes_what_is_called_while_the_page_is_read(
    visit: Visit, acme: Any, vendor: str
) -> None:
    early = " ".join(f"{each.replace('WHEN', 'early')};" for each in CALLS[vendor])
    visit(early).close()
    assert len(visit.problems) == 1, "deferred, the script comes too late for such calls"  # type: ignore[attr-defined]
    visit.problems.clear()  # type: ignore[attr-defined]
    acme.loading = ""
    page = visit(early)
    assert visit.problems == []  # type: ignore[attr-defined]
    choose(page, "Accept all")
    acme.wait_for("/hit", len(SNIPPET_TELLS[vendor]), HOST)
    assert "early" not in json.dumps(told(page))


QUEUES = {
    "baidu": "window._hmt = window._hmt || []; _hmt.push(['early']);",
    "ga": "window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); } gtag('early');",
    "matomo": "var _paq = window._paq = window._paq || []; _paq.push(['early']);",
    "umami": "window.umami = { track: name => (window.waiting = name) };",
}


def test_a_queue_that_the_site_filled_by_itself_before_a_yes_is_not_told_after_it(
    visit: Visit, acme: Any, vendor: str
) -> None:
    page = visit(QUEUES[vendor])
    call(page, vendor, "early")
    choose(page, "Accept all")
    acme.wait_for("/hit", len(SNIPPET_TELLS[vendor]), HOST)
    call(page, vendor, "late")
    acme.wait_for("/hit", len(SNIPPET_TELLS[vendor]) + len(CALLS[vendor]), HOST)
    assert "late" in json.dumps(told(page))
    assert "early" not in json.dumps(told(page))
    assert visit.problems == []  # type: ignore[attr-defined]


def test_with_a_standing_yes_the_sites_own_queue_is_left_alone(
    visit: Visit, visitor: BrowserContext, acme: Any, vendor: str
) -> None:
    cookies = {"troth": f"y.{acme.policy8}.20990101.statistics", "troth_id": "ab" * 16}
    visitor.add_cookies([{"name": name, "value": value, "url": acme.address()} for name, value in cookies.items()])
    page = visit(QUEUES[vendor])
    if vendor == "umami":
        assert page.evaluate("umami.track('kept'), window.waiting") == "kept"
    else:
        acme.wait_for("/hit", len(SNIPPET_TELLS[vendor]) + 1, HOST)
        assert ["early"] in told(page)


@pytest.mark.parametrize("vendor", ["umami"], indirect=True)
def test_the_hush_answers_every_use_and_keeps_nothing(visit: Visit) -> None:
    page = visit()
    answers = page.evaluate("""async () => {
      "use strict";
      umami.left = 1;
      umami.length = 0;
      delete umami.left;
      return [typeof umami, typeof umami.track, umami.a.b().c === umami, umami.left === umami, await umami === umami,
        umami > 3, `${umami}`.length > 0, [...umami].length, JSON.stringify({ umami })]; }""")
    assert answers == ["function", "function", True, True, True, False, True, 0, '{"umami":{}}']
    waited = page.evaluate("""async () => {
      const heard = [];
      await umami.track("x");
      await umami.track("x").then(() => heard.push("then")).catch(() => heard.push("catch"));
      await umami.track("x").finally(() => heard.push("finally"));
      return heard; }""")
    assert waited == ["then", "finally"], "a page that waits for an answer goes on"
    assert visit.problems == []  # type: ignore[attr-defined]
