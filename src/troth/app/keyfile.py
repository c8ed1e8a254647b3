"""The key file as the commands `init` and `keys` use it."""

from __future__ import annotations

from pathlib import Path

from troth.clock import SystemClock
from troth.engines.keys import KeyReport, RecoveryKit, confirm, create_key_file, report


def make_key_file(path: Path, data: Path) -> RecoveryKit:
    """Make a key file outside the data folder and return the kit to be printed once."""
    return create_key_file(path, SystemClock(), [data])


def confirm_key_file(path: Path, typed: str) -> None:
    """Take the proof that the operator kept the recovery kit."""
    confirm(path, typed, SystemClock())


def report_key_file(path: Path) -> KeyReport:
    """Return versions and days, never a secret."""
    return report(path)


__all__ = ["KeyReport", "RecoveryKit", "confirm_key_file", "make_key_file", "report_key_file"]
