"""Keeping keys in memory out of files: no core dump, no foreign reader, no plain swap (clause 7, security rule 9)."""

from __future__ import annotations

import ctypes
import resource
import sys
from pathlib import Path
from typing import Literal

Swap = Literal["none", "encrypted", "plain", "unknown"]
_PR_SET_DUMPABLE = 4


def lock_down_process() -> None:
    """Switch core dumps off and make the process not dumpable, which also keeps debuggers of its user out."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def encrypted_swap(swaps: Path = Path("/proc/swaps"), blocks: Path = Path("/sys/block")) -> Swap:
    """Return what swap there is; "plain" if any of it may write memory to a disk unencrypted."""
    try:
        lines = swaps.read_text().splitlines()[1:]
    except OSError:
        return "unknown"
    devices = [Path(line.split()[0]).resolve() for line in lines if line.strip()]
    if not devices:
        return "none"
    return "encrypted" if all(_is_safe(device, blocks) for device in devices) else "plain"


def _is_safe(device: Path, blocks: Path) -> bool:
    """Say whether this is a device-mapper crypt device, or memory that was only compressed."""
    try:
        if device.name.startswith("zram"):
            return (blocks / device.name / "backing_dev").read_text().strip() == "none"
        return (blocks / device.name / "dm" / "uuid").read_text().startswith("CRYPT-")
    except OSError:
        return False
