"""Talks to an ASGI application without a server: one request, chunk by chunk, and what came back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from msgspec import Struct

App = Callable[[dict[str, Any], Callable[[], Awaitable[dict[str, Any]]], Callable[[Any], Awaitable[None]]], Any]
Headers = Iterable[tuple[bytes, bytes]]
PEER = "192.0.2.7"


class Answer(Struct):
    """Status, headers and body of one answer; `read` says how many bytes of the body the application asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    read: int

    @property
    def drop(self) -> str:
        """The clause and reason of a refusal, "" if there was none."""
        return self.headers.get("x-troth-drop", "")


class Request(Struct):
    """One request as a server would hand it over.

    chunks    the body in pieces; an iterator is only taken from as far as the application reads
    breaks    the client goes away after the last chunk, without finishing the body
    """

    chunks: Iterable[bytes]
    headers: Headers = ()
    method: str = "POST"
    path: str = "/troth/collect"
    peer: str | None = PEER
    breaks: bool = False


async def answer_to(app: App, request: Request) -> Answer:
    """Let the application answer one request."""
    pieces, read = iter(request.chunks), 0
    ahead: list[bytes | None] = [next(pieces, None)]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        nonlocal read
        piece = ahead.pop()
        if piece is None and request.breaks:
            ahead.append(None)
            return {"type": "http.disconnect"}
        ahead.append(next(pieces, None))
        read += len(piece or b"")
        return {"type": "http.request", "body": piece or b"", "more_body": ahead[0] is not None or request.breaks}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "query_string": b"",
        "headers": list(request.headers),
        "client": (request.peer, 40000) if request.peer is not None else None,
        "server": ("127.0.0.1", 8400),
    }
    await app(scope, receive, send)
    start, *bodies = sent
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(message.get("body", b"") for message in bodies), read)


def ask(app: App, *requests: Request) -> list[Answer]:
    """Send requests one after the other, on a loop and a thread of their own; a browser's driver may own this one's."""

    async def each() -> list[Answer]:
        return [await answer_to(app, request) for request in requests]

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(each())).result()


def post(body: bytes, origin: bytes | None, *more: tuple[bytes, bytes], **said: Any) -> Request:
    """A POST as a browser sends it: origin, length, agent. `said` overrides parts of the Request."""
    headers: Sequence[tuple[bytes, bytes]] = (
        (b"host", b"www.acme.localhost"),
        *(((b"origin", origin),) if origin is not None else ()),
        (b"content-type", b"text/plain;charset=UTF-8"),
        (b"content-length", str(len(body)).encode()),
        (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0"),
        (b"accept-language", b"en"),
        *more,
    )
    return Request(**{"chunks": [body], "headers": headers} | said)
