"""Design 7: a full or failing disk. Nothing is acknowledged, the answer is a truthful 503, nobody repairs by hand.

Faults are put in at the system call, or the process may really write no further than so many bytes into any file.
"""

from __future__ import annotations

import asyncio
import errno
import itertools
import json
import os
import random
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from asgi import Answer, answer_to, ask, post
from houses import ORIGIN, Houses, agree, load_closed, opened_facts, run, stored_visits, subject_of, take, view

from troth.app.house import House
from troth.collect.drops import MALFORMED
from troth.collect.lines import PingLine, SealLine, SegmentLine, ViewLine, VisitLine, read_lines, write_line
from troth.collect.rate import RateLimit
from troth.collect.visit import OpenVisits
from troth.consent import Choice
from troth.errors import StoreError
from troth.web.collect import CollectEndpoint
from troth.web.consent import ConsentEndpoint
from troth.web.peer import TrustedProxies

SITE = ORIGIN.encode()
IDLE = timedelta(minutes=31)
NO_SPACE, IO_ERROR = OSError(errno.ENOSPC, "no space"), OSError(errno.EIO, "input/output error")
DIES_AFTER = (0, 1, 40, 300, 700)


def endpoint(house: House) -> CollectEndpoint:
    return CollectEndpoint(house.collector, TrustedProxies(()), RateLimit(0, 1), house.clock)


def beacon(token: str, number: int, **said: object) -> bytes:
    facts = {"tz": "Asia/Shanghai", "screen": "1920x1080"}
    return json.dumps({"token": token, "view": f"{number:016x}", "path": "/products", "facts": facts} | said).encode()


def send(house: House, *bodies: bytes, peer: str = "203.0.113.9") -> list[Answer]:
    """Send bodies all at once, so that they share commits, and return the answers in order."""
    app = endpoint(house)

    async def together() -> list[Answer]:
        return list(await asyncio.gather(*(answer_to(app, post(body, SITE, peer=peer)) for body in bodies)))

    return run(together)


def statuses(answers: list[Answer]) -> list[int]:
    assert all(answer.headers.get("retry-after") == "10" for answer in answers if answer.status == 503)
    return [answer.status for answer in answers]


def open_state(house: House) -> str:
    """How the open visits stand: what is loaded, what is compared with replays."""
    visits = house.visits
    kept = [
        (visit.visit, visit.seen_ms, visit.views, [seal.number for seal in visit.seals], visit.unwritten)
        for visit in visits.by_id.values()
    ]
    held = [
        sorted(visits.by_subject),
        sorted(visits.closing),
        sorted(view for hour in visits.recent._by_hour.values() for view in hour),
    ]
    return str(sorted(kept, key=str)) + str(held)


def all_views(house: House) -> list[str]:
    """Every view of open visits and month files; a view kept twice stands here twice."""
    waiting = [view for visit in house.visits.still_held() for view in visit.views]
    return sorted(waiting + house.months.view_ids())


def ids(*numbers: int) -> list[str]:
    return [f"{number:016x}" for number in numbers]


@contextmanager
def failing(house: House, call: str, failure: OSError, after_bytes: int = 0) -> Iterator[Callable[[], int]]:
    """Let a system call fail on the journal's own file; `write` gets that many bytes onto the disk first."""
    real, failed = getattr(os, call), 0

    def fail(descriptor: int, *given: Any) -> Any:
        nonlocal failed
        if descriptor != house.journal._descriptor:
            return real(descriptor, *given)
        failed += 1
        if call == "write" and failed == 1 and after_bytes:
            return real(descriptor, given[0][: min(after_bytes, len(given[0]) - 1)])
        raise failure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"troth.engines.segments.os.{call}", fail)
        yield lambda: failed


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: the kernel refuses the write, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# The journal


