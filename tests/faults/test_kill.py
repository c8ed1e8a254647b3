"""Design 7: `kill -9` anywhere. What was acknowledged is there after it, once; what was not may be sent again."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from houses import ORIGIN, Houses, agree, load_closed, opened_facts, stored_visits, take, view
from servers import SOURCE, Client, Killer, free_port, start, stop, stored_views

from troth.app.house import House
from troth.clock import SetClock
from troth.demo.keys import prepare_keys
from troth.demo.policy import write_demo_policy
from troth.policy import load_policy
from troth.settings import read_settings

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
IDLE = timedelta(minutes=31)
CONNECTIONS = 16
SPEED = 600
KILLS_UNDER_LOAD, KILLS_WHILE_STARTING, PLAIN_KILLS = 50, 8, 4
GROUPS = 4


class Course:
    """One long run on one data folder: servers come, are killed, and come again; the client goes on and on."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.start = datetime.now(UTC) - timedelta(days=3)
        self.began = time.time()
        self.policy = write_demo_policy(folder / "policy.yaml", [ORIGIN], self.start.date())
        prepare_keys(folder / "keys" / "troth-keys.json", self.data)
        self.door = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.door.set_inheritable(True)
        self.client = Client(self.door.getsockname()[1], ORIGIN)
        self.killer = Killer()
        self.server: subprocess.Popen[bytes] | None = None
        self.dice = random.Random()
        self.kills = self.rounds = 0
        self.loaded_in_between: list[int] = []

    def close(self) -> None:
        """Leave nothing running."""
        if self.server is not None and self.server.poll() is None:
            self.server.kill()
            self.server.wait()
        self.killer.close()
        self.door.close()

    @property
    def policy_hash(self) -> str:
        return load_policy(self.policy).hash

    def serve_fast(self) -> None:
        """A server on the door that stays open, its clock running fast."""
        door = self.door.fileno()
        given = [self.policy, self.data, door, SPEED, self.start.isoformat(), self.began]
        self.server = start([HERE / "fast_server.py", *given], inherit=[door])

    def serve_plain(self) -> None:
        """`troth serve`, as an operator starts it."""
        ports = ["--port", self.client.port, "--console-port", free_port()]
        self.server = start(["-m", "troth", "serve", self.policy, "--data", self.data, "--rate-per-s", 0, *ports])

    async def live(self, delay_s: float, *, from_first_answer: bool = True) -> None:
        """A server's life under load, from its start to its violent end."""
        client, server = self.client, self.server
        assert server is not None
        client.active = [token for number, token in enumerate(client.tokens) if number % GROUPS == self.rounds % GROUPS]
        self.rounds += 1
        client.answered.clear()
        over = asyncio.Event()
        load = asyncio.ensure_future(client.run(CONNECTIONS, over))
        if from_first_answer:
            first = asyncio.ensure_future(client.answered.wait())
            await asyncio.wait([first, load], timeout=60, return_when=asyncio.FIRST_COMPLETED)
            assert client.answered.is_set(), f"no answer: {client.odd}"
        newcomers = asyncio.gather(*(client.agree(self.policy_hash) for _ in range(2)))
        await self.killer.kill(server, delay_s)
        self.kills += 1
        over.set()
        await load
        newcomers.cancel()
        await asyncio.gather(newcomers, return_exceptions=True)

    async def settle(self) -> None:
        """Send again what waits, then let the server stop in an orderly way."""
        assert self.server is not None
        await self.client.drain(CONNECTIONS)
        assert await asyncio.to_thread(stop, self.server) == 0

    def check(self) -> tuple[int, int]:
        """Compare the files with the client's list; return how many views are loaded, how many in segments."""
        loaded, waiting = stored_views(self.data)
        kept = Counter(loaded + waiting)
        assert self.client.odd == {}
        assert [number for number in kept.values() if number > 1] == [], "a view is kept twice"
        lost = self.client.acknowledged.keys() - kept.keys()
        assert not lost, f"{len(lost)} acknowledged views are lost"
        assert kept.keys() == self.client.acknowledged.keys(), "in the end everything was acknowledged"
        return len(loaded), len(waiting)


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Course]:
    course = Course(tmp_path)
    yield course
    course.close()


