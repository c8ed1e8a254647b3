"""A stand-in for somebody else's statistics script, so that consent has something to hold back (clause 2).

It behaves as such scripts do: sets a random cookie on the site, and sends address, browser and screen to its own host.
Its board, made to be put in a frame, shows what it counted, and learns who looks at it by being asked.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from troth.pages.answers import Answer, TooLarge, header, query_of, read_body, send_answer
from troth.pages.headers import AsgiApp, Receive, Scope, Send, only_for_hosts

HOST: Final = "sdk.vendor.localhost"
BODY_LIMIT_BYTES: Final = 4096
HITS_KEPT: Final = 1000
BOARD_ROWS: Final = 5
NO_STORE: Final = (("cache-control", "no-store"),)
BOARD_POLICY: Final = (("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"),)
SCRIPT: Final = """(() => {
  "use strict";
  const kept = document.cookie.split("; ").find((pair) => pair.startsWith("_va="));
  const id = kept ? kept.slice(4) : crypto.randomUUID();
  document.cookie = "_va=" + id + "; Path=/; Max-Age=15552000; SameSite=Lax";
  document.cookie = "_va_session=" + Date.now() + "; Path=/; Max-Age=86400; SameSite=Lax";
  fetch(new URL("/hit", document.currentScript.src), {
    method: "POST",
    mode: "cors",
    credentials: "omit",
    keepalive: true,
    body: JSON.stringify({ id, page: location.href, agent: navigator.userAgent,
      screen: screen.width + "x" + screen.height }),
  }).catch(() => {});
})();
"""
PAGES: Final = Environment(
    loader=PackageLoader("troth.demo", "vendor"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def sdk_app(host: str = HOST) -> AsgiApp:
    """Return the vendor's host: /va.js, /board, /privacy, /hit, and /hits with what was sent, for tests."""
    hits: deque[dict[str, Any]] = deque(maxlen=HITS_KEPT)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(scope, send, await _answer(scope, receive, hits))

    return only_for_hosts(serve, [host])


async def _answer(scope: Scope, receive: Receive, hits: deque[dict[str, Any]]) -> Answer:
    path, method = scope["path"], scope["method"]
    if path == "/va.js":
        return Answer(SCRIPT.encode(), kind="text/javascript; charset=utf-8", headers=NO_STORE)
    if path == "/board":
        return Answer(_board(hits, query_of(scope).get("lang", "")), headers=NO_STORE + BOARD_POLICY)
    if path == "/privacy":
        return Answer(b"An invented company's statement. It keeps what /va.js sends for 180 days.\n", kind="text/plain")
    if path == "/hits":
        return Answer(json.dumps(list(hits)).encode(), kind="application/json", headers=NO_STORE)
    if path == "/hit" and method == "POST":
        return await _take(scope, receive, hits)
    return Answer(b"no such page\n", 404, "text/plain")


def _board(hits: deque[dict[str, Any]], language: str) -> bytes:
    """Return the vendor's page of what it counted since it started."""
    pages = Counter(_path_of(str(hit.get("page", ""))) for hit in hits)
    most = max(pages.values(), default=1)
    rows = [(path, count, round(100 * count / most)) for path, count in pages.most_common(BOARD_ROWS)]
    readers = len({str(hit.get("id", "")) for hit in hits})
    chinese = language.startswith("zh")
    facts = {"lang": "zh-CN" if chinese else "en", "chinese": chinese, "rows": rows}
    return PAGES.get_template("board.html").render(facts, views=len(hits), readers=readers).encode()


def _path_of(address: str) -> str:
    """Return the path of an address, whatever somebody sent as one."""
    return "/" + address.partition("://")[2].partition("?")[0].partition("#")[0].partition("/")[2]


async def _take(scope: Scope, receive: Receive, hits: deque[dict[str, Any]]) -> Answer:
    """Keep one hit; any site may send, as with real scripts of this kind."""
    allowed = (("access-control-allow-origin", "*"),)
    try:
        hit = json.loads(await read_body(receive, BODY_LIMIT_BYTES))
    except (TooLarge, ValueError):
        return Answer(b"", 400, "text/plain", allowed)
    if not isinstance(hit, dict):
        return Answer(b"", 400, "text/plain", allowed)
    hits.append({**hit, "origin": header(scope, "origin"), "cookies": header(scope, "cookie")})
    return Answer(b"", 204, "text/plain", allowed)
