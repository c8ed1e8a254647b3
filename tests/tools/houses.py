"""A house on real stores for tests: the demo's policy, confirmed keys, a clock the test moves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from troth.app.house import House
from troth.app.keyfile import confirm_key_file, make_key_file
from troth.clock import Clock, SetClock, to_ms
from troth.collect.beacon import Beacon
from troth.collect.drops import Drop
from troth.collect.pipeline import Arrival
from troth.collect.sealing import SealedFacts, read_sealed_facts, seal_label
from troth.consent import Choice
from troth.consent.permits import permit_for_own
from troth.policy import load_policy
from troth.policy.permit import SubjectId
from troth.settings import read_settings
from troth.vault import Sealed

ORIGIN = "http://www.acme.localhost"
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)
T = TypeVar("T")


def demo_policy_text() -> str:
    """The demo's policy file."""
    return resources.files("troth.demo").joinpath("policy.yaml").read_text("utf-8")


def seal_everything(text: str) -> str:
    """The same policy with every fact that can identify kept exactly, under the visitor's key."""
    for fact in ("ua_browser", "referrer", "isp", "geo", "os", "screen"):
        text = re.sub(rf"(\n  {fact}:\n    precision: )coarse", r"\1sealed", text)
    return text


class Houses:
    """Opens and closes houses on one folder, again and again."""

    def __init__(self, folder: Path, clock: SetClock) -> None:
        self.folder = folder
        self.clock = clock
        self._open: list[House] = []

    def open(self, text: str | None = None, clock: Clock | None = None, **given: object) -> House:
        """Open a house; the stores of the one before it in this folder are taken over."""
        policy = self.folder / "policy.yaml"
        policy.write_text(text or demo_policy_text(), encoding="utf-8")
        data, key_file = self.folder / "data", self.folder / "keys" / "troth-keys.json"
        if not key_file.exists():
            confirm_key_file(key_file, make_key_file(key_file, data).identity)
        settings = read_settings({"data": data, "key_file": key_file, **given}, {})
        house = House(load_policy(policy), settings, clock or self.clock)
        self._open.append(house)
        return house

    def close(self, house: House) -> None:
        """Close one house in an orderly way."""
        self._open.remove(house)
        house.close()

    def close_all(self) -> None:
        """Close whatever is still open."""
        for house in list(self._open):
            self.close(house)

    def every_file(self) -> dict[str, bytes]:
        """Every file on disk below the folder, keys left out."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and "keys" not in path.parts
        }


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run something asynchronous on a loop and a thread of its own; a browser's driver may own this thread's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def agree(house: House, purposes: Mapping[str, bool] | None = None, token: str | None = None) -> str:
    """Let a browser agree (to statistics unless said otherwise) and return its token."""
    choice = Choice(
        purposes=purposes or {"statistics": True},
        language="en",
        layer=1,
        how="banner",
        text_hash="0" * 64,
        policy_hash=house.loaded.hash,
    )
    decided = house.desk.decide(choice, token)
    assert decided.token is not None
    return decided.token


def arrival(house: House, ip: str = "203.0.113.9", agent: str = AGENT, languages: str = "zh-CN,zh;q=0.9") -> Arrival:
    """What comes with a request at the house's own time."""
    return Arrival(ip, agent, languages, ("", "", ""), to_ms(house.clock.now()))


def view(token: str, number: int = 1, **said: object) -> Beacon:
    """A beacon of the view with this number."""
    facts = {"tz": "Asia/Shanghai", "screen": "1920x1080", "color_bits": 24, "cookie_ok": True}
    fields: dict[str, Any] = {"path": "/products", "facts": facts} | said
    return Beacon(token=token, view=f"{number:016x}", **fields)


def take(house: House, *beacons: Beacon, **came: Any) -> list[Drop | None]:
    """Send beacons one after the other and return the answers."""

    async def send() -> list[Drop | None]:
        return [await house.collector.take(beacon, 0, arrival(house, **came)) for beacon in beacons]

    return run(send)


def load_closed(house: House) -> int:
    """Load what is over."""
    return run(house.tick)


def subject_of(house: House, token: str) -> SubjectId:
    """The subject behind a token."""
    return house.vault.find("browser", "consent", token)[-1]


def stored_visits(house: House, token: str, months: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The visits of a browser in the month files, with their views."""
    subject = subject_of(house, token)
    return [
        {**visit, "month": month}
        for month in (months or house.months.months)
        for visit in house.months.visits_of(month, house.vault.visitor_key(subject, month).hex())
    ]


def opened_facts(house: House, token: str) -> list[SealedFacts]:
    """The identifying facts of a browser's loaded visits, opened through the vault's one door."""
    subject = subject_of(house, token)
    sealed = [
        Sealed(seal_label(subject, row.visit, row.number, row.class_, row.epoch), row.blob)
        for visit in stored_visits(house, token)
        for row in house.months.seals_of(visit["month"], visit["visit"])
    ]
    return [read_sealed_facts(plain) for plain in house.vault.open_for(permit_for_own(subject), sealed)]
