"""How the key file looks and where it may lie: 0600, ours, outside every data path (clause 7, security rule 1)."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyrage
from msgspec import Struct

from troth.errors import KeyFileError
from troth.vault.key import Key

VERSION = 1
_LONGEST_BYTES = 65_536


class Root(Struct, frozen=True, forbid_unknown_fields=True):
    """One random secret and the day it was made."""

    made_on: date
    secret: Key


class KeyFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Four independent secrets, none derived from another; the first two have versions.

    recipient      the age recipient the copy is encrypted to; its identity is stored nowhere
    confirmed_on   the day the operator proved they kept that identity
    """

    troth_keys: int
    kek: dict[int, Root]
    index: dict[int, Root]
    ledger_sign: Root
    receipt_sign: Root
    recipient: str
    confirmed_on: date | None


def new_key_file(recipient: str, made_on: date) -> KeyFile:
    """Return new random secrets."""

    def root() -> Root:
        return Root(made_on, Key(secrets.token_bytes(32)))

    return KeyFile(VERSION, {1: root()}, {1: root()}, root(), root(), recipient, None)


def recovery_copy(path: Path) -> Path:
    """Return where the encrypted copy of this key file lies."""
    return path.with_name(f"{path.name}.recovery.age")


def load(path: Path, data_paths: Collection[Path]) -> KeyFile:
    """Return the key file. Raises KeyFileError if it is missing, unsafe or not a key file."""
    refuse_inside(path, data_paths)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyFileError("there is no key file", "make one with: troth init", str(path)) from None
    except OSError as error:
        raise KeyFileError(f"cannot be read ({error.strerror})", "start as the user who owns it", str(path)) from None
    try:
        _refuse_unsafe(path, os.fstat(fd))
        found = msgspec.json.decode(os.read(fd, _LONGEST_BYTES), type=KeyFile, dec_hook=_to_key)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        found = None  # the decoder quotes what it read: say nothing of it
    finally:
        os.close(fd)
    if found is None or found.troth_keys != VERSION or not found.kek or not found.index:
        raise KeyFileError("this is not a key file of version 1", "restore it from its recovery copy", str(path))
    return found


def save(path: Path, keys: KeyFile) -> None:
    """Write the encrypted copy, then the key file, each whole or not at all."""
    raw = msgspec.json.format(msgspec.json.encode(keys, enc_hook=_from_key), indent=2) + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _replace(recovery_copy(path), pyrage.encrypt(raw, [pyrage.x25519.Recipient.from_str(keys.recipient)]))
    _replace(path, raw)


def refuse_inside(path: Path, data_paths: Collection[Path]) -> None:
    """Return if neither this place nor what it points to is inside a data path. Raises KeyFileError."""
    places = {*path.absolute().parents, *path.resolve().parents}
    for data in data_paths:
        if data.absolute() in places or any(_same(place, data) for place in places):
            raise KeyFileError(
                f"the key file is inside {data}", "keep it where no backup of the data takes it", str(path)
            )


def _same(place: Path, data: Path) -> bool:
    return place.exists() and data.exists() and place.samefile(data)


def _refuse_unsafe(path: Path, found: os.stat_result) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if not stat.S_ISREG(found.st_mode):
        raise KeyFileError("the key file is not a plain file", "give the path of the file itself", str(path))
    if found.st_uid != os.geteuid():
        fix = f"chown {os.geteuid()} it, or start as the user who owns it"
        raise KeyFileError(f"the key file belongs to user {found.st_uid}, we run as {os.geteuid()}", fix, str(path))
    if mode != 0o600:
        raise KeyFileError(f"the key file has mode {mode:04o}, not 0600", f"chmod 600 {path}", str(path))
    if found.st_nlink != 1:
        raise KeyFileError("the key file has a second name", "find and remove the other hard link", str(path))


def _replace(path: Path, raw: bytes) -> None:
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            os.fchmod(fd, 0o600)
            file.write(raw)
            file.flush()
            os.fsync(fd)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _to_key(_: type, text: Any) -> Key:
    return Key(base64.b64decode(text, validate=True))


def _from_key(key: Any) -> str:
    return base64.b64encode(key.reveal()).decode()
