"""The headers every page of ours carries (security rule 39): no script of others, no frame, no cache, no referrer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"
)


def security_headers(content_security_policy: str = CONTENT_SECURITY_POLICY) -> dict[str, str]:
    """Return the headers of a page; an answer that sets one of them itself keeps its own value."""
    return {
        "content-security-policy": content_security_policy,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    }


def with_security_headers(app: AsgiApp, content_security_policy: str = CONTENT_SECURITY_POLICY) -> AsgiApp:
    """Return `app` with `security_headers` added to every answer, errors included."""
    ours = [(name.encode(), value.encode()) for name, value in security_headers(content_security_policy).items()]

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message.get("headers", ()), ours)
            await send(message)

        await app(scope, receive, send_guarded)

    return guarded


def answering_head(app: AsgiApp) -> AsgiApp:
    """Return `app` answering HEAD with exactly the headers of GET and no body, on every address it has."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await app(scope, receive, send)
            return

        async def send_bodiless(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await app({**scope, "method": "GET"}, receive, send_bodiless)

    return guarded


def only_for_hosts(app: AsgiApp, hosts: Iterable[str]) -> AsgiApp:
    """Return `app` answering 421 to any Host not in `hosts` (rule 45), so no foreign name can be pointed at us.

    hosts   lower-case names without port
    """
    known = frozenset(hosts)

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and host_of(scope) not in known:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 421, "headers": headers})
            await send({"type": "http.response.body", "body": b"this address is not served here\n"})
            return
        await app(scope, receive, send)

    return guarded


def host_of(scope: Scope) -> str:
    """Return the name in the Host header, lower case, without port; empty if there is none or more than one."""
    said = [value for name, value in scope.get("headers", ()) if name == b"host"]
    host = said[0].decode("latin-1").lower() if len(said) == 1 else ""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _completed(theirs: Iterable[tuple[bytes, bytes]], ours: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    headers = list(theirs)
    said = {name.lower() for name, _ in headers}
    return headers + [(name, value) for name, value in ours if name not in said]
