"""Clause 8.3: one person's decisions are taken one after the other; other people do not wait for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from troth.policy.permit import SubjectId


class Turns:
    """Lets one thread at a time decide for a person. Another process is met by looking again (`Overtaken`)."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy: set[SubjectId] = set()

    @contextmanager
    def of(self, subject: SubjectId) -> Iterator[None]:
        """Wait until nobody else decides for this person; leave lets the next one in."""
        with self._changed:
            self._changed.wait_for(lambda: subject not in self._busy)
            self._busy.add(subject)
        try:
            yield
        finally:
            with self._changed:
                self._busy.discard(subject)
                self._changed.notify_all()
