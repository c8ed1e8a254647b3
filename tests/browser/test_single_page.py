"""Clause 2.3 in single-page applications: what a framework puts in late is gated, and never broken by the gate."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
VENDOR = "sdk.vendor.localhost"
LISTED = dict(
    re.findall(r"^\| `([^`]+)` \|[^|]+\| `([0-9a-f]{64})` \|$", (HERE / "vendor/README.md").read_text(), re.M)
)
BUILDS = {
    "vue": ["vue.runtime.global.prod.js"],
    "react": ["react.production.min.js", "react-dom.production.min.js"],
}
Open = Callable[..., Page]


def vendored(name: str) -> str:
    """Return a file of tests/browser/vendor, if it is the one that its README lists."""
    content = (HERE / "vendor" / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == LISTED[name], f"{name} is not the file of the README"
    return content.decode()


@pytest.fixture(params=["vue", "react"])
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_app(visitor: BrowserContext, acme: Any, framework: str) -> Open:
    """Opens the application at a path; whatever goes wrong in the page fails the test at its end."""

    def open_at(path: str = "/", strict: bool = True, written: bool = False) -> Page:
        vendor = f"http://{VENDOR}:{acme.port}"
        builds = {f"/files/{name}": vendored(name) for name in BUILDS[framework]}
        told = f'const vendor = "{vendor}", written = {str(written).lower()};\n'
        app = (HERE / "apps" / f"{framework}.js").read_text()
        acme.files = {**builds, "/files/app.js": told + app}
        acme.body = '<div id="app"></div>' + "".join(f'<script defer src="{file}"></script>' for file in acme.files)
        if strict:
            acme.policy = (
                f"default-src 'none'; script-src 'self' {vendor}; style-src 'self'; frame-src {vendor}; "
                f"connect-src 'self' {vendor}; base-uri 'none'; require-trusted-types-for 'script'; "
                f"trusted-types troth{' vue' * (framework == 'vue')}"
            )
        page = visitor.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.goto(acme.address(path), wait_until="networkidle")
        page.get_by_role("navigation").wait_for()
        return page

    problems: list[str] = []
    open_at.problems = problems  # type: ignore[attr-defined]
    return open_at


def go(page: Page, path: str) -> None:
    page.get_by_role("link", name=f"to {path}", exact=True).click()
    page.get_by_role("heading", name={"/": "Start", "/range": "Range", "/contact": "Contact"}[path]).wait_for()


def agree(page: Page, *titles: str) -> None:
    page.get_by_role("button", name="Choose", exact=True).click()
    for title in titles:
        page.get_by_role("switch", name=title).check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog").wait_for(state="hidden")


def assert_ran(page: Page, acme: Any, times: int) -> None:
    """The vendor's code has run so often in this page, and not once more. It posts a hit each time."""
    acme.wait_for("/hit", times, VENDOR)
    assert page.evaluate("window.vendorRan") == times


def assert_no_problem(page: Page, open_app: Open) -> None:
    assert open_app.problems == []  # type: ignore[attr-defined]
    assert page.evaluate("window.__violations") == []


STATISTICS, MAPS = "See how this site is used", "Show maps of another company"


def test_before_a_yes_no_route_loads_anything_and_the_frame_has_its_stand_in(
    open_app: Open, acme: Any, framework: str
) -> None:
    page = open_app()
    for path in ("/range", "/contact", "/", "/contact"):
        go(page, path)
    load_once = page.get_by_role("button", name="Load once")
    expect(load_once).to_have_count(1)
    assert page.evaluate("document.querySelector('iframe').previousSibling.shadowRoot !== null")
    assert not page.locator("iframe").is_visible()
    go(page, "/")
    expect(load_once).to_have_count(0)
    assert acme.paths(VENDOR) == []
    assert page.evaluate("window.__written") == []
    assert_no_problem(page, open_app)


