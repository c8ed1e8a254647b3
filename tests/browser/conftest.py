"""A small site, a stand-in for the edge and a vendor's host on one port, told apart by host name; and one browser.

The script is tested here before and apart from the real server: the site and the edge are a page of standard library.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from find_browser import installed
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from troth.notice.script import build_script
from troth.policy import Loaded, load_policy

HERE = Path(__file__).parent
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"

SITE = "www.acme.localhost"
VENDOR = "sdk.vendor.localhost"
TOKEN = "ab" * 16

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Acme Silicon</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/site.css">
<script src="/troth/troth.js?lang={lang}"{loading}></script></head>
<body><header><a href="/">Acme Silicon</a> <a href="/products">Products</a>
<a href="/choices" data-troth-open>Privacy choices</a></header>
<main><h1>{title}</h1><p>Low-power processors for everyday machines.</p>{body}</main></body></html>"""
GATED = (
    '<script type="text/plain" data-troth="visitor_analytics" src="http://sdk.vendor.localhost:{port}/sdk.js"></script>'
)
# A site whose own styles would make one button louder than the other, and push sections about.
SITE_CSS = """body { font: 16px/1.5 system-ui; margin: 0; background: #fff; color: #223; }
header, main { padding: 16px 24px; }
button { background: yellow !important; font-size: 40px !important; }
section { padding: 200px; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } a { color: #9cf; } }"""
SDK = """document.cookie = "_va=1; Max-Age=9999; Path=/";
document.cookie = "_va_42=1; Max-Age=9999; Path=/; Domain=acme.localhost";
localStorage.setItem("va_seen", "1");
window.vendorRan = (window.vendorRan || 0) + 1;
fetch("http://sdk.vendor.localhost:" + location.port + "/hit", { method: "POST", mode: "no-cors", body: "hit" });"""


