"""Clause 4: refusing is as easy as accepting, for every eye, hand and reader, in both languages, on small screens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
NAMES = {
    "en": ("Your privacy, your choice", "Refuse all", "Accept all", "Choose", "Your choices"),
    "zh-CN": ("您的隐私，由您选择", "全部拒绝", "全部同意", "选择", "您的选择"),
}
LOOKS = """node => {
  const look = getComputedStyle(node), box = node.getBoundingClientRect();
  const place = [Math.round(box.width), Math.round(box.height), Math.round(box.top)];
  return [...place, look.color, look.backgroundColor, look.font, look.border, look.opacity, node.className]; }"""


def visit(browser: Browser, acme: Any, language: str, width: int, scheme: Any, body: str = "") -> Page:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language)
    context.set_default_timeout(5000)
    acme.body = body
    page = context.new_page()
    page.goto(acme.address("/?lang=" + language), wait_until="networkidle")
    return page


def photograph(page: Page, name: str) -> None:
    """Keep a picture for a person to look at, where TROTH_SHOTS says."""
    if folder := os.environ.get("TROTH_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"banner-{name}.png")


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    problems = [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found.response["violations"]]
    assert found.response["passes"], "axe looked at nothing"
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_banner_and_choices_are_equal_accessible_and_fit(
    browser: Browser, acme: Any, language: str, width: int, scheme: str
) -> None:
    title, refuse, accept, choose, choices = NAMES[language]
    page = visit(browser, acme, language, width, scheme)
    banner = page.get_by_role("region", name=title)
    photograph(page, f"{language}-{width}-{scheme}-first")
    assert banner.evaluate("node => node.getRootNode().host.lang") == language
    no, yes = (banner.get_by_role("button", name=name, exact=True).evaluate(LOOKS) for name in (refuse, accept))
    assert no == yes
    assert no[0] > 80
    assert no[1] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page)
    banner.get_by_role("button", name=choose, exact=True).click()
    dialog = page.get_by_role("dialog", name=choices)
    photograph(page, f"{language}-{width}-{scheme}-choices")
    no, yes = (dialog.get_by_role("button", name=name, exact=True).evaluate(LOOKS) for name in (refuse, accept))
    assert no == yes
    assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert_accessible(page)
    page.context.close()


def test_the_words_are_in_the_language_of_the_page(browser: Browser, acme: Any) -> None:
    page = visit(browser, acme, "zh-CN", 1280, "light")
    text = page.get_by_role("region", name="您的隐私，由您选择").inner_text()
    assert "极客芯片（杭州）有限公司征求您的同意：了解网站如何被使用" in text
    assert "Accept" not in text
    page.get_by_role("button", name="全部同意", exact=True).click()
    assert acme.wait_for("/troth/consent")[0]["lang"] == "zh-CN"
    page.context.close()


def test_the_banner_comes_first_and_everything_works_by_keyboard(browser: Browser, acme: Any) -> None:
    page = visit(browser, acme, "en", 1280, "light")
    assert page.evaluate("document.activeElement === document.body"), "a banner does not take the focus"
    order = []
    for _ in range(4):
        page.keyboard.press("Tab")
        order.append(page.evaluate("(document.activeElement.shadowRoot || document).activeElement.textContent"))
    assert order == ["Privacy policy", "Refuse all", "Accept all", "Choose"]
    assert page.evaluate("getComputedStyle(document.activeElement.shadowRoot.activeElement).outlineWidth") == "3px"
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    page.keyboard.press("Space")
    assert page.get_by_role("switch", name="See how this site is used").is_checked()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.textContent") == "Choose"
    assert acme.sent_to("/troth/consent") == [], "closing the choices is no answer"
    page.context.close()


def test_the_choices_open_again_from_the_page_and_close_without_a_trace(browser: Browser, acme: Any) -> None:
    page = visit(browser, acme, "en", 1280, "light")
    page.get_by_role("button", name="Refuse all").click()
    page.get_by_role("region").wait_for(state="detached")
    page.get_by_role("link", name="Privacy choices").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.wait_for_function("!document.body.firstElementChild.shadowRoot")
    assert page.url.endswith("/?lang=en")
    page.context.close()


@pytest.mark.parametrize("way", ["Escape", "Close"])
def test_the_focus_goes_back_to_what_opened_the_choices(browser: Browser, acme: Any, way: str) -> None:
    page = visit(browser, acme, "en", 1280, "light")
    page.get_by_role("button", name="Refuse all").click()
    page.get_by_role("region").wait_for(state="detached")
    page.get_by_role("link", name="Privacy choices").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Your choices")
    assert dialog.get_by_role("switch").first.evaluate("node => node.getRootNode().activeElement === node")
    for _ in range(20):  # however often, the focus stays in the dialog (or goes to the browser's own controls)
        page.keyboard.press("Tab")
        assert page.evaluate("[document.body, document.body.firstElementChild].includes(document.activeElement)")
    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        dialog.get_by_role("button", name="Close").focus()
        page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.textContent") == "Privacy choices"
    page.context.close()


def test_the_choices_lead_to_the_receipts(browser: Browser, acme: Any) -> None:
    for language, name in (("en", "Your receipts"), ("zh-CN", "您的回执")):
        page = visit(browser, acme, language, 1280, "light")
        page.get_by_role("button", name=NAMES[language][3], exact=True).click()
        link = page.get_by_role("dialog").get_by_role("link", name=name)
        assert link.get_attribute("href") == f"/troth/choices?lang={language}"
        page.context.close()


def test_the_placeholder_of_a_frame_is_accessible(browser: Browser, acme: Any) -> None:
    frame = (
        '<iframe data-troth="office_map" data-src="http://sdk.vendor.localhost:{port}/map" title="Office map"></iframe>'
    )
    page = visit(browser, acme, "en", 360, "light", frame)
    page.get_by_role("button", name="Refuse all").click()
    page.get_by_role("button", name="Load once").wait_for()
    photograph(page, "frame")
    assert_accessible(page)
    page.context.close()


def test_nothing_of_it_is_printed(browser: Browser, acme: Any) -> None:
    page = visit(browser, acme, "en", 1280, "light")
    assert page.get_by_role("button", name="Refuse all").is_visible()
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Refuse all").is_visible()
    page.context.close()
