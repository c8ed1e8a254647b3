"""Small .xdb files for tests: the format of ip2region, written from its description."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_network

BUILT = datetime(2025, 9, 6, 2, 24, tzinfo=UTC)
HEADER_BYTES, VECTOR_BYTES = 256, 256 * 256 * 8

FOUR = (
    ("1.2.4.0/24", "中国|北京|北京市|联通"),
    ("8.8.8.0/24", "美国|0|0|Level3"),
    ("114.114.114.0/23", "中国|江苏省|南京市|0"),
    ("202.96.209.128/25", "中国|上海|上海市|电信"),
)
SIX = (
    ("2408:8000::/20", "中国|北京市|北京市|专线用户"),
    ("2606:4700::/32", "美国|0|0|Cloudflare"),
)


def build_xdb(rows: Sequence[tuple[str, str]], structure: int = 3) -> bytes:
    """Write a small .xdb file: header, index by the first two bytes, regions, entries sorted by address."""
    version = ip_network(rows[0][0]).version
    width = 4 if version == 4 else 16
    regions, entries, vector = bytearray(), [], bytearray(VECTOR_BYTES)
    for network, region in rows:
        text = region.encode()
        pointer = HEADER_BYTES + VECTOR_BYTES + len(regions)
        regions += text
        first, last = (int(ip_network(network)[n]) for n in (0, -1))
        step = 1 << (width * 8 - 16)
        for start in range(first, last + 1, step):
            end = min(last, start - start % step + step - 1)
            order = "little" if version == 4 else "big"
            entry = start.to_bytes(width, order) + end.to_bytes(width, order) + struct.pack("<HI", len(text), pointer)
            entries.append((start >> (width * 8 - 16), entry))
    start_at = HEADER_BYTES + VECTOR_BYTES + len(regions)
    size = 2 * width + 6
    for number, (prefix, _) in enumerate(entries):
        at = start_at + number * size
        first_at = struct.unpack_from("<I", vector, prefix * 8)[0] or at
        struct.pack_into("<II", vector, prefix * 8, first_at, at + size)
    header = struct.pack(
        "<HHIIIHH",
        structure,
        1,
        int(BUILT.timestamp()),
        start_at,
        start_at + (len(entries) - 1) * size,
        version if structure == 3 else 0,
        4 if structure == 3 else 0,
    )
    return header.ljust(HEADER_BYTES, b"\0") + bytes(vector) + bytes(regions) + b"".join(entry for _, entry in entries)


FOUR_XDB, SIX_XDB = build_xdb(FOUR), build_xdb(SIX)