@pytest.mark.parametrize(
    ("call", "failure", "after"),
    [*(("write", NO_SPACE, after) for after in DIES_AFTER), ("write", IO_ERROR, 0), ("fdatasync", IO_ERROR, 0)],
)
def test_what_the_journal_could_not_keep_is_a_503_and_as_if_it_had_never_come(
    houses: Houses, call: str, failure: OSError, after: int
) -> None:
    house = houses.open()
    old, new = agree(house), agree(house)
    assert statuses(send(house, beacon(old, 1), beacon(old, 1, seq=1, engaged_ms=500))) == [204, 204]
    before, on_disk = open_state(house), segment_lines(house)
    with failing(house, call, failure, after) as failed:
        bodies = (beacon(old, 2), beacon(old, 1, seq=2, engaged_ms=9000), beacon(new, 3), beacon(new, 3, seq=1))
        assert statuses(send(house, *bodies)) == [503] * 4
        assert failed() >= 1
        assert open_state(house) == before
        assert not house.is_healthy()
    assert segment_lines(house) == on_disk, "cut back to what was acknowledged"
    assert house.collector.acknowledged == 2

    assert statuses(send(house, *bodies)) == [204] * 4, "the same again, as a browser would, without any repair"
    assert house.is_healthy()
    houses.close(house)
    again = houses.open()
    assert all_views(again) == ids(1, 2, 3)
    houses.clock.forward(IDLE)
    assert load_closed(again) == 2
    assert all_views(again) == ids(1, 2, 3)
    (visit,) = stored_visits(again, old)
    assert [(row["view"], row["engaged_ms"]) for row in visit["views"]] == [(1, 9000), (2, 0)]


def segment_lines(house: House) -> list[bytes]:
    """Every line in the segments, in order."""
    paths = sorted(house.journal.folder.glob("*.segment"))
    return [line for path in paths for line in path.read_bytes().splitlines()]