def test_at_fifty_kills_under_load_every_acknowledged_view_is_kept_once(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    asyncio.run(whole_course(course))
    client = course.client
    loaded, waiting = course.check()
    assert course.kills >= 50
    assert loaded > 0
    assert sum(path.stat().st_size for path in (course.data / "segments").iterdir()) < 400 * waiting + 50_000
    assert client.sent_again > 0
    assert_everybody_still_stands(course)
    with capsys.disabled():
        print(
            f"\n{course.kills} kills in {time.monotonic() - began:.0f} s: "
            f"{len(client.acknowledged)} views acknowledged, {client.sent_again} sent again, {client.pings} pings, "
            f"{len(client.tokens)} browsers; "
            f"{loaded} in month files, {waiting} in segments; "
            f"0 lost, 0 doubled; month files grew at {len(set(course.loaded_in_between))} of the restarts"
        )


async def whole_course(course: Course) -> None:
    client, dice = course.client, course.dice
    course.serve_fast()
    await asyncio.gather(*(client.agree(course.policy_hash) for _ in range(48)))
    assert len(client.tokens) == 48
    plan = [True] * KILLS_UNDER_LOAD + [False] * KILLS_WHILE_STARTING
    dice.shuffle(plan)
    for from_first_answer in plan:
        delay_s = dice.uniform(0, 0.7) if from_first_answer else dice.uniform(0.3, 1.2)
        await course.live(delay_s, from_first_answer=from_first_answer)
        course.loaded_in_between.append(loaded_so_far(course.data))
        course.serve_fast()
    await course.settle()
    course.check()

    client.port = free_port()
    client.forget_pings()  # days pass here, and a replay is known for one
    for _ in range(PLAIN_KILLS):
        course.serve_plain()
        await course.live(dice.uniform(0, 0.7))
    course.serve_plain()
    await course.settle()


def loaded_so_far(data: Path) -> int:
    """How large the month files are by now; a killed server's files are only looked at, never opened."""
    return sum(path.stat().st_size for path in (data / "visits").glob("*.duckdb*"))


def assert_everybody_still_stands(course: Course) -> None:
    """Every consent that was acknowledged holds, and a house finds the same views as the files show."""
    house = House(load_policy(course.policy), read_settings({"data": course.data}, {}))
    assert all(house.desk.standing(token) for token in course.client.tokens)
    held = [view for visit in house.visits.still_held() for view in visit.views]
    assert sorted(held + house.months.view_ids()) == sorted(course.client.acknowledged)
    house.close()


# A kill at one exact place

PLACES = {
    "when a view is written and not yet synced": False,
    "when a view is durable and not yet answered": False,
    "when a month file is half made": True,
    "when a month file is made and still empty": True,
    "when histories are kept and nothing is loaded": True,
    "in the middle of a load": True,
    "just before a load is committed": True,
    "when a load is committed and the segments are still there": True,
    "when visits are let go and the segments are still there": True,
    "when the first segment is gone": True,
}


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_at_the_worst_place_loses_nothing_doubles_nothing_and_counts_each_visit_once(
    houses: Houses, place: str
) -> None:
    house = houses.open()
    token, other = agree(house), agree(house)
    assert take(house, view(token, 1), view(other, 7)) == [None, None]
    houses.clock.forward(IDLE)
    assert take(house, view(other, 8)) == [None]
    houses.close(house)
    now = houses.clock.now()

    died = subprocess.run(
        [sys.executable, str(HERE / "die_at.py"), houses.folder, now.isoformat(), token, place],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert died.returncode == 9, died.stderr
    acknowledged = {1, 7, 8, *json.loads(died.stdout.splitlines()[-1])}
    assert (2 in acknowledged) == PLACES[place]

    assert isinstance(houses.clock, SetClock)
    houses.clock.forward(timedelta(minutes=1))
    again = houses.open()
    waiting = [int(view, 16) for visit in again.visits.still_held() for view in visit.views]
    kept = Counter(waiting + [int(view, 16) for view in again.months.view_ids()])
    assert set(kept) >= acknowledged
    assert set(kept.values()) == {1}

    assert take(again, view(token, 1), view(token, 2), view(other, 8)) == [None] * 3, "sent again"
    houses.clock.forward(2 * IDLE)
    load_closed(again)
    assert sorted(again.months.view_ids()) == [f"{number:016x}" for number in (1, 2, 7, 8)]
    assert again.visits.still_held() == []
    assert not list(again.journal.folder.glob("*.segment"))
    assert sorted(visit["pages"] for visit in stored_visits(again, token)) == [1, 1]
    late = [sealed.facts for sealed in opened_facts(again, token) if not sealed.view]
    assert [(facts["freq"], facts["is_first"]) for facts in late] == [(1, True), (2, False)]
