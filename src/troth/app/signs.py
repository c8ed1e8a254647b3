"""What `troth doctor` says of one thing: fine, worth a thought, or in the way of a promise."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Level = Literal["ok", "warning", "problem"]


class Sign(Struct, frozen=True):
    """One thing looked at: its level, what was seen, and what to do about it."""

    about: str
    level: Level
    says: str
    fix: str = ""
