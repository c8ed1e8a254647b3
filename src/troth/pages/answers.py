"""One plain answer for the bare ASGI handlers of both faces, and a body read with its limit first (rule 36)."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from msgspec import Struct

from troth.pages.headers import Receive, Scope, Send

HTML = "text/html; charset=utf-8"


class Answer(Struct, frozen=True):
    """Status, body and headers of one answer; `cookies` are complete Set-Cookie values."""

    body: bytes
    status: int = 200
    kind: str = HTML
    headers: Sequence[tuple[str, str]] = ()
    cookies: Sequence[str] = ()


class TooLarge(Exception):
    """The body is longer than its limit; nothing of it was looked at."""


async def send_answer(scope: Scope, send: Send, answer: Answer) -> None:
    """Send `answer`; a HEAD request gets its headers only."""
    headers = [("content-type", answer.kind), ("content-length", str(len(answer.body))), *answer.headers]
    headers += [("set-cookie", cookie) for cookie in answer.cookies]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})


async def read_body(receive: Receive, limit_bytes: int) -> bytes:
    """Return the request's body. Raises TooLarge as soon as it passes `limit_bytes`."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > limit_bytes:
            raise TooLarge
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def header(scope: Scope, name: str) -> str:
    """Return one request header, or "" if it is missing or was sent twice with different values."""
    wanted = name.encode()
    found = {value for key, value in scope["headers"] if key == wanted}
    return found.pop().decode("latin-1") if len(found) == 1 else ""


def query_of(scope: Scope) -> dict[str, str]:
    """Return the query's names and values; of a name given twice the first counts."""
    return fields_of(bytes(scope.get("query_string", b"")))


def fields_of(raw: bytes) -> dict[str, str]:
    """Return names and values of a query or an urlencoded form; what is not UTF-8 becomes the replacement mark."""
    try:
        pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=200, errors="replace")
    except ValueError:
        return {}
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields
