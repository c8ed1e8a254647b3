"""The edge's `consent`: POST a choice, GET how it stands, DELETE it all (clauses 4 and 8, security rules 32, 33, 36).

A bare ASGI callable without ambient rights: it reads no cookie, the token comes in the body or in a header. Limits
come before parsing, the store is asked in threads of its own, and what a decoder says is shown to nobody (rule 47).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from troth.clock import Clock, to_ms
from troth.collect.rate import RateLimit
from troth.consent import Choice, ChoiceRefused, ConsentDesk, Decided, StaleChoice, Standing, UnknownToken
from troth.errors import Erased, Restricted, TrothError
from troth.pages.headers import Receive, Scope, Send
from troth.policy.versions import Version, VersionsInForce
from troth.web.choice_cookies import TOKEN, choice_cookies, cleared_cookies
from troth.web.peer import TrustedProxies, visitor_address

BODY_LIMIT_BYTES: Final = 4 * 1024
MOST_BRACKETS: Final = 8
"""A choice has two; no value in it may hold a bracket, so counting them bounds the depth without parsing."""
THREADS: Final = 32
MOST_AT_ONCE: Final = 1024
RETRY_AFTER_S: Final = 10
METHODS: Final = b"GET, POST, DELETE, OPTIONS"

Headers = list[tuple[bytes, bytes]]
T = TypeVar("T")

Hash16 = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
Hash64 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Token = Annotated[str, Meta(max_length=128)]
"""Any short text: a browser whose cookie was damaged must still be able to say no, so it counts as having none."""
How = Literal["banner", "details", "form", "gpc"]
"""How a browser may say it chose; what a guardian says comes another way (consent/guardian.py)."""
PurposeId = Annotated[str, Meta(max_length=64)]


class Sent(Struct, forbid_unknown_fields=True):
    """The body of a POST, as the script sends it. `policy` is the beginning of the hash of the version shown."""

    policy: Hash16
    lang: Annotated[str, Meta(max_length=16)]
    layer: Annotated[int, Meta(ge=1, le=2)]
    how: How
    purposes: Annotated[dict[PurposeId, bool], Meta(max_length=64)]
    text: Hash64
    token: Token | None = None
    gpc: bool = False

    @property
    def known_token(self) -> str | None:
        """The token if it is well formed."""
        return self.token if self.token and TOKEN.fullmatch(self.token) else None


_decode = msgspec.json.Decoder(Sent).decode
_encode = msgspec.json.Encoder(order="sorted").encode


class Refusal(Exception):
    """An answer other than 200; `word` is a fixed word that is counted and shown."""

    def __init__(self, status: int, word: str, **facts: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word
        self.facts = facts


class ConsentEndpoint:
    """Answers `consent` for every method.

    count   told the word of each refusal, so that it can be counted (rule 33)
    """

    def __init__(
        self,
        desk: ConsentDesk,
        versions: VersionsInForce,
        proxies: TrustedProxies,
        rate: RateLimit,
        clock: Clock,
        count: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._desk = desk
        self._versions = versions
        self._proxies = proxies
        self._rate = rate
        self._clock = clock
        self._count = count
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="consent")
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        cors: Headers = [(b"vary", b"Origin")]
        try:
            version = self._version()
            cors = _cors(scope["method"], headers, version)
            await self._answer(scope, headers, version, receive, send, cors)
        except Refusal as refusal:
            self._count(refusal.word)
            await _send_json(send, refusal.status, {"error": refusal.word, **refusal.facts}, cors)

    def close(self) -> None:
        """Let the threads finish."""
        self._threads.shutdown()

    async def _answer(
        self, scope: Scope, headers: dict[bytes, bytes], version: Version, receive: Receive, send: Send, cors: Headers
    ) -> None:
        method = scope["method"]
        if method == "OPTIONS":
            await _send_preflight(send, cors)
            return
        self._refuse_too_many(scope, headers)
        if method == "POST":
            sent = _read(await _body(headers, receive))
            decided = await self._ask(lambda: self._desk.decide(_choice(sent, headers, version), sent.known_token))
            await _send_decided(send, decided, version, cors)
        elif method == "GET":
            token = _token(headers)
            standing = await self._ask(lambda: self._desk.standing(token))
            await _send_json(send, 200, _shown(standing), cors)
        elif method == "DELETE":
            token = _token(headers)
            decided = await self._ask(lambda: self._desk.withdraw(token))
            await _send_decided(send, decided, version, cors)
        else:
            raise Refusal(405, "method")

    def _version(self) -> Version:
        try:
            return self._versions.at(self._clock.now())
        except TrothError:
            raise Refusal(503, "no_policy") from None

    def _refuse_too_many(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        ip = visitor_address(scope, headers, self._proxies)
        if not self._rate.allows(ip, to_ms(self._clock.now())):
            raise Refusal(429, "too_many")

    async def _ask(self, question: Callable[[], T]) -> T:
        """Ask the desk in a thread, so that the loop stays free; say truthfully when it cannot answer."""
        if self._running >= MOST_AT_ONCE:
            raise Refusal(503, "busy")
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, question)
        except StaleChoice as stale:
            raise Refusal(409, "stale_policy", policy=stale.current[:16]) from None
        except ChoiceRefused as refused:
            raise Refusal(422, "choice", what=refused.what, fix=refused.fix) from None
        except (UnknownToken, Erased):
            raise Refusal(404, "unknown_token") from None
        except Restricted:
            raise Refusal(403, "restricted") from None
        except TrothError:
            raise Refusal(503, "store") from None
        finally:
            self._running -= 1


def _cors(method: str, headers: dict[bytes, bytes], version: Version) -> Headers:
    """Return the headers for a declared origin. Raises Refusal for any other, a missing one too.

    Browsers send no Origin with a same-origin GET; there Sec-Fetch-Site says it, which no page can forge.
    """
    origin = headers.get(b"origin")
    if origin is None and method == "GET" and headers.get(b"sec-fetch-site") == b"same-origin":
        return [(b"vary", b"Origin")]
    if origin is None or origin not in {declared.encode() for declared in version.policy.scope.origins}:
        raise Refusal(403, "foreign_origin")
    return [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Return the body, refused as soon as it is too large."""
    if b"content-encoding" in headers:
        raise Refusal(415, "encoded")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 9 or int(length) > BODY_LIMIT_BYTES:
        raise Refusal(413, "too_large")
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Refusal(400, "cut_short")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_LIMIT_BYTES:
            raise Refusal(413, "too_large")
    return body


