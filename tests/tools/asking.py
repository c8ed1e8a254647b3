"""Asks a bare ASGI application and keeps its answer, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple
from urllib.parse import urlencode


class Reply(NamedTuple):
    """What came back. `headers` has the last of each name; `cookies` every Set-Cookie."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    app: Any,
    address: str,
    *,
    host: str = "www.acme.localhost",
    method: str = "GET",
    fields: Mapping[str, str] | None = None,
    raw: bytes = b"",
    client: str = "192.0.2.7",
    port: int = 80,
    **headers: str,
) -> Reply:
    """Send one request; `fields` are sent as a form, `raw` as it is. Header names are written with underscores."""
    path, _, query = address.partition("?")
    body = urlencode(fields).encode() if fields is not None else raw
    said = [(b"host", host.encode())]
    said += [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": said,
        "client": (client, 40000), "server": ("127.0.0.1", port), "extensions": {}, "state": {},
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    with ThreadPoolExecutor(1) as pool:  # a thread of its own: a browser test may have left a loop running in this one
        pool.submit(asyncio.run, app(scope, receive, send)).result()
    start = next(message for message in sent if message["type"] == "http.response.start")
    pairs = [(name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"]]
    content = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Reply(start["status"], dict(pairs), [value for name, value in pairs if name == "set-cookie"], content)