def test_a_failing_disk_in_the_middle_of_a_burst_loses_and_doubles_nothing_that_was_acknowledged(
    houses: Houses,
) -> None:
    house = houses.open()
    tokens = [agree(house) for _ in range(8)]
    dice = random.Random(7)
    real, acknowledged, answered = os.fdatasync, set[int](), []

    def sometimes(descriptor: int) -> None:
        if descriptor == house.journal._descriptor and dice.random() < 0.4:
            raise IO_ERROR
        real(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("troth.engines.segments.os.fdatasync", sometimes)
        waiting = set(range(1, 400))
        while waiting:
            burst = dice.sample(sorted(waiting), min(len(waiting), 40))
            got = statuses(send(house, *(beacon(tokens[number % 8], number) for number in burst)))
            answered += got
            kept = {number for number, status in zip(burst, got, strict=True) if status == 204}
            acknowledged |= kept
            waiting -= kept
            assert all_views(house) == ids(*sorted(acknowledged))
    assert answered.count(503) > 20
    houses.close(house)
    again = houses.open()
    assert all_views(again) == ids(*range(1, 400))
    houses.clock.forward(IDLE)
    load_closed(again)
    assert again.months.view_ids() != []
    assert all_views(again) == ids(*range(1, 400))


def test_a_disk_that_fails_at_closing_too_leaves_nobody_waiting(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    assert statuses(send(house, beacon(token, 1))) == [204]
    real = os.close

    def close(descriptor: int) -> None:
        is_ours = descriptor == house.journal._descriptor
        real(descriptor)
        if is_ours:
            raise IO_ERROR

    with failing(house, "fdatasync", IO_ERROR), pytest.MonkeyPatch.context() as patch:
        patch.setattr("troth.engines.segments.os.close", close)
        assert statuses(send(house, beacon(token, 2), beacon(token, 3))) == [503, 503]
        assert statuses(send(house, beacon(token, 2))) == [503]
    assert statuses(send(house, beacon(token, 2), beacon(token, 3))) == [204, 204]
    assert all_views(house) == ids(1, 2, 3)


def test_a_replay_of_what_is_not_durable_yet_is_not_acknowledged_either(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    with failing(house, "fdatasync", IO_ERROR):
        assert statuses(send(house, *[beacon(token, 1)] * 5)) == [503] * 5
    assert statuses(send(house, *[beacon(token, 1)] * 5)) == [204] * 5
    assert all_views(house) == ids(1)


def test_identifying_facts_of_a_view_that_was_not_kept_are_not_kept_either(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    assert statuses(send(house, beacon(token, 1))) == [204]
    with failing(house, "write", NO_SPACE):
        assert statuses(send(house, beacon(token, 2), peer="198.51.100.44")) == [503]
    assert statuses(send(house, beacon(token, 3))) == [204]
    houses.clock.forward(IDLE)
    load_closed(house)
    addresses = [facts.facts.get("ip") for facts in opened_facts(house, token)]
    assert "203.0.113.9" in addresses
    assert "198.51.100.44" not in addresses


def test_a_visit_is_not_loaded_before_all_of_it_is_durable(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1))
    real, loaded = os.fdatasync, list[int]()

    async def load_while_writing() -> None:
        arrived = asyncio.Event()
        loop = asyncio.get_running_loop()

        def slow(descriptor: int) -> None:
            if descriptor == house.journal._descriptor:
                loop.call_soon_threadsafe(arrived.set)
                while not loaded:
                    pass
            real(descriptor)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("troth.engines.segments.os.fdatasync", slow)
            app = endpoint(house)
            writing = asyncio.ensure_future(answer_to(app, post(beacon(token, 2), SITE)))
            await arrived.wait()
            houses.clock.forward(timedelta(days=2))
            loaded.append(len(house.visits.take_over(house.now_ms())))
            assert (await writing).status == 204

    run(load_while_writing)
    assert loaded == [0]
    assert load_closed(house) == 1
    assert house.months.view_ids() == ids(1, 2)


def test_a_failing_disk_at_the_look_up_is_a_503_too(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    house = houses.open()
    token = agree(house)

    def broken() -> int:
        raise StoreError("the identity store cannot be used", "look at the disk")

    with monkeypatch.context() as patch:
        patch.setattr(house.identity, "generation", broken)
        assert statuses(send(house, beacon(token, 1))) == [503]
    assert statuses(send(house, beacon(token, 1))) == [204]
    with monkeypatch.context() as patch:
        patch.setattr(house.identity, "generation", broken)
        assert statuses(send(house, beacon(token, 2))) == [503], "the browser is remembered, the fence cannot be asked"
    assert statuses(send(house, beacon(token, 2))) == [204]
    assert all_views(house) == ids(1, 2)


# The whole disk


def test_a_full_disk_refuses_views_consents_and_loads_and_everything_goes_on_when_there_is_room(
    houses: Houses,
) -> None:
    house = houses.open()
    token = agree(house)
    consent = ConsentEndpoint(house.desk, house.versions, TrustedProxies(()), RateLimit(0, 1), house.clock)
    said = {"policy": house.loaded.hash[:16], "lang": "en", "layer": 1, "how": "banner", "text": "0" * 64}
    yes = json.dumps(said | {"purposes": {"statistics": True}}).encode()
    take(house, view(token, 1))
    houses.clock.forward(IDLE)
    before = entries(house)
    with no_file_longer_than(4096):
        assert statuses(send(house, *(beacon(token, number) for number in range(2, 40)))) == [503] * 38
        answer = ask(consent, post(yes, SITE))[0]
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert not answer.headers.get("set-cookie")
        assert load_closed(house) == 0
        assert not house.is_healthy()
    assert house.months.view_ids() == []
    assert entries(house) == before

    assert ask(consent, post(yes, SITE))[0].status == 200
    assert load_closed(house) == 1
    assert statuses(send(house, *(beacon(token, number) for number in range(2, 40)))) == [204] * 38
    assert house.is_healthy()
    houses.clock.forward(IDLE)
    load_closed(house)
    houses.close(house)
    assert houses.open().months.view_ids() == ids(*range(1, 40))
    consent.close()


def entries(house: House) -> int:
    """How many entries the ledger has."""
    with house.register.reading() as reading:
        return reading.ledger.length()


def test_a_register_that_cannot_commit_grants_nothing_and_shows_no_token(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = houses.open()

    def broken(*_: object) -> None:
        raise StoreError("disk I/O error", "look at the disk")

    choice = Choice(
        purposes={"statistics": True},
        language="en",
        layer=1,
        how="banner",
        text_hash="0" * 64,
        policy_hash=house.loaded.hash,
    )
    with monkeypatch.context() as patch:
        patch.setattr(house.register._commits, "_before_commit", broken)
        with pytest.raises(StoreError):
            house.desk.decide(choice, None)
        house.collector.refuse(MALFORMED, house.now_ms())
        assert load_closed(house) == 0
    assert load_closed(house) == 0
    today = house.clock.now().date()
    with house.register.reading() as reading:
        counts = reading.counters.between(today, today)
    assert counts == {(today, "drop C2-02", "malformed"): 1}, "what could not be counted then is counted later"


# Loading


def visit_twice(houses: Houses, house: House) -> str:
    """Two closed visits of one browser, waiting to be loaded."""
    token = agree(house)
    take(house, view(token, 1), view(token, 2))
    houses.clock.forward(IDLE)
    take(house, view(token, 3))
    houses.clock.forward(IDLE)
    return token


def assert_loaded_once(houses: Houses, house: House, token: str) -> None:
    assert load_closed(house) == 2
    assert house.is_healthy()
    assert all_views(house) == house.months.view_ids() == ids(1, 2, 3)
    late = [sealed.facts["freq"] for sealed in opened_facts(house, token) if not sealed.view]
    assert late == [1, 2], "a load that was tried again counts no visit twice"
    houses.close(house)
    again = houses.open()
    assert again.months.view_ids() == ids(1, 2, 3)
    assert again.visits.still_held() == []


@pytest.mark.parametrize("size", [0, 1_000, 4_096, 12_288, 20_000, 270_000])
def test_a_disk_that_fills_up_while_visits_are_loaded_loses_none(houses: Houses, size: int) -> None:
    house = houses.open()
    token = visit_twice(houses, house)
    with no_file_longer_than(size), pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.loader, "_histories", lambda visits: {})  # the register would fail first
        for _ in range(3):
            assert load_closed(house) == 0
            assert not house.is_healthy()
    assert_loaded_once(houses, house, token)


@pytest.mark.slow
@pytest.mark.parametrize("more", [40, 400])
def test_a_month_file_that_duckdb_shuts_after_a_failed_checkpoint_is_opened_again(houses: Houses, more: int) -> None:
    """DuckDB then lets nobody use the file. A small commit is durable all the same, a large one is not (2.0)."""
    house = houses.open()
    tokens = [agree(house) for _ in range(400)]
    take(house, *(view(token, number) for number, token in enumerate(tokens, 1000)))
    houses.clock.forward(IDLE)
    assert load_closed(house) == 400
    duck = house.months._open().duck
    duck.execute("CHECKPOINT m2026_09")
    duck.execute("SET wal_autocheckpoint = '1KB'")
    take(house, *(view(token, number) for number, token in enumerate(tokens[:more], 1)))
    houses.clock.forward(IDLE)
    full = house.months.folder.joinpath("2026-09.duckdb").stat().st_size
    with no_file_longer_than(full), pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.loader, "_histories", lambda visits: {})  # the register would fail first
        assert load_closed(house) == 0
        assert not house.is_healthy()
    assert house.months.count_views() in (400, 400 + more), "the file is open again"
    load_closed(house)
    assert house.is_healthy()
    assert all_views(house) == sorted(house.months.view_ids()) == ids(*range(1, 1 + more), *range(1000, 1400))
    assert house.visits.still_held() == []


@pytest.mark.parametrize("step", ["_write_rows", "_sync"])
def test_an_io_error_at_any_step_of_a_load_is_tried_again(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    house = houses.open()
    token = visit_twice(houses, house)

    def broken(*_: object) -> None:
        raise IO_ERROR

    with monkeypatch.context() as patch:
        patch.setattr(f"troth.engines.months.{step}", broken)
        assert load_closed(house) == 0
    assert_loaded_once(houses, house, token)


def test_without_room_for_a_scratch_folder_the_house_lives_on(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    house = houses.open()
    token = visit_twice(houses, house)

    def broken(*_: object, **__: object) -> None:
        raise NO_SPACE

    with monkeypatch.context() as patch:
        patch.setattr("tempfile.mkdtemp", broken)
        assert load_closed(house) == 0
        assert not house.is_healthy()
    assert_loaded_once(houses, house, token)


@pytest.mark.parametrize("statement", ["BEGIN", "COMMIT", "visits", "views", "seals"])
def test_an_error_of_duckdb_at_any_statement_leaves_no_half_visit(houses: Houses, statement: str) -> None:
    house = houses.open()
    token = visit_twice(houses, house)

    class Broken:
        """DuckDB, but one statement fails."""

        def __init__(self, duck: duckdb.DuckDBPyConnection) -> None:
            self._duck = duck

        def execute(self, sql: str, *given: Any) -> Any:
            if sql == statement or f".{statement} SELECT" in sql:
                raise duckdb.IOException("input/output error")
            return self._duck.execute(sql, *given)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._duck, name)

    opened = house.months._open()
    house.months._opened = opened._replace(duck=Broken(opened.duck))  # type: ignore[arg-type]
    assert load_closed(house) == 0
    assert_loaded_once(houses, house, token)


def test_a_segment_that_cannot_be_removed_is_removed_later_and_counts_nothing_twice(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1))
    houses.clock.forward(IDLE)

    def broken(*_: object, **__: object) -> None:
        raise IO_ERROR

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", broken)
        assert load_closed(house) == 0
        assert not house.is_healthy()
    assert all_views(house) == ids(1)
    take(house, view(token, 2))
    houses.clock.forward(IDLE)
    assert load_closed(house) == 1
    assert house.is_healthy()
    assert all_views(house) == ids(1, 2)
    assert not list(house.journal.folder.glob("*.segment"))


# At a restart


def a_segment(house: House) -> tuple[Path, bytes]:
    (path,) = house.journal.folder.glob("*.segment")
    return path, path.read_bytes()


def test_a_tail_torn_anywhere_takes_with_it_only_what_was_not_whole(houses: Houses) -> None:
    house = houses.open()
    one, two = agree(house), agree(house)
    take(house, view(one, 1), view(one, 1, seq=1, engaged_ms=700), view(two, 2), view(one, 3))
    path, data = a_segment(house)
    houses.close(house)
    whole = [end + 1 for end, byte in enumerate(data) if byte == 10]
    for cut in sorted({0, 1, *random.Random(3).sample(range(len(data)), 12), *whole[-3:], whole[-1] - 1}):
        path.write_bytes(data[:cut])
        again = houses.open()
        lines = [line for line in read_lines(data[:cut])[0] if isinstance(line, ViewLine)]
        assert all_views(again) == sorted(line.view for line in lines)
        assert path.read_bytes() == data[: max([end for end in whole if end <= cut], default=0)]
        assert take(again, view(one, 1), view(two, 2), view(one, 3)) == [None] * 3
        assert all_views(again) == ids(1, 2, 3), f"cut at {cut}: sent again, kept once"
        houses.close(again)
        for other in path.parent.glob("*.segment"):
            other.unlink()


def test_a_flipped_byte_costs_its_own_line_and_not_the_acknowledged_ones_after_it(
    houses: Houses, caplog: pytest.LogCaptureFixture
) -> None:
    house = houses.open()
    tokens = [agree(house) for _ in range(3)]
    take(house, *(view(token, number) for number, token in enumerate(tokens, 1)))
    path, data = a_segment(house)
    houses.close(house)
    lines = data.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if f"{2:016x}".encode() in line and b'"view"' in line)
    flipped = b"".join([*lines[:at], lines[at].replace(b"/products", b"/products"[:-1] + b"t"), *lines[at + 1 :]])
    assert len(flipped) == len(data)
    path.write_bytes(flipped)
    again = houses.open()
    assert all_views(again) == ids(1, 3)
    assert "damaged lines" in caplog.text
    assert path.read_bytes() == flipped, "damage is not tidied away"
    assert take(again, view(tokens[1], 2)) == [None]
    assert all_views(again) == ids(1, 2, 3)
    houses.clock.forward(IDLE)
    load_closed(again)
    assert again.months.view_ids() == ids(1, 2, 3)


def test_whichever_byte_of_a_segment_flips_reading_goes_on_and_at_most_two_lines_are_lost() -> None:
    lines: list[SegmentLine] = [
        VisitLine("a" * 32, "b" * 32, "2026-09", "c" * 32, "d" * 16, 1_000, {"browser": "Firefox"}),
        SealLine("a" * 32, 0, "visits", "2026-09", "AAAA"),
        ViewLine("a" * 32, "1" * 16, 1_000, "/", 0, None),
        PingLine("a" * 32, "1" * 16, 2_000, 1, 900),
        ViewLine("a" * 32, "2" * 16, 3_000, "/news", 0, None),
    ]
    data = b"".join(map(write_line, lines))
    assert read_lines(data) == (lines, len(data))
    for at, bit in itertools.product(range(len(data)), (1, 32, 128)):
        damaged = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
        kept, _ = read_lines(damaged)
        assert len(kept) >= len(lines) - 2
        assert all(line in lines for line in kept)
        visits = OpenVisits()
        for line in kept:
            visits.apply(line)


def test_a_visit_whose_first_view_was_torn_off_is_no_visit(houses: Houses) -> None:
    house = houses.open()
    token = agree(house)
    take(house, view(token, 1))
    path, data = a_segment(house)
    houses.close(house)
    head = b"".join(line for line in data.splitlines(keepends=True) if b'"line":"view"' not in line)
    assert 0 < len(head) < len(data)
    path.write_bytes(head)
    again = houses.open()
    houses.clock.forward(IDLE)
    load_closed(again)
    assert stored_visits(again, token) == []
    assert subject_of(again, token)


def test_a_segment_with_the_rest_of_a_visit_that_is_loaded_already_does_not_stay_for_ever(houses: Houses) -> None:
    house = houses.open()
    one, two = agree(house), agree(house)
    take(house, view(one, 1))
    houses.close(house)
    again = houses.open()
    take(again, view(one, 1, seq=1, engaged_ms=900))
    houses.clock.forward(timedelta(minutes=20))
    take(again, view(two, 2))
    houses.clock.forward(timedelta(minutes=11))
    assert load_closed(again) == 1
    (left,) = again.journal.folder.glob("*.segment")
    lines = read_lines(left.read_bytes())[0]
    assert {type(line) for line in lines} > {PingLine}, "the visit began in a segment that is gone, its ping is here"
    houses.close(again)
    last = houses.open()
    houses.clock.forward(IDLE)
    assert load_closed(last) == 1
    assert not left.exists()
    assert last.months.view_ids() == ids(1, 2)


def test_a_month_file_that_a_kill_left_unborn_does_not_stop_the_next_start(houses: Houses) -> None:
    house = houses.open()
    houses.close(house)
    scratch = house.months.folder / ".loading-left"
    scratch.mkdir()
    (scratch / "empty.duckdb").write_bytes(b"half a header")
    again = houses.open()
    assert not scratch.exists()
    token = agree(again)
    take(again, view(token, 1))
    houses.clock.forward(IDLE)
    assert load_closed(again) == 1
