"""The proxy in front of a site: one port for several hosts, with or without TLS, on a thread of its own.

It answers by itself, or passes a request on to a port of this machine, as nginx does for `/troth/` on a real site.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Sequence

from msgspec import Struct

Headers = Sequence[tuple[str, str]]
HOP_BY_HOP = frozenset(("connection", "keep-alive", "transfer-encoding", "content-length"))


class Asked(Struct, frozen=True):
    """One request. `path` has its query; names of headers are lower case."""

    method: str
    path: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, "" if it is missing."""
        return next((value for known, value in self.headers if known == name), "")

    @property
    def host(self) -> str:
        """The host asked for, without port."""
        return self.header("host").partition(":")[0]


class Given(Struct, frozen=True):
    """One answer."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Headers = ()


Route = Callable[[Asked], Given | int]
"""Answers a request, or says to which port it is passed on."""


class Proxy:
    """Serves until it is closed. With `keeps_cookies=False` none passes, in neither direction."""

    def __init__(self, route: Route, tls: ssl.SSLContext | None = None, *, keeps_cookies: bool = True) -> None:
        self._route = route
        self._keeps_cookies = keeps_cookies
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        started = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self._server = asyncio.run_coroutine_threadsafe(started, self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Stop listening and let the thread end."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (asked := await self._read(reader)) is not None:
                _write(writer, await self._answer(asked))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the browser went away, or the proxy was closed
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Asked | None:
        """Return the next request of a connection, None when there is no other."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        first, headers = _parse(head)
        method, path, _ = first.split(" ")
        sent = dict(headers)
        body = await reader.readexactly(int(sent.get("content-length", "0")))
        return Asked(method, path, self._allowed(headers), body)

    async def _answer(self, asked: Asked) -> Given:
        answer = self._route(asked)
        if isinstance(answer, int):
            answer = await _pass_on(asked, answer)
        return Given(answer.body, answer.kind, answer.status, self._allowed(answer.headers))

    def _allowed(self, headers: Headers) -> Headers:
        return [pair for pair in headers if self._keeps_cookies or pair[0] not in ("cookie", "set-cookie")]


def _parse(head: bytes) -> tuple[str, Headers]:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = [line.partition(":") for line in lines]
    return first, [(name.lower(), value.strip()) for name, _, value in pairs]


def _write(writer: asyncio.StreamWriter, answer: Given) -> None:
    headers = [("content-type", answer.kind), ("content-length", str(len(answer.body))), *answer.headers]
    lines = [f"HTTP/1.1 {answer.status} -", *(f"{name}: {value}" for name, value in headers)]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body)


async def _pass_on(asked: Asked, port: int) -> Given:
    """Ask the port what the proxy was asked, and say for whom."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = [pair for pair in asked.headers if pair[0] not in HOP_BY_HOP]
    headers += [("x-forwarded-for", "127.0.0.1"), ("connection", "close"), ("content-length", str(len(asked.body)))]
    lines = [f"{asked.method} {asked.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + asked.body)
    head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    writer.close()
    first, said = _parse(head)
    if ("transfer-encoding", "chunked") in said:
        body = _joined(body)
    kind = next((value for name, value in said if name == "content-type"), "text/plain")
    kept = [pair for pair in said if pair[0] not in HOP_BY_HOP and pair[0] != "content-type"]
    return Given(body, kind, int(first.split(" ")[1]), kept)


def _joined(chunks: bytes) -> bytes:
    """Return a body that came in chunks, whole."""
    body = b""
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        body, chunks = body + rest[:length], rest[length + 2 :]
    return body
