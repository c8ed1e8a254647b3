"""A browser that keeps nothing: cookies and storage blocked, as a visitor can set it for every site.

A full Chromium is told so by its own setting. The headless shell has no such setting: there scripts meet the same
(no cookie, storage that throws) and the proxy in front lets no cookie pass, so that a server meets the same too. What
scripts meet was written down from a full Chromium 156 with `cookies: block`; name one in TROTH_BROWSER to use it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from find_browser import installed
from playwright.sync_api import BrowserContext, Playwright
from proxy import Proxy

SHELLS = ("chromium-headless-shell", "headless_shell")
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable")
BLOCK = 2
THROWING = """for (const name of ["localStorage", "sessionStorage", "caches"]) {
  const get = () => { throw new DOMException("Access is denied for this document.", "SecurityError"); };
  Object.defineProperty(window, name, { get });
}
IDBFactory.prototype.open = () => { throw new DOMException("blocked", "UnknownError"); };"""
WHAT_IS_KEPT = """() => {
  const of = (read) => { try { return read(); } catch (error) { return error.name; } };
  return {
    cookie: of(() => { document.cookie = "probe=1; Path=/"; return document.cookie.includes("probe=1"); }),
    local: of(() => { localStorage.setItem("probe", "1"); return localStorage.length > 0; }),
    session: of(() => { sessionStorage.setItem("probe", "1"); return sessionStorage.length > 0; }),
  };
}"""


def is_shell() -> bool:
    """Whether the tests drive a headless shell, which has no settings."""
    return Path(installed() or "").name in SHELLS


def proxy_to(port: int, *, blocked: bool) -> Proxy:
    """Return a proxy to a port of this machine; for a shell that is to keep nothing, no cookie passes it."""
    return Proxy(lambda _: port, keeps_cookies=not (blocked and is_shell()))


@contextmanager
def browser_on(driver: Playwright, folder: Path, proxy: Proxy, *, blocked: bool) -> Iterator[BrowserContext]:
    """Open a browser profile whose every `*.localhost` is the proxy."""
    settings = {"profile": {"default_content_setting_values": {"cookies": BLOCK}}} if blocked else {}
    (folder / "Default").mkdir(parents=True)
    (folder / "Default" / "Preferences").write_text(json.dumps(settings))
    flags = [*FLAGS, f"--host-resolver-rules=MAP *.localhost 127.0.0.1:{proxy.port},MAP * ~NOTFOUND"]
    if blocked and is_shell():
        flags.append("--blink-settings=cookieEnabled=false")
    context = driver.chromium.launch_persistent_context(
        folder, executable_path=installed(), headless=True, args=flags, locale="en-US"
    )
    context.set_default_timeout(10_000)
    if blocked and is_shell():
        context.add_init_script(THROWING)
    yield context
    context.close()