def _read(body: bytes) -> Sent:
    if body.count(b"{") + body.count(b"[") > MOST_BRACKETS:
        raise Refusal(400, "too_deep")
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # the message quotes what was sent
        raise Refusal(400, "malformed") from None


def _choice(sent: Sent, headers: dict[bytes, bytes], version: Version) -> Choice:
    return Choice(
        purposes=sent.purposes,
        language=sent.lang,
        layer=sent.layer,
        how=sent.how,
        text_hash=sent.text,
        policy_hash=sent.policy,
        gpc=version.policy.consent.honour_gpc and (sent.gpc or headers.get(b"sec-gpc") == b"1"),
    )


def _token(headers: dict[bytes, bytes]) -> str:
    token = headers.get(b"x-troth-token", b"").decode("latin-1")
    if not TOKEN.fullmatch(token):
        raise Refusal(404, "unknown_token")
    return token


def _shown(standing: Standing | None) -> dict[str, object]:
    if standing is None:
        raise Refusal(404, "unknown_token")
    return {"granted": sorted(standing.granted), "since": standing.since, "policy": standing.policy_hash[:16]}


async def _send_decided(send: Send, decided: Decided, version: Version, cors: Headers) -> None:
    zone = version.policy.zone
    cookies = choice_cookies(decided, decided.decided_at.astimezone(zone).date())
    if decided.withdrawn:  # and what merely needed it stops with it
        cookies += cleared_cookies(version.policy, version.policy.consent_purposes.keys() - decided.granted)
    said = {
        "token": decided.token,
        "granted": sorted(decided.granted),
        "until": decided.until.astimezone(zone).date(),
        "withdrawn": sorted(decided.withdrawn),
        "receipt": decided.receipt.number if decided.receipt else None,
    }
    await _send_json(send, 200, said, cors, [(b"set-cookie", cookie.encode()) for cookie in cookies])


async def _send_json(
    send: Send, status: int, said: dict[str, Any], cors: Headers, more: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    body = _encode(said)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *cors,
        *more,
    ]
    if status in (429, 503):
        headers.append((b"retry-after", str(RETRY_AFTER_S).encode()))
    if status == 405:
        headers.append((b"allow", METHODS))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _send_preflight(send: Send, cors: Headers) -> None:
    headers = [
        *cors,
        (b"access-control-allow-methods", METHODS),
        (b"access-control-allow-headers", b"content-type, x-troth-token"),
        (b"access-control-max-age", b"600"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
