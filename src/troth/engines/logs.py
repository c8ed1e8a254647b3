"""Logs: one JSON line each, ids and reasons only; an exception gives its type and place, never its text or locals."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime


class OneLine(logging.Formatter):
    """Formats a record as one line of JSON; control characters are escaped by JSON itself."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. A message's arguments are left out: they may quote what somebody sent."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": str(record.msg)[:300] if record.name.startswith("troth") else "server message",
        }
        if record.exc_info and record.exc_info[0]:
            frames = traceback.extract_tb(record.exc_info[2])
            line["error"] = record.exc_info[0].__name__
            line["where"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-4:]]
        return json.dumps(line, ensure_ascii=True)


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Send everything from `level` on to the standard error, and nothing anywhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
