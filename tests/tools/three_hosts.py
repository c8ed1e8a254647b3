"""A site, its rooms and another company's statistics on three hosts over TLS, with a house in a process of its own.

The site is a single-page app under a strict policy; its server and the company's script set cookies in every way there
is, on the levels of path and domain, hidden from scripts or not, and send when the page ends.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

from proxy import Asked, Given, Proxy
from servers import free_port, start, stop
from tls import make_certificate

from troth.app.house import House
from troth.app.keyfile import confirm_key_file, make_key_file
from troth.clock import SetClock, SystemClock
from troth.collect.lines import ViewLine, read_lines
from troth.policy import load_policy
from troth.settings import read_settings

SITE, ROOMS, STATS = "www.a.test", "privacy.a.test", "stats.b.test"
START_S = 30
SITE_CSP = (
    f"default-src 'none'; script-src 'self' https://{STATS}; connect-src 'self' https://{STATS}; "
    f"img-src 'self' https://{STATS}; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types troth"
)
PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A</title>
<script src="/troth/troth.js" defer></script><script src="/app.js" defer></script>
<script type="text/plain" data-troth="stats" src="https://{STATS}/sdk.js"></script></head><body>
<nav><a href="/">Home</a> <a href="/products">Products</a> <a href="/products/k1">K1</a> <a href="/jobs">Jobs</a></nav>
<main><h1>Home</h1></main><footer><a href="/troth/choices" data-troth-open>Privacy choices</a></footer></body></html>"""
APP = """// Routes without loading a page; asks the site's own server for its statistics cookies once there is a yes.
const show = () => { document.querySelector("h1").textContent = location.pathname; };
document.querySelector("nav").addEventListener("click", (event) => {
  if (!event.target.href) return;
  event.preventDefault();
  history.pushState({}, "", event.target.href);
  show();
});
addEventListener("popstate", show);
troth.onChange((granted) => granted.includes("statistics") && fetch("/api/seen", { method: "POST" }));
localStorage.setItem("cart", "kept");
show();"""
SDK = f"""(() => {{
  const send = (what) => `https://{STATS}/${{what}}?at=${{Date.now()}}&from=${{location.pathname}}`;
  document.cookie = "st_visit=1; Path=/; Max-Age=9999; Secure";
  document.cookie = "st_company=1; Domain=a.test; Path=/; Max-Age=9999; Secure";
  document.cookie = "st_shop=1; Path=/products; Max-Age=9999; Secure";
  document.cookie = "st_x_7f3a=1; Path=/; Domain=a.test; Max-Age=9999; Secure";
  localStorage.setItem("st_seen", "1");
  sessionStorage.setItem("st_tab", "1");
  const hit = (what) => {{ new Image().src = send(what); }};
  hit("hit");
  navigation.addEventListener("navigatesuccess", () => hit("route"));
  setInterval(() => hit("tick"), 40);
  for (const name of ["pagehide", "unload", "beforeunload"]) {{
    addEventListener(name, () => navigator.sendBeacon(send("leave"), name));
  }}
}})();"""
HIDDEN = "; HttpOnly; Secure; SameSite=Lax; Max-Age=9999"
SERVER_COOKIES = (
    f"srv_host=1; Path=/{HIDDEN}",
    f"srv_company=1; Domain=a.test; Path=/{HIDDEN}",
    f"srv_shop=1; Path=/products{HIDDEN}",
)
CART = f"cart=1; Path=/{HIDDEN}"


class ThreeHosts:
    """The three hosts, running. `flags` are what a browser needs to find and believe them."""

    def __init__(self, folder: Path) -> None:
        self.data, self.policy = folder / "data", Path(__file__).parents[1] / "browser" / "three_hosts.yaml"
        self.key_file = folder / "keys" / "troth-keys.json"
        confirm_key_file(self.key_file, make_key_file(self.key_file, self.data).identity)
        self.port = free_port()
        self._command = ["-m", "troth", "serve", self.policy, *self._flags_of_the_house()]
        self._server = start(self._command)
        certificate = make_certificate(folder / "tls", SITE, ROOMS, STATS)
        self._proxy = Proxy(self._route, certificate.context)
        hosts = ",".join(f"MAP {host} 127.0.0.1:{self._proxy.port}" for host in (SITE, ROOMS, STATS))
        self.flags = (f"--host-resolver-rules={hosts},MAP * ~NOTFOUND", certificate.flag)
        self._wait()

    def _flags_of_the_house(self) -> list[str | Path | int]:
        given = {"--data": self.data, "--key-file": self.key_file, "--port": self.port, "--console-port": free_port()}
        given |= {"--public-url": f"https://{ROOMS}", "--trusted-proxies": "127.0.0.1"}
        return [word for pair in given.items() for word in pair]

    def _route(self, asked: Asked) -> Given | int:
        path = asked.path.partition("?")[0]
        if asked.host == STATS:
            return _stats(path)
        if asked.host == ROOMS or path.startswith("/troth/"):
            return self.port
        return _site(asked.method, path)

    def stop(self) -> None:
        """Stop the house in an orderly way, and the proxy."""
        if self._server.poll() is None:
            stop(self._server)
            self._proxy.close()

    def open_stores(self, later: timedelta) -> House:
        """Open the stores of the stopped house at a later moment."""
        given = {"data": self.data, "key_file": self.key_file, "public_url": f"https://{ROOMS}"}
        clock = SetClock(SystemClock().now() + later)
        return House(load_policy(self.policy), read_settings(given, {}), clock)

    def pages_on_disk(self) -> list[str]:
        """The pages of every view on disk, in the order they came; an acknowledged view is there already."""
        files = sorted((self.data / "segments").glob("*.segment"))
        lines = [line for file in files for line in read_lines(file.read_bytes())[0]]
        return [line.page for line in lines if isinstance(line, ViewLine)]

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5).close()
            except (urllib.error.URLError, OSError):
                assert self._server.poll() is None, "the house did not start"
                assert time.monotonic() < deadline, "the house did not answer"
                time.sleep(0.05)
            else:
                return


def _site(method: str, path: str) -> Given:
    if path == "/app.js":
        return Given(APP.encode(), "text/javascript")
    if path == "/api/seen" and method == "POST":
        return Given(status=204, headers=[("set-cookie", cookie) for cookie in SERVER_COOKIES])
    if path == "/favicon.ico":
        return Given(status=204)
    return Given(PAGE.encode(), headers=[("content-security-policy", SITE_CSP), ("set-cookie", CART)])


def _stats(path: str) -> Given:
    if path == "/sdk.js":
        return Given(SDK.encode(), "text/javascript")
    return Given(status=204, headers=[("set-cookie", "uid=1; Secure; SameSite=None; Max-Age=9999")])
