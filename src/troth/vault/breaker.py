"""The breaker: a wrong key must not quietly turn everything into nothing (security rule 7)."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

from troth.clock import Clock
from troth.errors import ReadingStopped

BREAKS_AT = 3
WITHIN = timedelta(seconds=60)


class Breaker:
    """Stops all reading after 3 WrongKey or Tampered within 60 seconds, until someone looked and resumes it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: deque[datetime] = deque(maxlen=BREAKS_AT)
        self._lock = threading.Lock()
        self._stopped = False

    @property
    def healthy(self) -> bool:
        """Say whether reading goes on."""
        return not self._stopped

    def check(self) -> None:
        """Return if reading goes on. Raises ReadingStopped."""
        if self._stopped:
            raise ReadingStopped(
                "3 values within a minute could not be opened: reading is stopped",
                "check that key file and stores belong together, then start again",
            )

    def count(self) -> None:
        """Count one WrongKey or Tampered."""
        with self._lock:
            now = self._clock.now()
            self._failures.append(now)
            if len(self._failures) == BREAKS_AT and now - self._failures[0] <= WITHIN:
                self._stopped = True

    def resume(self) -> None:
        """Let reading go on: someone looked."""
        with self._lock:
            self._failures.clear()
            self._stopped = False
