"""The rooms' receipts (security rule 31): number and token together show one; a number alone is an unknown address.

The token comes in the body and nowhere else, there is no cookie, so any page may hold the button: the site's choices
page does. GET answers every number with the page for an address that does not exist, and so does a wrong token.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from litestar import MediaType, Response, route
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from troth.consent.receipt import Receipt
from troth.errors import Erased, Expired
from troth.pages.answers import fields_of
from troth.pages.headers import Scope
from troth.web.choice_cookies import TOKEN
from troth.web.room_pages import Page, RoomPages, Visitor

BODY_LIMIT_BYTES: Final = 4 * 1024
NUMBER: Final = re.compile(r"[0-9a-f]{32}")


class Desk(Protocol):
    """What the rooms ask of the consent desk."""

    def receipt(self, number: str, token: str) -> Receipt | None:
        """Return a browser's own receipt; None for a wrong token and for an unknown number alike."""
        ...

    def issue(self, receipt: Receipt) -> bytes:
        """Return the signed document."""
        ...


def receipts_route(pages: RoomPages, desk: Desk, allows: Callable[[Scope], bool] = lambda _: True) -> HTTPRouteHandler:
    """Return the handler of `/privacy/receipts/{number}`, to stand among the rooms.

    allows   whether this address may ask now (rule 36); asked before the body is read
    """

    @route("/privacy/receipts/{number:str}", http_method=["GET", "POST"], status_code=200)
    async def receipts(request: Visitor) -> Page:
        if request.method != "POST":
            raise NotFoundException
        if not allows(request.scope):  # type: ignore[arg-type]
            return _plain(b"too many, please wait\n", 429, {"retry-after": "10"})
        fields = await _fields(request)
        if fields is None:
            return _plain(b"too large\n", 413)
        return await asyncio.to_thread(_answer, request, fields, pages, desk)

    return receipts


def _answer(request: Visitor, fields: Mapping[str, str], pages: RoomPages, desk: Desk) -> Page:
    receipt = _find(request.path_params["number"], fields.get("token", ""), desk)
    if receipt is None:
        raise NotFoundException
    if fields.get("as") == "json":
        return receipt_file(desk.issue(receipt), receipt.number)
    return pages.receipt(request, receipt.statement, fields["token"])


def _find(number: str, token: str, desk: Desk) -> Receipt | None:
    if not NUMBER.fullmatch(number) or not TOKEN.fullmatch(token):
        return None
    try:
        return desk.receipt(number, token)
    except (Erased, Expired):
        return None


def receipt_file(document: bytes, number: str) -> Page:
    """Return a receipt as a file to keep."""
    named = {"content-disposition": f'attachment; filename="receipt-{number[:8]}.json"'}
    return Response(document, media_type=MediaType.JSON, headers=named)


async def _fields(request: Visitor) -> Mapping[str, str] | None:
    """Return the form's fields; None as soon as the body is too large."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT_BYTES:
            return None
    return fields_of(body)


def _plain(text: bytes, status: int, headers: Mapping[str, str] | None = None) -> Page:
    return Response(text, status_code=status, media_type=MediaType.TEXT, headers=dict(headers or {}))
