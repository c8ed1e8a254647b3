"""Find, or where possible install, a browser for the browser tests; say loudly when there is none.

--install   try apt (root), then Playwright's own download; exit 1 without a browser when CI=true, else 0
--report    print which browser the tests used, or that the browser tests were skipped
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium-headless-shell", "google-chrome", "chromium")
PACKAGES = ["chromium-headless-shell", "fonts-noto-cjk"]


def installed() -> str | None:
    """Return the browser the tests will drive; TROTH_BROWSER names one, Playwright's own comes last."""
    named = os.environ.get("TROTH_BROWSER")
    if named:
        return named if Path(named).exists() else None
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    shells = sorted(cache.glob("chromium*/**/headless_shell")) + sorted(cache.glob("chromium*/**/chrome"))
    return str(shells[-1]) if shells else None


def try_apt() -> None:
    """Install Debian's headless shell where we may (root and apt); quietly do nothing elsewhere."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
    ):
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            return


def try_playwright() -> None:
    """Let Playwright download its own browser, where that is reachable."""
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=600,
    )


def main() -> int:
    """Do what the argument says; see the module's first lines."""
    if "--install" in sys.argv:
        for attempt in (try_apt, try_playwright):
            if not installed():
                attempt()
    found = installed()
    if found:
        print(f"browser: {found}")
        return 0
    print("=" * 78)
    print("NO BROWSER: the browser tests are SKIPPED. Nothing was proved about what visitors see.")
    print("fix: apt-get install chromium-headless-shell, or name one in TROTH_BROWSER")
    print("=" * 78)
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
