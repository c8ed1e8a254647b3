"""One installed geography file: its header, its record, and whether it can be trusted to be what was installed.

DATA/geo/ipv4.json                  the record
DATA/geo/ipv4-<sha256, 12>.xdb      the file it names; ipv6 likewise
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from troth.errors import StoreError, UnusableInput

IpVersion = Literal[4, 6]
IP_VERSIONS: tuple[IpVersion, ...] = (4, 6)
SIZE_LIMIT_BYTES = 512 * 1024 * 1024
_HEADER_BYTES = 256
_DATA_STARTS_AT = _HEADER_BYTES + 256 * 256 * 8
_ADDRESS_BYTES = {4: 4, 6: 16}
_SAMPLES = 200
_CHOOSE_ANOTHER = "choose an ip2region file (.xdb) in structure 2 or 3"


class XdbHeader(msgspec.Struct, frozen=True):
    """What an .xdb file says of itself in its first 20 bytes."""

    ip_version: IpVersion
    built_on: str
    index_start: int
    index_end: int


class XdbRecord(msgspec.Struct, frozen=True):
    """What was installed, from where and when; the JSON beside the file."""

    name: str
    source: str
    sha256: str
    built_on: str
    installed_at: datetime
    ip_version: IpVersion
    file: str


def check_xdb(content: bytes, where: str) -> XdbHeader:
    """Return the header of a usable file. Raises UnusableInput if it is not one."""
    header = _header(content, where)
    entry_bytes = 2 * _ADDRESS_BYTES[header.ip_version] + 6
    span = header.index_end - header.index_start
    inside = header.index_start >= _DATA_STARTS_AT and header.index_end + entry_bytes <= len(content)
    if span < 0 or span % entry_bytes or not inside:
        raise UnusableInput("the file is cut off, or its index is damaged", _CHOOSE_ANOTHER, where)
    entries = span // entry_bytes + 1
    for number in range(0, entries, max(1, entries // _SAMPLES)):
        _check_entry(content, header.index_start + (number + 1) * entry_bytes - 6, where)
    return header


def _header(content: bytes, where: str) -> XdbHeader:
    if len(content) < _DATA_STARTS_AT:
        raise UnusableInput("not an .xdb file", _CHOOSE_ANOTHER, where)
    structure, policy, built_s, start, end, ip = struct.unpack_from("<HHIIIH", content)
    if (structure, ip) not in ((2, 0), (2, 4), (3, 4), (3, 6)) or policy != 1:
        raise UnusableInput("not an .xdb file of a known structure", _CHOOSE_ANOTHER, where)
    built_on = datetime.fromtimestamp(built_s, UTC).date().isoformat()
    return XdbHeader(6 if ip == 6 else 4, built_on, start, end)


def _check_entry(content: bytes, offset: int, where: str) -> None:
    """One sampled entry must point at readable text."""
    length, pointer = struct.unpack_from("<HI", content, offset)
    region = content[pointer : pointer + length]
    try:
        if len(region) != length or pointer < _DATA_STARTS_AT:
            raise UnicodeError
        region.decode("utf-8")
    except UnicodeError:
        raise UnusableInput("its region texts cannot be read", _CHOOSE_ANOTHER, where) from None


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def plain_name(path: Path) -> str:
    """Return a file's name as it may stand in a column: ASCII letters, digits, dot, dash, at most 64."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", path.name)[:64]


def read_bounded(path: Path) -> bytes:
    """Return a file's bytes. Raises UnusableInput if it cannot be read or is absurdly large."""
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT_BYTES + 1)
    except OSError as trouble:
        raise UnusableInput((trouble.strerror or "cannot be read").lower(), "give a readable file", str(path)) from None
    if len(content) > SIZE_LIMIT_BYTES:
        raise UnusableInput("larger than 512 MiB", _CHOOSE_ANOTHER, str(path))
    return content


def keep_file(folder: Path, record: XdbRecord, content: bytes) -> None:
    """Store a file, then its record, each whole or not at all; drop the file it replaces."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / record.file, content)
        _replace(folder / _record_name(record.ip_version), msgspec.json.format(msgspec.json.encode(record), indent=2))
        for old in folder.glob(f"ipv{record.ip_version}-*.xdb"):
            if old.name != record.file:
                old.unlink()
    except OSError as trouble:
        reason = (trouble.strerror or "cannot be written").lower()
        raise StoreError(reason, "make the folder writable, then install again", str(folder)) from None


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(path.name + ".new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_records(folder: Path) -> list[XdbRecord]:
    """Return what is installed, IPv4 first. Raises UnusableInput for a record we did not write."""
    return [_read_record(folder / _record_name(ip)) for ip in IP_VERSIONS if (folder / _record_name(ip)).exists()]


def _read_record(path: Path) -> XdbRecord:
    try:
        record = msgspec.json.decode(path.read_bytes(), type=XdbRecord)
        if Path(record.file).name != record.file:
            raise ValueError
    except (OSError, ValueError):
        raise UnusableInput("not a record of troth geo install", "run troth geo install again", str(path)) from None
    return record


def read_installed(folder: Path, record: XdbRecord) -> bytes:
    """Return an installed file. Raises UnusableInput if it is not the one that was installed."""
    content = read_bounded(folder / record.file)
    if sha256_hex(content) != record.sha256:
        raise UnusableInput("changed since it was installed", "run troth geo install again", str(folder / record.file))
    return content


def _record_name(ip_version: IpVersion) -> str:
    return f"ipv{ip_version}.json"
