"""Make this checkout importable and `troth` runnable in the virtual environment, without a build step or a download."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

source = Path(__file__).resolve().parent.parent / "src"
Path(sysconfig.get_paths()["purelib"], "troth-source.pth").write_text(f"{source}\n", encoding="utf-8")
command = Path(sys.executable).parent / "troth"
command.write_text(
    f'#!/bin/sh\n"exec" "{sys.executable}" "$0" "$@"\nfrom troth.cli import main\n\nmain()\n', encoding="utf-8"
)
command.chmod(0o755)
