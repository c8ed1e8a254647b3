"""The lines of a segment: visits on their way, each line with its checksum, so that a torn write is seen."""

from __future__ import annotations

import base64
from zlib import crc32

import msgspec
from msgspec import Struct

from troth.policy.permit import SubjectId

Coarse = dict[str, str | int | bool | None]


class VisitLine(Struct, tag="visit", tag_field="line"):
    """A visit begins: who (an opaque id), under which grant, and its coarse facts, once."""

    visit: str
    subject: SubjectId
    month: str
    visitor_key: str
    grant: str
    at_ms: int
    coarse: Coarse


class SealLine(Struct, gc=False, tag="seal", tag_field="line"):
    """The identifying facts of a visit, sealed; again only when they change."""

    visit: str
    number: int
    class_: str
    epoch: str
    blob: str


class ViewLine(Struct, gc=False, tag="view", tag_field="line"):
    """One page view begins."""

    visit: str
    view: str
    at_ms: int
    page: str
    engaged_ms: int = 0
    opened_ms: int | None = None


class PingLine(Struct, gc=False, tag="ping", tag_field="line"):
    """A view goes on: its engaged time so far; the largest value wins."""

    visit: str
    view: str
    at_ms: int
    seq: int
    engaged_ms: int


SegmentLine = VisitLine | SealLine | ViewLine | PingLine

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(SegmentLine).decode


def write_line(line: SegmentLine) -> bytes:
    """Return the line as it stands in a segment: checksum, a space, JSON, a newline."""
    body: bytes = _encode(line)
    return b"%08x %s\n" % (crc32(body), body)


def read_lines(data: bytes) -> tuple[list[SegmentLine], int]:
    """Return the readable lines of a segment and how many of its bytes are whole lines.

    Only what follows the last newline can be a torn write, which was never acknowledged. An altered line further up
    is damage: it is passed over, for the lines after it were acknowledged.
    """
    raw = data.split(b"\n")
    torn = raw.pop()
    lines = [line for line in map(read_line, raw) if line is not None]
    return lines, len(data) - len(torn)


def read_line(raw: bytes) -> SegmentLine | None:
    """Return one line, or None if its checksum does not fit."""
    try:
        if int(raw[:8], 16) != crc32(raw[9:]):
            return None
        line: SegmentLine = _decode(raw[9:])
    except (ValueError, msgspec.MsgspecError):
        return None
    return line


def pack(sealed: bytes) -> str:
    """Sealed bytes as text for a line."""
    return base64.b64encode(sealed).decode()


def unpack(text: str) -> bytes:
    """The sealed bytes of a line."""
    return base64.b64decode(text)
