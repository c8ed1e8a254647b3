"""Clause 8.3 (C8.3-03): a withdrawal reaches the running collector at once, from whatever process it comes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from asgi import Answer, answer_to, post
from houses import ORIGIN, Houses, agree, load_closed, opened_facts, run, stored_visits, subject_of, take, view

from troth.app.house import House
from troth.collect.drops import UNKNOWN_TOKEN, VISIT_CLOSED, WITHDRAWN
from troth.collect.lines import ViewLine, read_lines
from troth.collect.rate import RateLimit
from troth.errors import Erased
from troth.policy.permit import SubjectId
from troth.web.collect import CollectEndpoint
from troth.web.peer import TrustedProxies

IDLE = timedelta(minutes=31)
GONE = (403, "C8.3-03 consent withdrawn")
UNKNOWN = (403, "C2.1-02 unknown token")
SOURCE = Path(__file__).parents[2] / "src"


def endpoint(house: House) -> CollectEndpoint:
    return CollectEndpoint(house.collector, TrustedProxies(()), RateLimit(0, 1), house.clock)


def beacon(token: str, number: int, **said: object) -> bytes:
    body = {"token": token, "view": f"{number:016x}", "path": "/products", "facts": {"screen": "1920x1080"}} | said
    return json.dumps(body).encode()


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.drop


def on_disk(house: House) -> list[str]:
    """Every view in the segments."""
    return [
        line.view
        for path in sorted(house.journal.folder.glob("*.segment"))
        for line in read_lines(path.read_bytes())[0]
        if isinstance(line, ViewLine)
    ]


def ids(*numbers: int) -> list[str]:
    return [f"{number:016x}" for number in numbers]


class Elsewhere:
    """A second process that is ready to withdraw, with the stores open and nothing else."""

    def __init__(self, house: House, token: str) -> None:
        given = [house.settings.data, house.settings.key_file, token, house.clock.now().isoformat()]
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("withdraw.py")), *map(str, given)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )
        assert self._line() == "ready"

    def begin(self) -> None:
        """Let it withdraw now."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def done(self) -> tuple[float, list[str]]:
        """Wait for the acknowledgement: when it came (the machine's monotonic clock), and what was withdrawn."""
        at, *purposes = self._line().split()
        assert self.process.wait(20) == 0
        return float(at), purposes

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


# A second process


def test_a_withdrawal_in_another_process_stops_the_running_collector_within_a_second(houses: Houses) -> None:
    house = houses.open()
    token, other = agree(house), agree(house)
    elsewhere = Elsewhere(house, token)
    answers: list[tuple[float, float, tuple[int, str]]] = []

    async def stream() -> tuple[float, list[str]]:
        app, number = endpoint(house), 0
        acknowledged = asyncio.ensure_future(asyncio.to_thread(elsewhere.done))
        while sum(answer != (204, "") for _, _, answer in answers) < 20:
            number += 1
            began = time.monotonic()
            answer = await answer_to(app, post(beacon(token, number), ORIGIN.encode()))
            answers.append((began, time.monotonic(), said(answer)))
            if number == 50:
                elsewhere.begin()
        assert said(await answer_to(app, post(beacon(other, 10**6), ORIGIN.encode()))) == (204, "")
        return await acknowledged

    at, purposes = run(stream)
    assert purposes == ["statistics"]
    kept = [began for began, _, answer in answers if answer == (204, "")]
    refused = [(ended, answer) for _, ended, answer in answers if answer != (204, "")]
    assert len(kept) >= 50
    assert {answer for _, answer in refused} <= {GONE, UNKNOWN}
    assert refused[0][0] - at < 1
    assert not [began for began in kept if began > at], "nothing that began after the acknowledgement was kept"
    assert len(on_disk(house)) == len(kept) + 1


