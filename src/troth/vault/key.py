"""Secret bytes that never show themselves (clause 7: who holds a key can read)."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Anything that holds key bytes: its repr is "<key>", it refuses to be pickled or copied (security rule 9)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<key>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is neither pickled nor copied")


class Key(Secret):
    """32 secret bytes."""

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != 32:
            raw = b""  # a traceback may print this frame
            raise ValueError("a key has 32 bytes")
        self._raw = raw

    def reveal(self) -> bytes:
        """Return the bytes; never keep them in a variable, a frame's variables may be printed."""
        return self._raw
