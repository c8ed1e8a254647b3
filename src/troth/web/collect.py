"""The edge's `POST collect`: a bare ASGI callable, limits before parsing, no ambient rights (rules 32 to 36)."""

from __future__ import annotations

from functools import lru_cache

from troth.clock import Clock, to_ms
from troth.collect.beacon import read_beacon
from troth.collect.collector import Collector
from troth.collect.drops import ENCODED, FOREIGN_ORIGIN, TOO_LARGE, TOO_MANY, Drop
from troth.collect.pipeline import Arrival
from troth.collect.rate import RateLimit
from troth.errors import TrothError
from troth.pages.headers import Receive, Scope, Send
from troth.web.peer import TrustedProxies, visitor_address

BODY_LIMIT_BYTES = 8 * 1024
LENGTH_DIGITS = 9
HEADER_CUT = 512
METHODS = b"POST, OPTIONS"


class CollectEndpoint:
    """Reads one beacon and answers 204 when it is durable, else 4xx with `X-Troth-Drop: <clause> <reason>`."""

    def __init__(self, collector: Collector, proxies: TrustedProxies, rate: RateLimit, clock: Clock) -> None:
        self._collector = collector
        self._proxies = proxies
        self._rate = rate
        self._clock = clock
        self._origins = frozenset(origin.encode() for origin in collector.plan.origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"")
        if scope["method"] != "POST":
            await self._answer_other(scope["method"], origin, send)
            return
        at_ms = to_ms(self._clock.now())
        ip = visitor_address(scope, headers, self._proxies)
        refusal = self._refuse_early(headers, origin, ip, at_ms)
        if refusal is not None:
            await self._send(send, self._collector.refuse(refusal, at_ms), origin)
            return
        body = await _read_body(receive)
        read = read_beacon(body) if body is not None else TOO_LARGE
        if isinstance(read, Drop):
            await self._send(send, self._collector.refuse(read, at_ms), origin)
            return
        beacon, unknown_members = read
        try:
            drop = await self._collector.take(beacon, unknown_members, _arrival(headers, ip, at_ms))
        except TrothError:  # a store or a key that cannot be used now: the browser may try again
            await _send_unavailable(send, origin)
            return
        await self._send(send, drop, origin)

    def _refuse_early(self, headers: dict[bytes, bytes], origin: bytes, ip: str, at_ms: int) -> Drop | None:
        if origin not in self._origins:
            return FOREIGN_ORIGIN
        if b"content-encoding" in headers:
            return ENCODED
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > LENGTH_DIGITS or int(length) > BODY_LIMIT_BYTES:
            return TOO_LARGE
        return None if self._rate.allows(ip, at_ms) else TOO_MANY

    async def _send(self, send: Send, drop: Drop | None, origin: bytes) -> None:
        headers = _cors(origin) if origin in self._origins else [(b"vary", b"Origin")]
        status = 204
        if drop is not None:
            status = drop.status
            headers = [*headers, (b"x-troth-drop", f"{drop.clause} {drop.reason}".encode()), (b"content-length", b"0")]
            if status == 429:
                headers.append((b"retry-after", b"5"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _answer_other(self, method: str, origin: bytes, send: Send) -> None:
        """Answer a preflight of a declared origin; every other method is not for this door."""
        headers = [(b"vary", b"Origin"), (b"content-length", b"0"), (b"allow", METHODS)]
        status = 405
        if method == "OPTIONS":
            status = 204 if origin in self._origins else 403
            if status == 204:
                headers = [
                    *_cors(origin),
                    (b"access-control-allow-methods", METHODS),
                    (b"access-control-allow-headers", b"content-type"),
                    (b"access-control-max-age", b"600"),
                ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _cors(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"access-control-allow-origin", origin), (b"vary", b"Origin"), (b"cache-control", b"no-store")]


def _arrival(headers: dict[bytes, bytes], ip: str, at_ms: int) -> Arrival:
    said, keep = headers.get, HEADER_CUT + 1
    hints = (
        _text(said(b"sec-ch-ua", b"")[:keep]),
        _text(said(b"sec-ch-ua-mobile", b"")[:keep]),
        _text(said(b"sec-ch-ua-platform", b"")[:keep]),
    )
    agent, languages = said(b"user-agent", b"")[:keep], said(b"accept-language", b"")[:keep]
    return Arrival(ip, _text(agent), _text(languages), hints, at_ms)


@lru_cache(maxsize=4096)
def _text(cut: bytes) -> str:
    """Remembered by what was cut already: what somebody sends is never held whole."""
    return cut.decode("latin-1")


async def _read_body(receive: Receive) -> bytes | None:
    """Return the body, or None as soon as it is larger than we take."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > BODY_LIMIT_BYTES:
            return None
        message = await receive()
        body += message.get("body", b"")
    return body if len(body) <= BODY_LIMIT_BYTES else None


async def _send_unavailable(send: Send, origin: bytes) -> None:
    headers = [*_cors(origin), (b"retry-after", b"10"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
