"""Writes to a shared register until its process is killed, and notes what was acknowledged in a file of its own.

Some of the changes are rolled back, on purpose. A line in the file is durable before the next change begins.
"""

from __future__ import annotations

import os
import random
import secrets
import threading

from registers import NOON, draft, open_register

from troth.duties import new_duty
from troth.errors import StoreError

THREADS = 2
ROLLED_BACK = 0.3


class RolledBack(Exception):
    """A body that changes its mind after it wrote."""


def write_until_killed(url: str, log: str, seed: str) -> None:
    """Write with two threads, both of which note in the same file; this never returns."""
    register, parent = open_register(url), os.getppid()
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(thread: int) -> None:
        dice = random.Random(f"{seed}.{thread}")
        while os.getppid() == parent:  # and never longer than the tests that started it
            name = secrets.token_hex(8)
            try:
                with register.change() as change:
                    change.duties.add(new_duty("erase_withdrawn", NOON, NOON, reference=name))
                    appended = change.ledger.append(draft(name))
                    change.counters.add(NOON.date(), "test", "kept")
                    if dice.random() < ROLLED_BACK:
                        raise RolledBack
            except RolledBack:
                note(descriptor, f"rolled-back {name}")
            except StoreError:
                note(descriptor, f"refused {name}")  # the database is busy with the others, or gone for a moment
            else:
                note(descriptor, f"kept {name} {appended.seq}")

    for thread in range(THREADS):
        threading.Thread(target=write, args=(thread,)).start()


def note(descriptor: int, line: str) -> None:
    """Write one line; return when it is on the disk."""
    os.write(descriptor, f"{line}\n".encode())
    os.fdatasync(descriptor)
