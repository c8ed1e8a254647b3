"""The rooms over published versions with their real hashes, as a house serves them, without a house."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from asking import Reply, ask
from policies import changed, demo

from troth.clock import Clock
from troth.policy import Loaded
from troth.policy.versions import Version, VersionList
from troth.web.rooms import rooms_app

HOST = "privacy.acme.example"
ROOMS = f"https://{HOST}"
CHOICES = "https://www.acme.example/troth/choices"


def edition(number: str, effective: date, *changes: tuple[str, Any]) -> Loaded:
    """The demo's policy under another number, made a month before it takes effect."""
    dates = (("policy.issued", f"{effective - timedelta(days=31)}"), ("policy.effective", f"{effective}"))
    return changed(("policy.version", number), *dates, *changes)


def published(*loaded: Loaded) -> list[Version]:
    """Versions published at noon of the day each was issued."""
    noon = time(12, tzinfo=UTC)
    return [
        Version(hash=each.hash, policy=each.policy, published_at=datetime.combine(each.policy.issued, noon))
        for each in loaded
    ]


class Rooms:
    """The rooms for some policies; `get` asks them as a visitor does."""

    def __init__(self, clock: Clock, *loaded: Loaded, versions: Sequence[Version] | None = None, **more: Any) -> None:
        loaded = loaded or (demo(),)
        self.canonical: Mapping[str, bytes] = {each.hash: each.canonical for each in loaded}
        kept = published(*loaded) if versions is None else versions
        ways = {"choices_url": CHOICES, "site_url": "https://www.acme.example", "rooms_url": ROOMS} | more
        ways.setdefault("canonical_of", self.canonical.get)
        self.app = rooms_app(VersionList(kept), clock, hosts=[HOST], is_healthy=lambda: True, **ways)

    def get(self, path: str = "/privacy", language: str = "en", method: str = "GET", **headers: str) -> Reply:
        query = f"?lang={language}" if language else ""
        return ask(self.app, path + query, host=HOST, method=method, **headers)


def words(page: Reply) -> str:
    """What a page says, without its markup, white space folded."""
    text = re.sub(r"<[^>]+>", " ", page.text.replace("&#39;", "'").replace("&amp;", "&").replace("&#34;", '"'))
    return re.sub(r"\s+", " ", text)


def rows(page: Reply, register: str) -> list[list[str]]:
    """The cells of a register's rows, in words."""
    table = page.text.partition(f'aria-labelledby="register-{register}"')[2].partition("</table>")[0]
    assert table, f"there is no register {register!r} on the page"
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("<tr")[2:]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]
