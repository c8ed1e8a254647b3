"""The demo's key file: made and confirmed without asking, because nothing in the demo is real."""

from __future__ import annotations

from pathlib import Path

from troth.app.keyfile import confirm_key_file, make_key_file


def prepare_keys(path: Path, data: Path) -> None:
    """Make the key file unless it is there. A real installation confirms its kit by hand."""
    if not path.exists():
        kit = make_key_file(path, data)
        confirm_key_file(path, kit.identity)
