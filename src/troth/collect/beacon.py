"""Clause 2.1: the form of a beacon; whatever does not have this form never gets further."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from troth.collect.drops import MALFORMED, TOO_DEEP, UNDECLARED, Drop

MAX_DEPTH = 8

# \A and \Z: a "$" would let a newline stand behind the last digit.
Token = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]
ViewId = Annotated[str, Meta(pattern=r"\A[0-9a-f]{16}\Z")]
Line = Annotated[str, Meta(max_length=2048)]
Scalar = Annotated[str, Meta(max_length=512)] | int | float | bool | None


class Beacon(Struct, forbid_unknown_fields=True):
    """One ping of one page view, as the script sends it.

    token       the browser's token, given after consent
    view        random id of the page view, made by the browser
    seq         0 for the first ping of a view, rising
    engaged_ms  engaged time so far in this view, cumulative
    facts       catalogue key -> value as the browser saw it
    """

    token: Token
    view: ViewId
    seq: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    engaged_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = 0
    path: Line = "/"
    query: Line = ""
    referrer: Line = ""
    facts: Annotated[dict[str, Scalar], Meta(max_length=64)] = {}


_decode = msgspec.json.Decoder(Beacon).decode
_decode_anything = msgspec.json.Decoder().decode
_FIELDS = frozenset(Beacon.__struct_fields__)


def read_beacon(body: bytes) -> tuple[Beacon, int] | Drop:
    """Return the beacon and how many unknown members were left out of it, or why it is refused.

    The decoder's own message quotes the visitor's input, so it is never passed on (security rule 47).
    """
    try:
        return _decode(body), 0
    except msgspec.ValidationError:
        return _read_without_unknown(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return MALFORMED
    except RecursionError:
        return TOO_DEEP


def _read_without_unknown(body: bytes) -> tuple[Beacon, int] | Drop:
    """The slow path: leave out members nobody declared, then insist on the form of the rest."""
    try:
        anything = _decode_anything(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return MALFORMED
    except RecursionError:
        return TOO_DEEP
    if _deeper_than(anything, MAX_DEPTH):
        return TOO_DEEP
    if not isinstance(anything, dict):
        return MALFORMED
    known = {key: value for key, value in anything.items() if key in _FIELDS}
    try:
        return msgspec.convert(known, Beacon), len(anything) - len(known)
    except (msgspec.ValidationError, ValueError):
        return MALFORMED


def _deeper_than(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        return depth == 0 or any(_deeper_than(inner, depth - 1) for inner in value.values())
    if isinstance(value, list):
        return depth == 0 or any(_deeper_than(inner, depth - 1) for inner in value)
    return False


def undeclared(name: str) -> Drop:
    """The drop for one fact or member nobody declared; `name` comes from the catalogue or is "other"."""
    return Drop("C2-02", UNDECLARED, name=name)
