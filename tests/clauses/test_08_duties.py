"""Clauses 8 and 11: what is due is done once, tried again after a failure, and never quietly forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from consents import Room

from troth.clock import SetClock
from troth.duties import WAITING_FOR_A_HANDLER, Duty, Runner, due_duties, join_handlers, new_duty, overdue
from troth.duties.runner import LEASE, pause_after

CANARY = "canary-4711"


@pytest.fixture
def room(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    room = Room(tmp_path, clock)
    yield room
    room.close()


def add(room: Room, kind: str) -> Duty:
    duty = new_duty(kind, room.clock.now(), room.clock.now())
    with room.register.change() as change:
        change.duties.add(duty)
    return duty


def test_a_kind_without_a_handler_is_reported_as_waiting_for_one_and_never_done(room: Room) -> None:
    room.desk.withdraw(room.agree())
    runner = Runner(room.register, {}, room.clock)
    for _ in range(3):
        done = runner.run_due()
        assert (done.done, done.failed, done.waiting_for_a_handler) == (0, 0, 1)
        room.clock.forward(timedelta(days=1))
    (shown,) = due_duties(room.register, {}, room.clock.now())
    assert (shown.duty.kind, shown.says, shown.duty.state) == ("erase_withdrawn", WAITING_FOR_A_HANDLER, "waiting")
    assert [duty.kind for duty in overdue(room.register, room.clock.now())] == ["erase_withdrawn"]


def test_a_due_duty_is_handed_to_its_one_handler_and_is_done(room: Room) -> None:
    duty, handled = add(room, "letter"), list[str]()
    runner = Runner(room.register, {"letter": lambda due: handled.append(due.duty_id)}, room.clock)
    assert runner.run_due().done == 1
    assert runner.run_due().done == 0
    assert handled == [duty.duty_id]
    assert due_duties(room.register, {}, room.clock.now()) == []


def test_a_duty_is_not_done_before_it_is_due(room: Room) -> None:
    later = room.clock.now() + timedelta(days=1)
    with room.register.change() as change:
        change.duties.add(new_duty("letter", later, room.clock.now()))
    runner = Runner(room.register, {"letter": lambda _: None}, room.clock)
    assert runner.run_due().done == 0
    room.clock.move_to(later)
    assert runner.run_due().done == 1


def test_a_failed_duty_comes_again_after_a_pause_that_doubles_and_names_no_data(room: Room) -> None:
    add(room, "letter")

    def fails(_: Duty) -> None:
        raise ValueError(CANARY)

    handlers = {"letter": fails}
    runner = Runner(room.register, handlers, room.clock)
    for attempt in range(3):
        assert runner.run_due().failed == 1
        assert runner.run_due().failed == 0, "not before the pause is over"
        room.clock.forward(pause_after(attempt))
    (shown,) = due_duties(room.register, handlers, room.clock.now())
    assert (shown.duty.attempts, shown.duty.reason, shown.says) == (3, "try 3 failed: ValueError", "due")
    assert CANARY.encode() not in room.bytes_on_disk()
    assert [pause_after(number).total_seconds() for number in (0, 1, 2, 8, 9, 1000)] == [10, 20, 40, 2560, 3600, 3600]


def test_a_duty_whose_runner_died_is_taken_up_again_when_its_lease_ends(room: Room) -> None:
    duty, handled = add(room, "letter"), list[str]()
    with room.register.change() as change:
        now = room.clock.now()
        assert change.duties.lease(["letter"], now, now + LEASE, 10)
    handlers = {"letter": lambda due: handled.append(due.duty_id)}
    runner = Runner(room.register, handlers, room.clock)
    assert runner.run_due().done == 0
    assert [shown.says for shown in due_duties(room.register, handlers, now)] == ["being done"]
    room.clock.forward(LEASE)
    assert runner.run_due().done == 1
    assert handled == [duty.duty_id]


def test_a_kind_has_exactly_one_handler() -> None:
    def one(_: Duty) -> None:
        return

    assert set(join_handlers([{"letter": one}, {"sweep": one}])) == {"letter", "sweep"}
    with pytest.raises(ValueError, match="two rooms"):
        join_handlers([{"letter": one}, {"letter": one}])
