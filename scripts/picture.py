"""Make the pictures of the README: the demo at a set moment, its pages in a real browser, three of them on one sheet.

    make picture        writes docs/pictures/picture-en.png and picture-zh.png

The clock and the history are set, so the same checkout gives the same picture on any day.
"""

from __future__ import annotations

import argparse
import base64
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import uvicorn
from find_browser import installed
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from troth.app.house import House
from troth.clock import SetClock
from troth.demo.history import DAYS, seed_history
from troth.demo.keys import prepare_keys
from troth.demo.policy import write_demo_policy
from troth.demo.run import ROOMS, SITE, demo_app, demo_settings
from troth.policy import load_policy

PICTURES: Final = Path(__file__).resolve().parent.parent / "docs" / "pictures"
NOON: Final = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MOST_BYTES: Final = 400_000
NAMES: Final = {"en": "picture-en.png", "zh-CN": "picture-zh.png"}
SHEET: Final = {"width": 840, "height": 525}
SHEET_HTML: Final = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; zoom: .875; width: 960px; height: 600px; background: #e8ecf0; position: relative;
  overflow: hidden; }}
div {{ position: absolute; border-radius: 9px; overflow: hidden; background: #fff; box-shadow: 0 0 0 1px #b9c3cc; }}
div::before {{ content: ""; display: block; height: 17px; background: radial-gradient(circle at 12px 8px, #b9c3cc 3.5px,
  #0000 4px), radial-gradient(circle at 24px 8px, #b9c3cc 3.5px, #0000 4px), radial-gradient(circle at 36px 8px,
  #b9c3cc 3.5px, #0000 4px), #f4f6f8; }}
img {{ display: block; width: 100%; }}
.site {{ left: 24px; top: 24px; width: 560px; height: 552px; }}
.figures {{ left: 516px; top: 72px; width: 420px; height: 284px; }}
.centre {{ left: 604px; top: 346px; width: 332px; height: 230px; }}
</style>
<div class="site"><img src="{site}"></div><div class="figures"><img src="{figures}"></div>
<div class="centre"><img src="{centre}"></div>"""


@contextmanager
def running_demo(folder: Path) -> Iterator[int]:
    """Serve a demo with three months behind it, at the set moment; give its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    policy = write_demo_policy(folder / "policy.yaml", [f"http://{SITE}:{port}"], NOON.date())
    stores, clock = folder / "stores", SetClock(NOON - timedelta(days=DAYS + 1))
    stores.mkdir(mode=0o700)
    prepare_keys(folder / "keys" / "troth-keys.json", stores)
    house = House(load_policy(policy), demo_settings(folder, stores, port), clock)
    try:
        views = seed_history(house, clock, NOON)
        print(f"{views} views sent through the pipeline", flush=True)
        config = uvicorn.Config(demo_app(house, port), lifespan="off", log_level="warning", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield port
        server.should_exit = True
        thread.join(10)
    finally:
        house.close()


def as_source(png: bytes) -> str:
    """A picture as the address of an image."""
    return "data:image/png;base64," + base64.b64encode(png).decode()


def shot(context: BrowserContext, address: str, width: int, height: int, below: str = "") -> str:
    """One page as a visitor without a past sees it, from below the element `below` on."""
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    answer = page.goto(address, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise SystemExit(f"error: no picture of {address}: {answer and answer.status}\nfix:   look at the demo's log")
    if below:
        page.locator(below).evaluate("element => scrollTo(0, element.getBoundingClientRect().bottom)")
    return as_source(page.screenshot())


def compose(browser: Browser, port: int, language: str) -> bytes:
    """The sheet in one language: the site with its question, the statistics, the privacy centre."""
    context = browser.new_context(locale=language, device_scale_factor=2, color_scheme="light")
    site, rooms = f"http://{SITE}:{port}", f"http://{ROOMS}:{port}"
    shots = {
        "site": shot(context, f"{site}/?lang={language}", 980, 937),
        "figures": shot(context, f"{rooms}/console/statistics?lang={language}", 880, 560, ".periods"),
        "centre": shot(context, f"{rooms}/privacy?lang={language}", 680, 476),
    }
    sheet = context.new_page()
    sheet.set_viewport_size(SHEET)  # type: ignore[arg-type]
    sheet.set_content(SHEET_HTML.format(**shots))
    png = sheet.screenshot()
    context.close()
    return png


def main() -> int:
    """Make both pictures; refuse one that is too heavy for a first screen."""
    parser = argparse.ArgumentParser(description="Make the pictures of the README.")
    parser.add_argument("--out", type=Path, default=PICTURES)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    flags = ["--host-resolver-rules=MAP * ~NOTFOUND,EXCLUDE *.localhost", "--disable-dev-shm-usage"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as port, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=installed(), args=flags)
        for language, name in NAMES.items():
            png = compose(browser, port, language)
            (options.out / name).write_bytes(png)
            print(f"{name}: {len(png)} bytes")
            if len(png) > MOST_BYTES:
                print(
                    f"error: {name} is heavier than {MOST_BYTES} bytes\nfix:   show less of the pages", file=sys.stderr
                )
                return 1
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
