"""A server as `troth serve` assembles it, but its clock runs fast: visits end and are loaded while it lives.

    python fast_server.py POLICY DATA SOCKET SPEED START BEGAN

SOCKET  file descriptor of a listening socket: connections wait in it while no server is alive
SPEED   how many seconds pass in one
START   the clock's moment at BEGAN (seconds since 1970), the same for every server of a test
"""

from __future__ import annotations

import socket
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import troth.app.house
from troth.app.doors import front_of
from troth.app.house import House
from troth.engines.logs import log_to_stderr
from troth.engines.server import serve_forever
from troth.policy import load_policy
from troth.settings import read_settings

LOAD_EVERY_S = 0.1


class FastClock:
    """A clock that runs so many times faster, from the same moment in every process."""

    def __init__(self, start: datetime, began: float, speed: float) -> None:
        self._start, self._began, self._speed = start, began, speed

    def now(self) -> datetime:
        """The moment it is by this clock."""
        return self._start + timedelta(seconds=(time.time() - self._began) * self._speed)


def main(policy: str, data: str, opened: str, speed: str, start: str, began: str) -> None:
    """Serve until killed or asked to stop."""
    log_to_stderr()
    troth.app.house.TICK_S = LOAD_EVERY_S
    settings = read_settings({"data": data, "rate_per_s": 0, "port": 1, "console_port": 2}, {})
    clock = FastClock(datetime.fromisoformat(start), float(began), float(speed))
    house = House(load_policy(Path(policy)), settings, clock)
    try:
        serve_forever(front_of(house), [socket.socket(fileno=int(opened))], house.keep, lambda: None)
    finally:
        house.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
