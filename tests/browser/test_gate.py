"""Clause 2.3: what needs consent stays inert until then, whatever its form; nobody undeclared passes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser
VENDOR = "sdk.vendor.localhost"
FRAME = (
    '<iframe data-troth="office_map" data-src="http://sdk.vendor.localhost:{port}/map" title="Office map" width="400" '
    'height="200"></iframe>'
)
TEMPLATE = (
    '<template data-troth="statistics"><p id="inside">Thank you for counting with us.</p>'
    '<script src="http://sdk.vendor.localhost:{port}/sdk.js"></script></template>'
)


def open_page(visitor: BrowserContext, acme: Any, body: str) -> Page:
    acme.body = body
    page = visitor.new_page()
    page.goto(acme.address(), wait_until="networkidle")
    return page


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_template_stays_closed_until_its_purpose_is_granted(visitor: BrowserContext, acme: Any) -> None:
    page = open_page(visitor, acme, TEMPLATE)
    assert page.locator("#inside").count() == 0
    assert acme.paths(VENDOR) == []
    choose(page, "Accept all")
    page.wait_for_function("window.vendorRan === 1")
    assert page.locator("#inside").is_visible()


@pytest.mark.parametrize("before", [True, False])
def test_a_script_that_is_put_in_late_is_gated_too(visitor: BrowserContext, acme: Any, before: bool) -> None:
    page = open_page(visitor, acme, "")
    if not before:
        choose(page, "Accept all")
        page.wait_for_function("window.troth.granted('statistics')")
    page.evaluate(
        """port => document.querySelector("main").insertAdjacentHTML("beforeend", `<div><script type="text/plain"
        data-troth="visitor_analytics" src="http://sdk.vendor.localhost:${port}/sdk.js"></` + `script></div>`)""",
        acme.port,
    )
    if before:
        assert acme.paths(VENDOR) == []
        choose(page, "Accept all")
    page.wait_for_function("window.vendorRan === 1")


def test_an_inline_script_runs_once_after_consent(visitor: BrowserContext, acme: Any) -> None:
    page = open_page(
        visitor,
        acme,
        '<script type="text/plain" data-troth="statistics">window.ranInline = (window.ranInline || 0) + 1;</script>',
    )
    assert page.evaluate("window.ranInline") is None
    choose(page, "Accept all")
    page.wait_for_function("window.ranInline === 1")
    page.evaluate("document.body.append('more')")
    assert page.evaluate("window.ranInline") == 1


def test_a_frame_can_be_loaded_once_without_a_consent_for_later(visitor: BrowserContext, acme: Any) -> None:
    page = open_page(visitor, acme, FRAME)
    assert page.get_by_text("sends data to: sdk.vendor.localhost (Show maps of another company)").is_visible()
    assert not page.locator("iframe").is_visible()
    choose(page, "Load once")
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    assert page.get_by_role("button", name="Load once").count() == 0
    assert acme.sent_to("/troth/consent") == []
    page.goto(acme.address("/products"), wait_until="networkidle")
    assert page.get_by_role("button", name="Load once").is_visible()


def test_a_frame_that_is_always_allowed_is_a_recorded_consent(visitor: BrowserContext, acme: Any) -> None:
    page = open_page(visitor, acme, FRAME)
    choose(page, "Always allow")
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    [body] = acme.sent_to("/troth/consent")
    assert (body["purposes"], body["how"], body["layer"]) == ({"statistics": False, "maps": True}, "details", 2)
    page.goto(acme.address("/products"))
    page.frame_locator("iframe").get_by_text("A map").wait_for()


@pytest.mark.parametrize(
    "markup",
    [
        '<script type="text/plain" data-troth="visitor_analytics" src="http://evil.localhost:{port}/sdk.js"></script>',
        '<script type="text/plain" data-troth="unheard_of" src="http://sdk.vendor.localhost:{port}/sdk.js"></script>',
        '<script type="text/plain" data-troth="constructor" src="http://sdk.vendor.localhost:{port}/sdk.js"></script>',
        '<iframe data-troth="statistics" data-src="javascript:alert(1)"></iframe>',
        '<iframe data-troth="statistics" data-src="http://evil.localhost:{port}/map"></iframe>',
        '<template data-troth="statistics"><script src="http://evil.localhost:{port}/sdk.js"></script></template>',
    ],
)
def test_what_the_policy_does_not_declare_is_refused_by_its_id(visitor: BrowserContext, acme: Any, markup: str) -> None:
    page = visitor.new_page()
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text))
    acme.body = markup
    page.goto(acme.address(), wait_until="networkidle")
    choose(page, "Accept all")
    acme.wait_for("/troth/collect")
    page.wait_for_load_state("networkidle")
    assert acme.paths("evil.localhost") == acme.paths(VENDOR) == []
    refusals = [warning for warning in warnings if warning.startswith("troth:")]
    assert len(refusals) == 1
    assert "evil" not in refusals[0]


def test_a_strict_policy_with_trusted_types_is_never_violated(visitor: BrowserContext, acme: Any) -> None:
    vendor = f"http://{VENDOR}:{acme.port}"
    acme.policy = (
        f"default-src 'none'; script-src 'self' {vendor}; style-src 'self'; connect-src 'self' {vendor}; "
        f"frame-src {vendor}; base-uri 'none'; require-trusted-types-for 'script'; trusted-types troth"
    )
    page = open_page(visitor, acme, FRAME + TEMPLATE)
    choose(page, "Choose")
    for title in ("See how this site is used", "Show maps of another company"):
        page.get_by_role("switch", name=title).check()
    choose(page, "Save")
    page.frame_locator("iframe").get_by_text("A map").wait_for()
    acme.wait_for("/hit", 1, VENDOR)
    acme.wait_for("/troth/collect")
    acme.body = '<script type="text/plain" data-troth="visitor_analytics" src="http://sdk.vendor.localhost:{port}/sdk.js"></script>'
    page.goto(acme.address("/products"))
    acme.wait_for("/hit", 2, VENDOR)
    assert page.evaluate("window.__violations") == []
    page.evaluate("try { document.body.innerHTML = '<p>'; } catch {}")
    assert page.evaluate("window.__violations.length") == 1, "the policy must be able to be violated"
