"""Walk through a running demo as a visitor would, in both languages, and save a picture of every step.

    make demo                                        in one terminal
    .venv/bin/python scripts/walk_demo.py --shots shots    in another

For each language: every page of the site, the question, a refusal, the details, a frame that waits, a yes, the visit
counted, the receipt, a withdrawal, the privacy centre's pages; small and wide, light and dark. Ends with exit code 1 if
a step does not hold.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from find_browser import installed
from playwright.sync_api import Browser, Page, expect, sync_playwright

from troth.demo.site import addresses

WORDS = {
    "en": {
        "yes": "Accept all",
        "no": "Refuse all",
        "more": "Choose",
        "once": "Load once",
        "board": "Visitor Analytics",
        "show": "Show the receipt",
    },
    "zh-CN": {
        "yes": "全部同意",
        "no": "全部拒绝",
        "more": "选择",
        "once": "仅加载一次",
        "board": "访客分析",
        "show": "查看回执",
    },
}
ROOMS = ("", "/policy", "/cookies", "/sdks", "/collected")
SIZES = {"small": {"width": 360, "height": 780}, "wide": {"width": 1280, "height": 800}}


class Walk:
    """One visitor with one language, screen and colour scheme."""

    def __init__(self, browser: Browser, port: int, language: str, size: str, scheme: str, shots: Path) -> None:
        self.port, self.words, self.shots = port, WORDS[language], shots
        self.name = f"{language}-{size}-{scheme}"
        self.context = browser.new_context(locale=language, viewport=SIZES[size], color_scheme=scheme)
        self.page: Page = self.context.new_page()
        self.step = 0

    def go(self, host: str, path: str = "/") -> None:
        answer = self.page.goto(f"http://{host}.localhost:{self.port}{path}", wait_until="networkidle")
        hold(answer is not None and answer.ok, f"{host}{path} answers")
        hold(self.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{host}{path} fits")

    def press(self, word: str) -> None:
        """Press a button of the banner or the dialog; an answer is waited for until it is stored."""
        button = self.page.get_by_role("button", name=self.words[word], exact=True).last
        if word in ("more", "once"):
            button.click()
            return
        with self.page.expect_response("**/troth/consent"):
            button.click()
        self.page.wait_for_load_state("networkidle")

    def picture(self, what: str, whole: bool = False) -> None:
        self.step += 1
        if whole:  # pictures further down are drawn when they come near
            self.page.evaluate("document.querySelectorAll('img').forEach((image) => (image.loading = 'eager'))")
            self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=self.shots / f"{self.name}-{self.step:02d}-{what}.png", full_page=whole)

    def cookies(self) -> set[str]:
        return {str(cookie["name"]) for cookie in self.context.cookies()}

    def run(self) -> None:
        """Do everything, in order."""
        self.refuse()
        self.read_everything()
        self.look_at_a_frame()
        self.agree()
        self.withdraw()
        self.read_the_rooms()
        self.context.close()

    def refuse(self) -> None:
        self.go("www.acme")
        hold(self.cookies() == set(), "no cookie before a choice")
        self.picture("banner")
        self.press("more")
        self.picture("details")
        self.page.keyboard.press("Escape")
        self.press("no")
        self.go("www.acme", "/products")
        hold(self.cookies() == {"troth"}, "a refusal leaves exactly one cookie")
        self.picture("refused")

    def read_everything(self) -> None:
        for path in addresses():
            self.go("www.acme", path)
            self.picture("site" + (path.replace("/", "-") if path != "/" else "-home"), whole=True)
        hold(self.cookies() == {"troth"}, "no page sets a cookie")

    def look_at_a_frame(self) -> None:
        self.go("www.acme", "/news/quiet-website")
        frame = self.page.locator("iframe")
        hold(not frame.is_visible(), "the frame waits")
        self.page.get_by_role("button", name=self.words["once"]).scroll_into_view_if_needed()
        self.picture("frame-waits")
        self.press("once")
        self.page.frame_locator("iframe").get_by_role("heading", name=self.words["board"]).wait_for()
        frame.scroll_into_view_if_needed()
        self.picture("frame-once")

    def agree(self) -> None:
        self.go("www.acme", "/products")
        self.page.locator("[data-troth-open]").first.click()
        with self.page.expect_response("**/hit"):  # the stand-in script has run
            self.press("yes")
        self.go("www.acme", "/jobs")
        hold({"troth", "troth_id", "_va"} <= self.cookies(), "a yes opens the gate")
        self.picture("agreed")
        self.go("privacy.acme", "/console/statistics")
        expect(self.page.locator("main")).to_contain_text("/jobs")
        self.picture("counted", whole=True)
        self.go("www.acme", "/troth/choices")
        self.picture("choices-with-receipt", whole=True)
        self.page.get_by_role("button", name=self.words["show"]).first.click()
        self.page.wait_for_load_state("networkidle")
        self.picture("receipt", whole=True)

    def withdraw(self) -> None:
        self.go("www.acme", "/contact")
        self.page.locator("[data-troth-open]").first.click()
        with self.page.expect_event("load"):  # code that ran cannot be taken back: the page starts afresh
            self.press("no")
        self.go("www.acme", "/about")
        hold(self.cookies() == {"troth"}, "a withdrawal clears what was set")
        self.picture("withdrawn")
        self.go("www.acme", "/troth/choices")
        self.picture("choices", whole=True)

    def read_the_rooms(self) -> None:
        for room in ROOMS:
            self.go("privacy.acme", f"/privacy{room}")
            self.picture("rooms" + room.replace("/", "-"), whole=True)


def hold(truth: bool, promise: str) -> None:
    """Stop the walk where a promise is not kept."""
    if not truth:
        raise SystemExit(f"error: not so: {promise}")


def main() -> int:
    """Walk in every language, size and scheme."""
    parser = argparse.ArgumentParser(description="Walk through a running demo and save pictures.")
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--shots", type=Path, default=Path("shots"))
    options = parser.parse_args()
    options.shots.mkdir(parents=True, exist_ok=True)
    flags = ["--host-resolver-rules=MAP * ~NOTFOUND,EXCLUDE *.localhost", "--disable-dev-shm-usage"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=installed(), args=flags)
        for language in WORDS:
            for size in SIZES:
                for scheme in ("light", "dark"):
                    walk = Walk(browser, options.port, language, size, scheme, options.shots)
                    walk.run()
                    print(f"{walk.name}: {walk.step} pictures")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
