"""The demo in a process of its own, and its stores opened again after it stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

from troth.app.house import House
from troth.clock import SetClock, SystemClock
from troth.demo.run import SITE, demo_settings
from troth.policy import load_policy

SOURCE = Path(__file__).resolve().parents[2] / "src"
START_S = 30


class Demo:
    """`troth demo` on a free port, without history and geography unless asked for."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = [sys.executable, "-m", "troth", "demo", "--port", str(self.port), "--data", str(folder), *flags]
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._wait()

    def address(self, path: str = "/", host: str = SITE) -> str:
        """An address of one of the demo's hosts."""
        return f"http://{host}:{self.port}{path}"

    def fetch(self, path: str, host: str) -> bytes:
        """Get something without a browser."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": f"{host}:{self.port}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bytes(answer.read())

    def stop(self) -> str:
        """Stop it as Ctrl-C does and return what it printed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=30)
        return output.decode()

    def open_stores(self, later: timedelta = timedelta()) -> House:
        """Open the stores of the stopped demo at a later moment."""
        settings = demo_settings(self.folder, self.folder / "stores", self.port)
        return House(load_policy(self.folder / "policy.yaml"), settings, SetClock(SystemClock().now() + later))

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while True:
            try:
                self.fetch("/health", "127.0.0.1")
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"the demo did not start:\n{self.stop()}") from None
                time.sleep(0.05)
            else:
                return
