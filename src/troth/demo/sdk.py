"""A stand-in for somebody else's statistics script, so that consent has something to hold back (clause 2).

It behaves as such scripts do: sets a random cookie on the site, and sends address, browser and screen to its own host.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any, Final

from troth.pages.answers import Answer, TooLarge, header, query_of, read_body, send_answer
from troth.pages.headers import AsgiApp, Receive, Scope, Send, only_for_hosts

HOST: Final = "sdk.vendor.localhost"
BODY_LIMIT_BYTES: Final = 4096
HITS_KEPT: Final = 1000
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
MAP: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Map</title></head>
<body><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 320" width="100%" role="img" aria-label="Map">
<rect width="640" height="320" fill="#e9efe6"/>
<path d="M0 210c120-40 190 30 320-10s200-60 320-20v140H0z" fill="#bcd9e6"/>
<g stroke="#fff" stroke-width="9" fill="none"><path d="M0 90h640M120 0v250M300 0v220M470 0v190"/></g>
<circle cx="300" cy="90" r="11" fill="#b5472f"/></svg></body></html>
"""


def sdk_app(host: str = HOST) -> AsgiApp:
    """Return the vendor's host: /va.js, /map.html, /privacy, /hit, and /hits with what was sent, for tests."""
    hits: deque[dict[str, Any]] = deque(maxlen=HITS_KEPT)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(scope, send, await _answer(scope, receive, hits))

    return only_for_hosts(serve, [host])


async def _answer(scope: Scope, receive: Receive, hits: deque[dict[str, Any]]) -> Answer:
    path, method = scope["path"], scope["method"]
    if path == "/va.js":
        return Answer(SCRIPT.encode(), kind="text/javascript; charset=utf-8", headers=(("cache-control", "no-store"),))
    if path == "/map.html":
        hits.append({"map": True, "query": query_of(scope)})
        return Answer(MAP.encode())
    if path == "/privacy":
        return Answer(b"An invented company's statement. It keeps what /va.js sends for 180 days.\n", kind="text/plain")
    if path == "/hits":
        return Answer(
            json.dumps(list(hits)).encode(), kind="application/json", headers=(("cache-control", "no-store"),)
        )
    if path == "/hit" and method == "POST":
        return await _take(scope, receive, hits)
    return Answer(b"no such page\n", 404, "text/plain")


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
