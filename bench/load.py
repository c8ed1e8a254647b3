"""The client of the collector's benchmark: 64 connections, 10,000 browsers, every answer counted."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence

import uvloop
from msgspec import Struct

CONNECTIONS = 64


class Tally(Struct):
    """What the client saw. `views` are the view ids answered with 204, in order of the answers."""

    views: list[str]
    refused: int = 0
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Acknowledged views a second."""
        return len(self.views) / self.seconds


class Beacons:
    """Builds requests: one browser after the other, each with a fresh view id and every declared fact."""

    def __init__(self, tokens: Sequence[str], host: str, origin: str, path: str = "/troth/collect") -> None:
        self._parts = [_request_parts(token, number, host, origin, path) for number, token in enumerate(tokens)]
        self._number = 0

    def next(self) -> tuple[str, bytes]:
        """Return a fresh view id and the request that carries it."""
        head, tail = self._parts[self._number % len(self._parts)]
        self._number += 1
        view = secrets.token_hex(8)
        return view, head + view.encode() + tail


def _request_parts(token: str, number: int, host: str, origin: str, path: str) -> tuple[bytes, bytes]:
    page = ("/", "/products", "/products/k1", "/news", "/jobs")[number % 5]
    head = f'{{"token":"{token}","view":"'
    tail = (
        f'","seq":0,"engaged_ms":0,"path":"{page}","query":"?q=riscv","referrer":"https://www.baidu.com/",'
        '"facts":{"tz":"Asia/Shanghai","screen":"1920x1080","color_bits":24,"cookie_ok":true,"opened_at":'
        f"{int(time.time() * 1000)}}}}}"
    )
    length = len(head) + 16 + len(tail)
    headers = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Type: text/plain;charset=UTF-8\r\n"
        "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{140 + number % 16}.0.0.0 Safari/537.36\r\n"
        "Accept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\n"
        f"X-Forwarded-For: {address_of(number)}\r\nContent-Length: {length}\r\n\r\n"
    )
    return (headers + head).encode(), tail.encode()


def address_of(number: int) -> str:
    """Return the address of the browser with this number; four browsers share a network."""
    return f"100.{number // 4 >> 8 & 255}.{number // 4 & 255}.{number % 4 + 1}"


class _Connection(asyncio.Protocol):
    """One keep-alive connection: sends the next request as soon as the answer to the last one is whole."""

    def __init__(self, beacons: Beacons, tally: Tally, done: asyncio.Event) -> None:
        self._beacons, self._tally, self._done = beacons, tally, done
        self._view = ""
        self._buffer = b""
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._view, request = self._beacons.next()
        self._transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        if self._buffer.startswith(b"HTTP/1.1 204"):
            self._tally.views.append(self._view)
        else:
            self._tally.refused += 1
        self._buffer = self._buffer[end + 4 :]
        if self._done.is_set():
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


async def _drive(port: int, beacons: Beacons, seconds: float, connections: int) -> Tally:
    loop = asyncio.get_running_loop()
    tally, done = Tally([]), asyncio.Event()
    began = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: _Connection(beacons, tally, done), "127.0.0.1", port)
        for _ in range(connections)
    ]
    loop.call_later(seconds, done.set)
    await asyncio.wait_for(asyncio.gather(*(protocol.closed for _, protocol in opened)), seconds + 30)
    tally.seconds = time.perf_counter() - began
    return tally


def drive(port: int, beacons: Beacons, seconds: float, connections: int = CONNECTIONS) -> Tally:
    """Load one server for so many seconds; every request sent is answered before this returns."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_drive(port, beacons, seconds, connections))