def test_what_another_process_withdrew_is_due_to_be_erased_and_stays_withdrawn_after_a_restart(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    assert take(house, view(token, 1)) == [None]
    assert house.due_duties() == []
    elsewhere = Elsewhere(house, token)
    elsewhere.begin()
    elsewhere.done()
    assert take(house, view(token, 2)) == [WITHDRAWN]
    assert [(duty.kind, duty.subject) for duty in house.due_duties()] == [
        ("erase_withdrawn", subject_of(house, token)),
    ]
    houses.close(house)
    again = houses.open()
    assert take(again, view(token, 3)) == [UNKNOWN_TOKEN]
    assert [duty.kind for duty in again.due_duties()] == ["erase_withdrawn"]


# In the same process


@contextmanager
def held_before_sync(house: House) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Stop the journal just before it makes a batch durable: (arrived there, may go on)."""
    arrived, go_on = threading.Event(), threading.Event()
    real = os.fdatasync

    def wait(descriptor: int) -> None:
        if descriptor == house.journal._descriptor and not arrived.is_set():
            arrived.set()
            assert go_on.wait(20)
        real(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("troth.engines.segments.os.fdatasync", wait)
        yield arrived, go_on


async def next_turn() -> None:
    """Let the loop do what is ready."""
    loop = asyncio.get_running_loop()
    turn = loop.create_future()
    loop.call_soon(turn.set_result, None)
    await turn


def send_around(house: House, first: bytes, between: Callable[[], None], second: bytes) -> list[tuple[int, str]]:
    """Send `first`; while it is being written send `second`, which joins the next batch; then `between` happens."""

    async def work() -> list[tuple[int, str]]:
        app = endpoint(house)
        with held_before_sync(house) as (arrived, go_on):
            writing = asyncio.ensure_future(answer_to(app, post(first, ORIGIN.encode())))
            await asyncio.to_thread(arrived.wait, 20)
            joining = asyncio.ensure_future(answer_to(app, post(second, ORIGIN.encode(), peer="198.51.100.44")))
            while house.journal._filling is None:
                await next_turn()
            await asyncio.to_thread(between)
            go_on.set()
            return [said(await writing), said(await joining)]

    return run(work)


def test_a_beacon_already_folded_into_the_next_batch_is_refused_when_consent_ends_before_it_is_written(
    houses: Houses,
) -> None:
    house = houses.open()
    token = agree(house)
    assert take(house, view(token, 1)) == [None]
    answers = send_around(house, beacon(token, 2), lambda: house.desk.withdraw(token) and None, beacon(token, 3))
    assert answers == [(204, ""), GONE], "the first was on its way to the disk before, the second was not"
    assert on_disk(house) == ids(1, 2)
    (visit,) = house.visits.still_held()
    assert sorted(visit.views) == ids(1, 2)
    houses.clock.forward(IDLE)
    assert load_closed(house) == 1
    addresses = [facts.facts.get("ip") for facts in opened_facts(house, token)]
    assert "203.0.113.9" in addresses
    assert "198.51.100.44" not in addresses, "nor is what it sealed kept"
    assert house.months.view_ids() == ids(1, 2)


def test_a_ping_after_the_end_of_consent_lengthens_nothing(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1), view(token, 1, seq=1, engaged_ms=2_000))
    (visit,) = house.visits.still_held()
    seen_ms = visit.seen_ms
    house.desk.withdraw(token)
    houses.clock.forward(timedelta(seconds=30))
    assert take(house, view(token, 1, seq=2, engaged_ms=32_000)) == [WITHDRAWN]
    assert (visit.seen_ms, visit.views[ids(1)[0]].engaged_ms) == (seen_ms, 2_000)


def test_a_replay_of_a_beacon_that_was_refused_is_not_acknowledged(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    assert take(house, view(token, 1)) == [None]

    async def twice() -> list[tuple[int, str]]:
        app = endpoint(house)
        body = post(beacon(token, 2), ORIGIN.encode())
        house.desk.withdraw(token)
        return [said(each) for each in await asyncio.gather(answer_to(app, body), answer_to(app, body))]

    assert run(twice) == [GONE, GONE]


def test_others_in_the_same_batch_are_kept(houses: Houses) -> None:
    house = houses.open()
    tokens = [agree(house) for _ in range(6)]
    take(house, *(view(token, number) for number, token in enumerate(tokens, 1)))

    async def together() -> list[tuple[int, str]]:
        app = endpoint(house)
        house.desk.withdraw(tokens[2])
        bodies = [post(beacon(token, number), ORIGIN.encode()) for number, token in enumerate(tokens, 11)]
        return [said(each) for each in await asyncio.gather(*(answer_to(app, body) for body in bodies))]

    assert run(together) == [(204, "")] * 2 + [GONE] + [(204, "")] * 3
    assert on_disk(house) == ids(1, 2, 3, 4, 5, 6, 11, 12, 14, 15, 16)


def test_a_new_consent_is_a_new_start_and_continues_no_visit_of_the_old_one(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    assert take(house, view(token, 1)) == [None]
    houses.clock.forward(timedelta(minutes=1))
    house.desk.withdraw(token)
    houses.clock.forward(timedelta(minutes=1))
    assert agree(house, token=token) == token
    assert take(house, view(token, 2), view(token, 1, seq=3, engaged_ms=9_000)) == [None, VISIT_CLOSED]
    assert [sorted(visit.views) for visit in house.visits.still_held()] == [ids(1), ids(2)]
    houses.close(house)
    again = houses.open()
    houses.clock.forward(timedelta(minutes=1))
    assert take(again, view(token, 3)) == [None]
    houses.clock.forward(IDLE)
    assert load_closed(again) == 2
    assert [[row["view"] for row in visit["views"]] for visit in stored_visits(again, token)] == [[1], [2, 3]]


def test_a_view_refused_after_the_end_is_kept_when_it_is_sent_again_after_a_new_consent(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1))
    house.desk.withdraw(token)
    assert take(house, view(token, 2)) == [WITHDRAWN]
    houses.clock.forward(timedelta(minutes=1))
    agree(house, token=token)
    assert take(house, view(token, 2)) == [None]
    assert on_disk(house) == ids(1, 2)


# Late writers, both orders (security rule 13)


def erase(house: House, subject: SubjectId) -> None:
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)


def test_a_view_that_comes_after_the_erasure_is_refused(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    assert take(house, view(token, 1)) == [None]
    subject = subject_of(house, token)
    answers = send_around(house, beacon(token, 2), lambda: erase(house, subject), beacon(token, 3))
    assert answers == [(204, ""), GONE]
    assert on_disk(house) == ids(1, 2)
    houses.clock.forward(IDLE)
    load_closed(house)
    assert house.months.view_ids() == [], "what came before is let go at the loading"
    assert take(house, view(token, 4)) == [UNKNOWN_TOKEN]


def test_a_view_that_was_durable_before_the_erasure_can_be_opened_by_nobody_afterwards(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1))
    houses.clock.forward(IDLE)
    assert load_closed(house) == 1
    facts = opened_facts(house, token)
    assert facts[0].facts["ip"] == "203.0.113.9"
    subject, rows = subject_of(house, token), stored_visits(house, token)
    erase(house, subject)
    assert house.months.seals_of("2026-09", rows[0]["visit"]), "the sealed bytes are still there"
    with pytest.raises(Erased):
        house.vault.visitor_key(subject, "2026-09")


@pytest.mark.parametrize("step", ["_histories", "_seal_history"])
def test_somebody_erased_in_the_middle_of_a_load_holds_up_nobody_else(houses: Houses, step: str) -> None:
    house = houses.open()
    kept, gone = agree(house), agree(house)
    take(house, view(kept, 1), view(gone, 2))
    subject, erased = subject_of(house, gone), list[SubjectId]()
    real = getattr(house.loader, step)

    def erase_once() -> None:
        if not erased:
            erased.append(subject)
            erase(house, subject)

    def with_erasure(*given: object) -> object:
        if step == "_histories":
            erase_once()
            return real(*given)
        sealed = real(*given)
        if given[0] == subject:
            erase_once()
        return sealed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.loader, step, with_erasure)
        houses.clock.forward(IDLE)
        for _ in range(2):
            load_closed(house)
    assert erased == [subject]
    assert house.is_healthy()
    assert ids(1)[0] in house.months.view_ids()
    assert house.visits.still_held() == []
    with house.register.reading() as reading:
        assert [row.subject for row in reading.visit_histories.find_for_subjects([subject])] == []
