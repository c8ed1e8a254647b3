"""Three months of believable visits, sent through the same pipeline as real ones, with a set clock.

Nothing is written past the pipeline: browsers agree at the desk, beacons are taken by the collector, the loader loads
what is over at the end of each day. The numbers come from one seeded generator, so every demo tells the same story.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from troth.app.house import House
from troth.clock import SetClock, to_ms
from troth.collect.beacon import Beacon
from troth.collect.pipeline import Arrival
from troth.consent import Choice
from troth.demo.crowd import AGENTS, ENTRIES, NETWORKS, NEXT_PAGES, REFERRERS, SCREENS

DAYS = 92
QUIET_S = 1_860
BY_HOUR = (1, 1, 1, 1, 1, 1, 2, 4, 8, 12, 14, 12, 7, 9, 13, 13, 12, 9, 6, 6, 7, 7, 5, 2)


class Reader(Struct):
    """One invented reader: a token once they agreed, and what their browser always says."""

    ip: str
    agent: str
    screen: str
    languages: str
    zone: str
    token: str = ""


class Planned(Struct):
    """One page of one visit: when, who, which page, how long."""

    at: datetime
    reader: Reader
    page: str
    referrer: str
    query: str
    engaged_ms: int
    view: str


def seed_history(
    house: House, clock: SetClock, until: datetime, told: Callable[[date, int], None] = lambda day, count: None
) -> int:
    """Send the history of the 92 days before `until`; return how many views were acknowledged.

    house   opened with `clock`, in force since before the first day
    told    called after each day with the number of views so far
    """
    return asyncio.run(_seed(house, clock, until, random.Random(20260824), told))  # noqa: S311  a story, no secret


async def _seed(
    house: House, clock: SetClock, until: datetime, dice: random.Random, told: Callable[[date, int], None]
) -> int:
    zone = house.policy.zone
    today = until.astimezone(zone).date()
    readers: list[Reader] = []
    for back in range(DAYS, -1, -1):
        day = today - timedelta(days=back)
        begin = datetime.combine(day, time(), zone)
        plan = [
            visit
            for visit in _plan_day(dice, begin, back, readers)
            if visit[-1].at < until - timedelta(seconds=QUIET_S)
        ]
        for round_ in range(max((len(visit) for visit in plan), default=0)):
            pages = [visit[round_] for visit in plan if len(visit) > round_]
            await asyncio.gather(*(_visit_page(house, clock, page) for page in sorted(pages, key=lambda page: page.at)))
        clock.move_to(min(begin + timedelta(days=1), until))
        await house.tick()
        told(day, house.collector.acknowledged)
    return house.collector.acknowledged


def _plan_day(dice: random.Random, begin: datetime, back: int, readers: list[Reader]) -> list[list[Planned]]:
    """Return the day's visits: fewer at weekends, slowly more over the weeks, each reader at most once a day."""
    grown = 24 + 14 * (DAYS - back) / DAYS
    news = 1.7 if back in (61, 60, 20) else 1.0
    usual = grown * news * (0.45 if begin.weekday() >= 5 else 1.0) * dice.uniform(0.85, 1.15)
    known = dice.sample(readers, k=min(len(readers), int(usual * dice.uniform(0.2, 0.35))))
    fresh = [_new_reader(dice) for _ in range(int(usual * dice.uniform(0.6, 0.95)))]
    readers.extend(fresh)
    return [_plan_visit(dice, begin, reader) for reader in known + fresh]


def _new_reader(dice: random.Random) -> Reader:
    network, zone, languages = dice.choices(NETWORKS, weights=[row[3] for row in NETWORKS])[0][:3]
    ip = f"{network}.{dice.randint(1, 254)}" if network.count(".") == 2 else network
    agent, screens = dice.choices(list(AGENTS), weights=[row[2] for row in AGENTS])[0][:2]
    return Reader(ip, agent, dice.choice(SCREENS[screens]), languages, zone)


def _plan_visit(dice: random.Random, begin: datetime, reader: Reader) -> list[Planned]:
    hour = dice.choices(range(24), weights=BY_HOUR)[0]
    at = begin + timedelta(hours=hour, minutes=dice.randint(0, 54), seconds=dice.randint(0, 59))
    page = dice.choices(list(ENTRIES), weights=list(ENTRIES.values()))[0]
    referrer = dice.choices(list(REFERRERS), weights=list(REFERRERS.values()))[0]
    planned: list[Planned] = []
    while True:
        query = "?q=risc-v" if page == "/products" and dice.random() < 0.15 else ""
        engaged_ms = int(min(dice.lognormvariate(3.2, 0.9), 900) * 1000)
        view = f"{dice.getrandbits(64):016x}"
        planned.append(Planned(at, reader, page, referrer if not planned else "", query, engaged_ms, view))
        if len(planned) == 9 or dice.random() > 0.62:
            return planned
        at += timedelta(milliseconds=engaged_ms + 1_500)
        page = dice.choice(NEXT_PAGES[page])


async def _visit_page(house: House, clock: SetClock, page: Planned) -> None:
    """Agree if this is the reader's first visit, then send the page's first and last ping."""
    clock.move_to(page.at)
    reader = page.reader
    if not reader.token:
        reader.token = await asyncio.to_thread(_agree, house, reader)
    arrival = Arrival(reader.ip, reader.agent, reader.languages, ("", "", ""), to_ms(page.at))
    facts: dict[str, str | int | float | bool | None] = {
        "tz": reader.zone,
        "screen": reader.screen,
        "color_bits": 24,
        "cookie_ok": True,
        "opened_at": to_ms(page.at) - 240,
    }
    first = Beacon(reader.token, page.view, 0, 0, page.page, page.query, page.referrer, facts)
    await house.collector.take(first, 0, arrival)
    left = Arrival(reader.ip, reader.agent, reader.languages, ("", "", ""), to_ms(page.at) + page.engaged_ms)
    last = Beacon(reader.token, page.view, 1, page.engaged_ms, page.page)
    await house.collector.take(last, 0, left)


def _agree(house: House, reader: Reader) -> str:
    choice = Choice(
        purposes={
            purpose: True for purpose, declared in house.policy.consent_purposes.items() if declared.kind == "general"
        },
        language="zh-CN" if reader.languages.startswith("zh") else "en",
        layer=1,
        how="banner",
        text_hash="0" * 64,
        policy_hash=house.loaded.hash,
    )
    return house.desk.decide(choice, None).token or ""
