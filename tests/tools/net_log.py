"""Everything a browser asked of the network, from its own net log: the only witness of beacons sent while a page ends.

Start Chromium with `flag(file)`, close it, read the file. Neither Playwright's events nor the developer tools' protocol
show such beacons.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct


class Logged(Struct, frozen=True):
    """One request that reached the browser's network code."""

    method: str
    url: str

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def said(self, name: str) -> str:
        """A value of the query, "" if it is missing."""
        return parse_qs(urlsplit(self.url).query).get(name, [""])[0]


def flag(file: Path) -> str:
    """Return the flag with which a browser keeps its net log in `file`."""
    return f"--log-net-log={file}"


def logged_requests(file: Path) -> Sequence[Logged]:
    """Return every request of a net log, in order; a log that was cut off is read as far as it goes."""
    log = read_net_log(file.read_text("utf-8"))
    starts = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    events = [event.get("params", {}) for event in log["events"] if event["type"] == starts]
    return [Logged(params["method"], params["url"]) for params in events if "url" in params]


def read_net_log(text: str) -> Any:
    """Return a net log as data. Each event has a line of its own, so a log without its end loses one event at most."""
    try:
        return json.loads(text)
    except ValueError:
        whole = text[: text.rindex("},\n") + 1]
        return json.loads(whole + "]}")
