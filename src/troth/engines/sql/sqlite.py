"""SQLite as the register uses it: durable commits, deleted rows overwritten, one writer at a time (rules 12, 29)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import URL, Connection

BUSY_TIMEOUT_S: Final = 5
ARGUMENTS: Final = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_S}
# secure_delete is off in several builds of SQLite, and sorting may spill to disk: we set both ourselves.
SAFE_SETTINGS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "foreign_keys=ON",
)


def settle(connection: Any, _record: object) -> None:
    """Set what every connection needs."""
    connection.isolation_level = None  # or the driver would begin and commit on its own and break savepoints
    for setting in SAFE_SETTINGS:
        connection.execute(f"PRAGMA {setting}").close()


def read_only(connection: Any, _record: object) -> None:
    """Forbid writing."""
    connection.execute("PRAGMA query_only=ON").close()


def settle_witness(connection: Any, _record: object) -> None:
    """Set what a connection needs that looks for damage: text that is no text is shown, not refused."""
    connection.isolation_level = None
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    for setting in ("query_only=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {setting}").close()


def witness_url(path: Path) -> URL:
    """Return the URL that opens a file without making or changing it.

    A file in a folder that cannot be written, such as a copy on a medium that is read-only, is taken as it is:
    SQLite could not make its shared memory beside it. It must then be a whole copy, with nothing waiting in a WAL.
    """
    has_wal = path.with_name(f"{path.name}-wal").exists()
    how = "immutable=1" if not has_wal and not os.access(path.parent, os.W_OK) else "mode=ro"
    query = dict([how.split("=")]) | {"uri": "true"}
    return URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query=query)


def begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: whoever waits, waits here and not in the middle."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin_deferred(connection: Connection) -> None:
    """Begin without a lock."""
    connection.exec_driver_sql("BEGIN")
