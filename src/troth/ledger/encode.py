"""One unambiguous way to turn a list of parts into bytes (security rule 3)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_length = struct.Struct(">I").pack


def encode(parts: Sequence[bytes | str]) -> bytes:
    """Return the number of parts, then the length and bytes of each; lengths are 4 bytes, big-endian.

    Every associated data, key derivation and keyed hash takes this form, so no two lists of parts look alike.
    Text is encoded as UTF-8. Raises struct.error for a part of 4 GiB or more.
    """
    pieces = [_length(len(parts))]
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        pieces += _length(len(raw)), raw
    return b"".join(pieces)
