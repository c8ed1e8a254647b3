"""The rooms' rows on both databases: consents, grants, receipts, versions, duties, counters (clauses 2 to 12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from consents import Room, demo_policy, with_purpose
from houses import Houses, agree, subject_of
from registers import ANN, BEN, NOON, draft, open_register

from troth.clock import SetClock
from troth.consent.receipt_check import check_receipt
from troth.duties import new_duty
from troth.engines.sql.consent_rows import PEOPLE_AT_ONCE
from troth.engines.sql.register import Register
from troth.policy.permit import SubjectId

HOUR = timedelta(hours=1)


@pytest.fixture
def room(tmp_path: Path, clock: SetClock, register_url: str) -> Iterator[Room]:
    """A consent desk whose policy has two purposes that rest on consent."""
    room = Room(tmp_path, clock, with_purpose(demo_policy(), "newsletter"), register_url)
    room.publish()
    yield room
    room.close()


@pytest.fixture
def register(register_url: str) -> Iterator[Register]:
    register = open_register(register_url)
    yield register
    register.close()


def say(room: Room, token: str | None = None, *, statistics: bool = True, newsletter: bool = True) -> str:
    """Answer both purposes; return the token of whoever did."""
    answers = {"statistics": statistics, "newsletter": newsletter}
    decided = room.desk.decide(room.choice(answers), token)
    assert decided.token is not None
    return decided.token


def test_consent_is_a_set_of_intervals_that_end_and_begin_again(room: Room, clock: SetClock) -> None:
    token = say(room)
    ann = room.subject(token)
    clock.forward(HOUR)
    say(room, token, statistics=False)
    clock.forward(HOUR)
    room.desk.withdraw(token)
    clock.forward(HOUR)
    say(room, token, newsletter=False)
    with room.register.reading() as reading:
        intervals = reading.consents.intervals(ann, "statistics")
        assert [interval.end is None for interval in intervals] == [False, True]
        assert intervals[0].end == intervals[0].start + HOUR
        letters = reading.consents.intervals(ann, "newsletter")
        assert [interval.end for interval in letters][-1] == intervals[0].start + 2 * HOUR
        assert [interval.purpose for interval in reading.consents.open_intervals(ann)] == ["statistics"]
        decisions = reading.consents.decisions(ann)
        assert [decision.purposes.get("statistics") for decision in decisions] == [True, False, None, True]
        ids = {interval.grant_id for interval in (*intervals, *letters)}
        assert reading.consents.grants(ids).keys() == ids
        assert reading.consents.grants([]) == {}


def test_who_consents_is_found_among_many_people_and_among_all(room: Room, clock: SetClock) -> None:
    tokens = [say(room, newsletter=False) for _ in range(3)]
    ann, ben, cem = (room.subject(token) for token in tokens)
    clock.forward(HOUR)
    room.desk.withdraw(tokens[1])
    clock.forward(HOUR)
    now = clock.now()
    crowd = {SubjectId(f"{number:032x}") for number in range(2 * PEOPLE_AT_ONCE)}
    with room.register.reading() as reading:
        shelf = reading.consents
        assert {interval.subject for interval in shelf.holding("statistics", now, None)} == {ann, cem}
        assert {interval.subject for interval in shelf.holding("statistics", now, {ben, cem, *crowd})} == {cem}
        assert shelf.holding("statistics", now - 3 * HOUR, None) == []
        assert {interval.subject for interval in shelf.open_intervals_of({ann, ben, *crowd})} == {ann}
        assert shelf.open_intervals_of(set()) == []


def test_a_receipt_is_found_by_its_number_and_fits_in_every_part(room: Room) -> None:
    decided = room.desk.decide(room.choice({"statistics": True, "newsletter": False}), None)
    assert decided.receipt is not None
    assert decided.token is not None
    for _ in range(3):
        say(room)
    number = decided.receipt.statement.receipt
    found = room.desk.receipt(number, decided.token)
    assert found is not None
    assert found.statement == decided.receipt.statement
    checked = check_receipt(room.desk.issue(found), room.keys)
    assert (checked.seq, checked.statement) == (found.placed.seq, found.statement)
    assert room.desk.receipt("0" * 32, decided.token) is None


def test_a_house_stands_on_either_database_and_finds_its_versions_again(houses: Houses, register_url: str) -> None:
    house = houses.open(register=register_url)
    token = agree(house)
    hash_ = house.loaded.hash
    houses.close(house)
    again = houses.open(register=register_url)
    assert again.desk.standing(token) is not None
    with again.register.reading() as reading:
        assert reading.policies.hashes() == [hash_]
        assert reading.policies.source(hash_) == again.loaded.source
        assert reading.policies.source("f" * 64) is None
        assert [text.hash for text in reading.policies.texts([hash_])] == [hash_]
        assert reading.policies.policy_ids() == [again.policy.policy.id]
        assert reading.ledger.payloads_of(subject_of(again, token)) != []


def test_duties_are_found_by_person_given_back_and_finished(register: Register) -> None:
    early, late = new_duty("letter", NOON, NOON, ANN), new_duty("letter", NOON + HOUR, NOON, BEN)
    with register.change() as change:
        change.duties.add(late)
        change.duties.add(early)
    with register.change() as change:
        assert change.duties.lease(["other"], NOON, NOON + HOUR, 10) == []
        (taken,) = change.duties.lease(["letter"], NOON, NOON + HOUR, 10)
        change.duties.try_later(taken.duty_id, NOON + 2 * HOUR, "the mail server is away")
    with register.reading() as reading:
        assert [duty.duty_id for duty in reading.duties.due(NOON + 3 * HOUR)] == [late.duty_id, early.duty_id]
        (mine,) = reading.duties.find_for_subject(ANN)
        assert (mine.attempts, mine.reason, mine.state) == (1, "the mail server is away", "waiting")
    with register.change() as change:
        change.duties.finish(early.duty_id, NOON)
    with register.reading() as reading:
        assert [duty.duty_id for duty in reading.duties.due(NOON + 3 * HOUR)] == [late.duty_id]
        assert [duty.state for duty in reading.duties.find_for_subject(ANN)] == ["done"]


def test_counts_add_up_by_day_name_and_reason(register: Register) -> None:
    day = NOON.date()
    with register.change() as change:
        change.counters.add(day, "drop", "late", 3)
        change.counters.add(day, "drop", "late")
        change.counters.add(day + timedelta(days=1), "drop", "late")
        change.counters.add(day, "drop", "early")
    with register.reading() as reading:
        assert reading.counters.between(day, day) == {(day, "drop", "early"): 1, (day, "drop", "late"): 4}
        assert len(reading.counters.between(date(2026, 1, 1), date(2026, 12, 31))) == 3


def test_a_payload_stays_beside_its_entry(register: Register) -> None:
    with register.change() as change:
        change.ledger.append(draft("about ann", ANN))
        change.ledger.append(draft("about nobody"))
    with register.reading() as reading:
        assert [(seq, payload.blob) for seq, payload in reading.ledger.payloads_of(ANN)] == [(0, b"about ann")]
        payload = reading.ledger.payload_at(1)
        assert payload is not None
        assert (payload.subject, payload.class_, payload.epoch) == (None, "evidence", "2026-11")
        assert reading.ledger.payload_at(2) is None
