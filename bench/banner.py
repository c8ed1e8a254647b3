"""Budget: our question costs a page no more script time than vanilla-cookieconsent 3.1.0, under 4x CPU throttle.

Three pages of the same text and the same gated script: without a banner, with ours, with theirs, each in a browser
profile without a past. They are opened in turn for many rounds; a cost is the median over the rounds of what a page
took more than the empty one of its round. Ratios (ours / theirs) are the figures, on whatever machine this runs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import statistics
import sys
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from find_browser import installed
from msgspec import Struct
from playwright.sync_api import Browser, sync_playwright

from troth.notice.script import build_script
from troth.policy import load_policy

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "bench" / "vendor"
THEIRS = "vanilla-cookieconsent-3.1.0"
THROTTLE = 4
SETTLED_MS = 1_500
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-blink-features=AutomationControlled")
GATED = '<script type="text/plain" data-troth="visitor_analytics" data-category="analytics" src="/sdk.js"></script>'
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Acme</title>{head}{gated}</head><body>
<h1>Acme Silicon</h1>{text}</body></html>"""
HEADS = {
    "empty": "",
    "ours": '<script src="/troth/troth.js" defer></script>',
    "theirs": '<link rel="stylesheet" href="/theirs.css"><script src="/theirs.js" defer></script>'
    '<script src="/setup.js" defer></script>',
}
SHOWN = {
    "ours": "[...document.body.children].some((e) => e.shadowRoot && e.shadowRoot.textContent.includes('Refuse'))",
    "theirs": "document.querySelector('#cc-main .cm') !== null && document.querySelector('.cm__btn').offsetWidth > 0",
}


class Cost(Struct, frozen=True):
    """What one page took of the main thread, in milliseconds."""

    script_ms: float
    task_ms: float


def main() -> int:
    """Run the benchmark and print its figures; exit 1 if the budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--at-most", type=float, default=1.0, help="the budget: ratio of script time, ours / theirs")
    options = parser.parse_args()
    check_vendor()
    server = serve(files())
    costs: dict[str, list[Cost]] = {name: [] for name in HEADS}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=installed(), args=[*FLAGS, f"--user-agent={AGENT}"])
        measure(browser, server.server_port, "ours")  # the first page of a process pays for the process
        for number in range(options.rounds):
            for name in turned(list(HEADS), number):
                costs[name].append(measure(browser, server.server_port, name))
        browser.close()
    server.shutdown()
    return report(costs, options.at_most)


def report(costs: dict[str, list[Cost]], at_most: float) -> int:
    """Print the medians and their ratios."""
    ratios = {}
    for what in ("script_ms", "task_ms"):
        ours, theirs = (over_empty(costs, name, what) for name in ("ours", "theirs"))
        ratios[what] = statistics.median(ours) / statistics.median(theirs)
        print(
            f"{what.removesuffix('_ms'):6} ours {spread(ours)} ms, theirs {spread(theirs)} ms over an empty page "
            f"({statistics.median(getattr(cost, what) for cost in costs['empty']):.1f} ms): "
            f"ratio {ratios[what]:.2f}"
        )
    print(f"{len(costs['ours'])} rounds, {THROTTLE}x CPU throttle; budget: script time at most {at_most:.2f} of theirs")
    return 0 if ratios["script_ms"] <= at_most else 1


def over_empty(costs: dict[str, list[Cost]], name: str, what: str) -> list[float]:
    """What a page took more than the empty page of the same round."""
    return [getattr(cost, what) - getattr(empty, what) for cost, empty in zip(costs[name], costs["empty"], strict=True)]


def spread(values: Sequence[float]) -> str:
    """The median, and between what the middle half lies."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


def turned(names: list[str], number: int) -> list[str]:
    """The same names, each round beginning with another."""
    at = number % len(names)
    return names[at:] + names[:at]


def measure(browser: Browser, port: int, name: str) -> Cost:
    """Open one page in a profile without a past and return what it took until it was at rest."""
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Performance.enable")
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    page.goto(f"http://127.0.0.1:{port}/{name}", wait_until="load")
    page.wait_for_timeout(SETTLED_MS)
    said = {one["name"]: one["value"] for one in protocol.send("Performance.getMetrics")["metrics"]}
    # Only now: looking at the page is itself script time.
    if name in SHOWN and not page.evaluate(SHOWN[name]):
        raise SystemExit(f"error: the banner of {name} was not shown\nfix:   look at /{name} in a browser")
    context.close()
    return Cost(said["ScriptDuration"] * 1000, said["TaskDuration"] * 1000)


def files() -> dict[str, tuple[str, bytes]]:
    """Every address with its kind and content."""
    loaded = load_policy(ROOT / "src" / "troth" / "demo" / "policy.yaml")
    text = "".join(f"<p>Paragraph {number} of an ordinary page about processors.</p>" for number in range(30))
    served = {
        "/troth/troth.js": ("text/javascript", build_script(loaded.policy, loaded.hash, "en")),
        "/theirs.js": ("text/javascript", (VENDOR / THEIRS / "cookieconsent.umd.js").read_bytes()),
        "/theirs.css": ("text/css", (VENDOR / THEIRS / "cookieconsent.css").read_bytes()),
        "/setup.js": ("text/javascript", f"CookieConsent.run({json.dumps(setup())});".encode()),
    }
    for name, head in HEADS.items():
        served[f"/{name}"] = ("text/html; charset=utf-8", PAGE.format(head=head, gated=GATED, text=text).encode())
    return served


def setup() -> dict[str, object]:
    """Their banner asking what ours asks: one purpose, accept and refuse alike, choices behind a third button."""
    intro = "Acme Silicon would like to use: visit statistics. Nothing is collected before you say yes."
    why = "Learn which pages are read, for how long and where readers come from, so that we can make the site clearer."
    buttons = {"acceptAllBtn": "Accept all", "acceptNecessaryBtn": "Refuse all"}
    return {
        "categories": {"necessary": {"enabled": True, "readOnly": True}, "analytics": {}},
        "language": {
            "default": "en",
            "translations": {
                "en": {
                    "consentModal": {
                        "title": "Your privacy",
                        "description": intro,
                        "showPreferencesBtn": "Choose",
                        **buttons,
                    },
                    "preferencesModal": {
                        "title": "Your privacy choices",
                        "savePreferencesBtn": "Save",
                        "closeIconLabel": "Close",
                        "sections": [{"title": "Visit statistics", "description": why, "linkedCategory": "analytics"}],
                        **buttons,
                    },
                }
            },
        },
    }


def serve(served: dict[str, tuple[str, bytes]]) -> ThreadingHTTPServer:
    """Serve these addresses on a free port until the program ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            kind, body = served.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in served else 404)
            for name, value in (("Content-Type", kind), ("Content-Length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def check_vendor() -> None:
    """Refuse to measure against other files than the listed ones."""
    listed = re.findall(r"^\| `(\S+)` \| `([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text("utf-8"), re.MULTILINE)
    if len(listed) < 3:
        raise SystemExit("error: bench/vendor/README.md lists no files\nfix:   restore it")
    for name, digest in listed:
        if hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() != digest:
            raise SystemExit(f"error: bench/vendor/{name} is not the pinned file\nfix:   restore it")


if __name__ == "__main__":
    sys.exit(main())
