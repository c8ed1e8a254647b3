"""Clause 7: the file of public keys at `/.well-known/troth-keys.json`, written for everybody and read for checking.

{"keys": [{"key": base64, "name": …, "since": day, "until": day or null, "use": "ledger" | "receipt", "verifier": …}]}
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from troth.errors import UnusableInput
from troth.ledger.note import PublicKey


class _Entry(Struct, frozen=True, kw_only=True):
    """One key as the file says it. `verifier` is the same key in the one line that C2SP tools take."""

    key: bytes
    name: str
    since: date
    until: date | None = None
    use: Literal["ledger", "receipt"]
    verifier: str


class _File(Struct, frozen=True, kw_only=True):
    keys: tuple[_Entry, ...]


def write_public_keys(keys: Sequence[PublicKey]) -> bytes:
    """Return the file as canonical JSON; `until` null means that the key still signs."""
    entries = tuple(
        _Entry(key=key.key, name=key.name, since=key.since, until=key.until, use=key.use, verifier=key.verifier)
        for key in keys
    )
    return msgspec.json.encode(_File(keys=entries), order="sorted")


def read_public_keys(raw: bytes, file: str = "troth-keys.json") -> list[PublicKey]:
    """Return the keys of such a file. Raises UnusableInput if it is none, or if a key contradicts its verifier line."""
    try:
        entries = msgspec.json.decode(raw, type=_File).keys
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UnusableInput(
            "this is no file of public keys", "fetch /.well-known/troth-keys.json again", file
        ) from None
    keys = [PublicKey(name=e.name, use=e.use, key=e.key, since=e.since, until=e.until) for e in entries]
    for key, entry in zip(keys, entries, strict=True):
        if len(key.key) != 32 or key.verifier != entry.verifier:
            what = f"the key of {key.name!r} and its verifier line differ"
            raise UnusableInput(what, "compare with another copy of the file", file)
    return keys