class Seen(NamedTuple):
    """One request as the server saw it."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: Any


class Acme:
    """The server and what it was asked; `scripts` by language, `files` of the site or of vendors by their path."""

    def __init__(self, scripts: dict[str, bytes], policy8: str) -> None:
        self.given = scripts
        self.policy8 = policy8
        self.seen: list[Seen] = []
        self.arrived = threading.Condition()
        self.start_anew()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"acme": self}))
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def start_anew(self) -> None:
        self.seen.clear()
        self.is_down = False
        self.collect_status = 204
        self.sets_cookies = True
        self.policy = ""
        self.body = GATED
        self.loading = " defer"
        self.scripts = dict(self.given)
        self.files: dict[str, str] = {}

    def address(self, path: str = "/", host: str = SITE) -> str:
        return f"http://{host}:{self.port}{path}"

    def note(self, seen: Seen) -> None:
        with self.arrived:
            self.seen.append(seen)
            self.arrived.notify_all()

    def sent_to(self, path: str, host: str = SITE) -> list[Any]:
        return [
            seen.body for seen in list(self.seen) if (seen.host, seen.path) == (host, path) and seen.method == "POST"
        ]

    def wait_for(self, path: str, count: int = 1, host: str = SITE, longest_s: float = 5) -> list[Any]:
        """Return what was posted to `path` once `count` posts have arrived; fail when they do not."""
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.sent_to(path, host)) >= count, longest_s):
                raise AssertionError(f"{len(self.sent_to(path, host))} of {count} posts arrived at {path}")
        return self.sent_to(path, host)

    def paths(self, host: str) -> list[str]:
        return [seen.path for seen in list(self.seen) if seen.host == host]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    acme: Acme

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def answer(self, status: int = 200, body: bytes = b"", kind: str = "text/html; charset=utf-8", **more: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **more}.items():
            self.send_header(name.replace("_", "-"), value)
        for cookie in getattr(self, "cookies", ()):
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self) -> None:
        self.cookies: list[str] = []
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        host = self.headers["Host"].split(":")[0]
        path, _, query = self.path.partition("?")
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = raw.decode()
        self.respond(host, path, query, body)
        self.acme.note(Seen(self.command, host, path, dict(self.headers), body))

    do_GET = do_POST = handle_any

    def respond(self, host: str, path: str, query: str, body: Any) -> None:
        acme = self.acme
        if path in acme.files:
            self.answer(body=acme.files[path].encode(), kind="text/javascript; charset=utf-8")
        elif host == VENDOR and path == "/sdk.js":
            self.answer(body=SDK.encode(), kind="text/javascript")
        elif host == VENDOR:
            self.answer(body=b"<!doctype html><title>Map</title><p>A map</p>")
        elif path == "/troth/troth.js":
            self.answer(body=acme.scripts["zh-CN" if "zh" in query else "en"], kind="text/javascript; charset=utf-8")
        elif path.startswith("/troth/") and acme.is_down:
            self.answer(503)
        elif path == "/troth/consent":
            self.consent(body)
        elif path == "/troth/collect":
            self.answer(acme.collect_status)
        elif path == "/site.css":
            self.answer(body=SITE_CSS.encode(), kind="text/css")
        elif path == "/favicon.ico":
            self.answer(204)
        else:
            lang = "zh-CN" if "zh" in query else "en"
            page = PAGE.format(lang=lang, title="Processors", body=acme.body, loading=acme.loading)
            more = {"Content_Security_Policy": acme.policy} if acme.policy else {}
            self.answer(body=page.replace("{port}", str(acme.port)).encode(), **more)

    def consent(self, body: Any) -> None:
        granted = [purpose for purpose, yes in body["purposes"].items() if yes]
        had = bool(body.get("token"))
        lasting = "; Path=/; Max-Age=15552000; SameSite=Lax; Secure"
        if self.acme.sets_cookies:
            letter = ("g" if body["gpc"] else "y") if granted else "n"
            self.cookies = [f"troth={letter}.{self.acme.policy8}.20990101.{'~'.join(granted)}{lasting}"]
            if granted:
                self.cookies.append(f"troth_id={TOKEN}{lasting}")
            elif had:
                self.cookies.append("troth_id=; Path=/; Max-Age=0; SameSite=Lax; Secure")
        reply = {"token": TOKEN if granted else None, "granted": granted, "until": "2099-01-01", "withdrawn": []}
        self.answer(body=json.dumps(reply).encode(), kind="application/json")


# What runs before any script of the page: notes each reading of the device, each use of storage, each CSP violation.
SPY = r"""(() => {
  const reads = [], written = [], violations = [];
  Object.assign(window, { __reads: reads, __written: written, __violations: violations });
  const spy = (prototype, label, names) => {
    for (const name of names || Object.getOwnPropertyNames(prototype)) {
      const old = Object.getOwnPropertyDescriptor(prototype, name);
      if (name === "constructor" || !old || !old.configurable) continue;
      const note = () => reads.push(label + "." + name);
      const get = function () { note(); return old.get.call(this); };
      const value = function (...given) { note(); return old.value.apply(this, given); };
      if (old.get) Object.defineProperty(prototype, name, { ...old, get });
      else if (typeof old.value === "function") Object.defineProperty(prototype, name, { ...old, value });
    }
  };
  spy(Navigator.prototype, "navigator");
  spy(Screen.prototype, "screen");
  spy(Document.prototype, "document", ["referrer", "lastModified", "URL"]);
  spy(Date.prototype, "Date", ["getTimezoneOffset"]);
  spy(Intl.DateTimeFormat.prototype, "Intl", ["resolvedOptions"]);
  spy(Storage.prototype, "storage", ["setItem", "getItem", "key", "removeItem", "length"]);
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  const set = function (value) { written.push(value); cookie.set.call(this, value); };
  Object.defineProperty(document, "cookie", { configurable: true, get: () => cookie.get.call(document), set });
  document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
})();"""


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    """The policy of the small site."""
    return load_policy(HERE / "policy.yaml")


@pytest.fixture(scope="session")
def running_site(loaded: Loaded) -> Iterator[Acme]:
    url = f"http://{SITE}/privacy"
    scripts = {lang: build_script(loaded.policy, loaded.hash, lang, "/troth", url) for lang in ("en", "zh-CN")}
    acme = Acme(scripts, loaded.hash[:8])
    yield acme
    acme.server.shutdown()


@pytest.fixture
def acme(running_site: Acme) -> Acme:
    """The small site, as if nobody had been there yet."""
    running_site.start_anew()
    return running_site


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


def launch(driver: Playwright, port: int, *flags: str) -> Browser:
    """Start the browser with every name pointing at our port and no other name resolving."""
    path = installed()
    hosts = f"MAP *.localhost 127.0.0.1:{port},MAP * ~NOTFOUND"
    options = [
        "--disable-dev-shm-usage",
        "--disable-blink-features=AutomationControlled",
        "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
        f"--user-agent={USER_AGENT}",
        f"--host-resolver-rules={hosts}",
        *flags,
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")
    try:
        return driver.chromium.launch(executable_path=path, headless=True, args=options)
    except Error as error:
        if os.environ.get("CI") == "true":
            pytest.fail("no browser could be started, and CI=true insists on one", pytrace=False)
        pytest.skip(f"no browser could be started: {str(error).splitlines()[0]}")


@pytest.fixture(scope="module")
def start_browser(driver: Playwright, running_site: Acme) -> Callable[..., Browser]:
    """Starts a browser of one's own, with flags."""
    return lambda *flags: launch(driver, running_site.port, *flags)


@pytest.fixture(scope="module")
def browser(driver: Playwright, running_site: Acme) -> Iterator[Browser]:
    browser = launch(driver, running_site.port)
    yield browser
    browser.close()


@pytest.fixture
def visitor(browser: Browser, acme: Acme) -> Iterator[BrowserContext]:
    """A browser context without a past, watched by SPY."""
    context = browser.new_context(locale="en-US", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(5000)
    context.add_init_script(SPY)
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext, acme: Acme) -> Page:
    """The site's first page, loaded by a visitor without a past."""
    page = visitor.new_page()
    page.goto(acme.address(), wait_until="networkidle")
    return page
