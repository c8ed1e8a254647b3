"""Geography from installed .xdb files, wholly in memory (C2.1-03).

Whatever a file cannot answer is the value "unknown": a look-up never raises and never leaves the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from ip2region import searcher, util

from troth.collect.geography import UNKNOWN_PLACE, Geography, NoGeography, Place, parse_region
from troth.engines.xdb_file import IpVersion, check_xdb, plain_name, read_bounded, read_installed, read_records

CACHED_PLACES = 8_192
ADDRESS_LIMIT_CHARS = 64


class XdbFile:
    """One file in memory, with the name and the day that go beside every place it gives."""

    def __init__(self, content: bytes, ip_version: IpVersion, name: str, built_on: str) -> None:
        self.nowhere = Place(source=name, built_on=built_on)
        self._search = searcher.new_with_buffer(util.IPv6 if ip_version == 6 else util.IPv4, content)

    def place(self, packed: bytes) -> Place:
        """Return the place of an address in network order; a damaged entry is unknown."""
        try:
            region = self._search.search(packed)
        except Exception:  # the library raises whatever damaged bytes make it raise
            return self.nowhere
        return parse_region(region, self.nowhere.source, self.nowhere.built_on) if region else self.nowhere


class XdbGeography:
    """Places addresses by the installed files, and remembers the last few thousand in memory only."""

    def __init__(self, files: Mapping[IpVersion, XdbFile]) -> None:
        self._files = dict(files)
        self._cached: Callable[[str], Place] = lru_cache(CACHED_PLACES)(self._look_up)

    def locate(self, ip: str) -> Place:
        """Return the place of an address; never raises."""
        return self._cached(ip) if len(ip) <= ADDRESS_LIMIT_CHARS else UNKNOWN_PLACE

    def _look_up(self, ip: str) -> Place:
        address = _address(ip)
        if address is None or address.version not in self._files:
            return UNKNOWN_PLACE
        file = self._files[address.version]
        return file.place(address.packed) if address.is_global else file.nowhere


def open_geography(path: Path) -> Geography:
    """Return the geography at a path, or one that knows no place if nothing is installed.

    path   the folder of `troth geo install`, or an .xdb file of the operator's
    Raises UnusableInput if a file is no .xdb file, or not the one its record names.
    """
    if path.is_file():
        return _of_own_file(path)
    files: dict[IpVersion, XdbFile] = {}
    for record in read_records(path):
        content = read_installed(path, record)
        check_xdb(content, str(path / record.file))
        files[record.ip_version] = XdbFile(content, record.ip_version, record.name, record.built_on)
    return XdbGeography(files) if files else NoGeography()


def _of_own_file(path: Path) -> Geography:
    """Return the geography of a file named in the settings; its name and header are all we know of it."""
    content = read_bounded(path)
    header = check_xdb(content, str(path))
    file = XdbFile(content, header.ip_version, plain_name(path), header.built_on)
    return XdbGeography({header.ip_version: file})


def _address(ip: str) -> IPv4Address | IPv6Address | None:
    """Read an address; an IPv4 address in IPv6 clothes is IPv4."""
    try:
        address = ip_address(ip.strip())
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
