"""What no program here can read: tables and lists that are pictures (clause 0)."""

from __future__ import annotations

import re

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading, Source

_ORNAMENT = re.compile(r"logo|icon|avatar|banner|qr|spacer|二维码|图标|标志", re.IGNORECASE)


def recognise(prose: Prose, reading: Reading) -> None:
    """Name every picture in the text that is no ornament by its name."""
    for picture in prose.pictures:
        address = picture.links[0]
        if not _ORNAMENT.search(address) and not address.startswith("data:"):
            reading.put(("unread", address), picture.text, Source(picture.line, picture.text or address))