def test_the_framework_draws_around_moves_and_removes_what_is_not_agreed_to(open_app: Open, acme: Any) -> None:
    page = open_app("/contact")
    page.get_by_role("button", name="Refuse all").click()
    page.get_by_role("region").wait_for(state="detached")
    load_once, notes = page.get_by_role("button", name="Load once"), page.locator(".note")
    for _ in range(3):
        page.get_by_role("button", name="Note", exact=True).click()
    expect(notes).to_have_count(4)
    for _ in range(3):
        page.get_by_role("button", name="Move", exact=True).click()
        page.get_by_role("button", name="Note", exact=True).click()
        expect(page.locator("#room > div + iframe")).to_have_count(1)
        expect(load_once).to_have_count(1)
    for gone in (0, 1):
        page.get_by_role("button", name="Hide", exact=True).click()
        expect(load_once).to_have_count(gone)
    assert page.locator("#room > div").count() == 1, "one stand-in, however often it was drawn anew"
    assert acme.paths(VENDOR) == []
    load_once.click()
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    assert page.locator("#room > div").count() == 0
    page.get_by_role("button", name="Hide", exact=True).click()
    expect(page.locator("iframe")).to_have_count(0)
    assert_no_problem(page, open_app)


def test_after_a_yes_each_script_runs_once_and_each_route_is_a_view(open_app: Open, acme: Any) -> None:
    page = open_app()
    agree(page, STATISTICS, MAPS)
    assert_ran(page, acme, 1)
    go(page, "/range")
    assert_ran(page, acme, 2)
    go(page, "/contact")
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    for name in ("Note", "Move", "Note", "Hide", "Hide"):
        page.get_by_role("button", name=name, exact=True).click()
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    assert page.get_by_role("button", name="Load once").count() == 0
    page.go_back()
    page.get_by_role("heading", name="Range").wait_for()
    assert_ran(page, acme, 3)
    views = first_beacons(acme.wait_for("/troth/collect", 7))
    assert [view["path"] for view in views] == ["/", "/range", "/contact", "/range"]
    assert len({view["view"] for view in views}) == 4
    assert_no_problem(page, open_app)


def first_beacons(bodies: list[Any]) -> list[Any]:
    """The first message of each view, in the order of the visit: two that leave together may arrive in either order."""
    return sorted((body for body in bodies if body["seq"] == 0), key=lambda body: bodies.index(body))


def test_a_withdrawal_starts_the_application_afresh_with_the_gate_closed(open_app: Open, acme: Any) -> None:
    page = open_app("/contact")
    agree(page, STATISTICS, MAPS)
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    go(page, "/range")
    assert_ran(page, acme, 1)
    go(page, "/contact")
    page.get_by_role("link", name="Privacy choices").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Refuse all").click()
    page.wait_for_load_state("networkidle")
    page.get_by_role("heading", name="Contact").wait_for()
    acme.seen.clear()
    expect(page.get_by_role("button", name="Load once")).to_have_count(1)
    for path in ("/", "/range", "/contact"):
        go(page, path)
    page.evaluate("fetch('/troth/marker', { method: 'POST', body: '{}' })")
    acme.wait_for("/troth/marker")
    assert page.evaluate("window.vendorRan") is None
    assert acme.paths(VENDOR) == []
    assert acme.sent_to("/troth/collect") == []
    assert_no_problem(page, open_app)


@pytest.mark.parametrize("framework", ["react"], indirect=True)
def test_a_script_that_react_itself_made_is_gated_and_can_be_removed(open_app: Open, acme: Any) -> None:
    page = open_app(strict=False, written=True)
    assert page.locator("script[data-troth]").count() == 1
    go(page, "/range")
    go(page, "/")
    assert acme.paths(VENDOR) == []
    agree(page, STATISTICS)
    for number, path in enumerate(("/range", "/", "/contact"), 1):
        assert_ran(page, acme, number)
        go(page, path)
    assert_no_problem(page, open_app)
