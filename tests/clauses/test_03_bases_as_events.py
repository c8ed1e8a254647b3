"""Clause 3: what stands in for consent is an event with evidence and an end; a no is never answered by another basis.

Every test with a room runs on both databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import Result
from consents import Room, demo_policy, version_of, with_purpose
from houses import Houses, agree, demo_policy_text, load_closed, take, view
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from typer.testing import CliRunner

from troth.cli import app
from troth.clock import SetClock, SystemClock
from troth.consent import BasisEvent, Interval, Invocation, NotPermitted
from troth.consent.bases import BY_POLICY, Footing
from troth.consent.declared_bases import grounds_of
from troth.consent.permits import permit_by_law
from troth.errors import Erased, StoreError, TrothError, UnusableInput
from troth.ledger import read_payload
from troth.policy import Policy, bases
from troth.policy.permit import Permit, SubjectId
from troth.policy.text import Text
from troth.vault import Label, Sealed

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
STAFF = "staff:7"
BY_LAW = ["choice", "press", "recruiting", "respond", "security"]
LAW = Text({"zh-CN": "某法第一条", "en": "Some Law, Article 1"})


def policy_with_cases() -> Policy:
    """The demo's policy, and a purpose for an emergency, one for orders, one for what people published."""
    policy = with_purpose(demo_policy(), "alarm", like="security", basis="emergency", law=None)
    policy = with_purpose(policy, "orders", like="security", basis="criminal_justice", law=LAW)
    return with_purpose(policy, "press", like="security", basis="self_published", law=None)


def without(policy: Policy, purpose: str) -> Policy:
    return structs.replace(policy, purposes={key: one for key, one in policy.purposes.items() if key != purpose})


@pytest.fixture
def room(tmp_path: Path, clock: SetClock, register_url: str) -> Iterator[Room]:
    room = Room(tmp_path, clock, policy_with_cases(), register_url)
    room.publish()
    yield room
    room.close()


def somebody(room: Room) -> SubjectId:
    return room.vault.create_subject("submission")


def alarm(room: Room, hours: int = 72, **said: object) -> Invocation:
    """An emergency for everybody, from now."""
    ends = room.clock.now() + timedelta(hours=hours)
    fields = {"basis": "emergency", "purpose": "alarm", "evidence": "notice 2026-14", "actor": STAFF, "until": ends}
    return Invocation(**(fields | said))  # type: ignore[arg-type]


def alarm_of(now: datetime, purpose: str, about: SubjectId | None) -> Invocation:
    fields = {"basis": "emergency", "purpose": purpose, "evidence": "notice 2026-14", "actor": STAFF}
    return Invocation(until=now + DAY, subject=about, **fields)


def order(subject: SubjectId | None = None, **said: object) -> Invocation:
    """An order of an authority, open-ended."""
    fields = {"basis": "criminal_justice", "purpose": "orders", "evidence": "order 14", "actor": STAFF}
    return Invocation(subject=subject, **(fields | said))  # type: ignore[arg-type]


def permit(room: Room, purpose: str, *subjects: SubjectId) -> Permit:
    return room.desk.permit(purpose, subjects or None, STAFF, "X-04")


def standing(room: Room, moment: datetime | None = None) -> dict[str, BasisEvent]:
    """What stands at a moment, by purpose."""
    events = room.bases.events_at(moment or room.clock.now())
    assert len({event.purpose for event in events}) == len(events)
    return {event.purpose: event for event in events}


def said_in(room: Room, seq: int) -> tuple[SubjectId | None, dict[str, object]]:
    """Whose key seals the payload of an entry, and what it says."""
    with room.register.reading() as reading:
        payload = reading.ledger.payload_at(seq)
    assert payload is not None
    label = Label("ledger", "payload", payload.subject or "", payload.record_id, 1, payload.class_, payload.epoch)
    leave = Permit("security", "statutory_duty", None, STAFF, "7")
    (opened,) = room.vault.open_for(leave, [Sealed(label, payload.blob)])
    return payload.subject, msgspec.json.decode(read_payload(room.entries()[seq].entry, opened))


# The data


@pytest.mark.parametrize(
    ("trait", "numbers"), [("must_end", {3, 6}), ("case_by_case", {3, 5, 6}), ("honours_refusal", {7, 8})]
)
def test_the_table_says_which_cases_end_need_a_case_and_honour_a_refusal(trait: str, numbers: set[int]) -> None:
    assert {basis.number for basis in bases().values() if getattr(basis, trait)} == numbers


# What the policy declares


def test_a_published_version_calls_on_its_own_bases_and_names_itself_and_the_law(room: Room) -> None:
    events = standing(room)
    assert sorted(events) == BY_LAW, "neither what rests on consent nor what needs a case"
    assert {event.actor for event in events.values()} == {BY_POLICY}
    assert {event.subject for event in events.values()} == {None}
    assert events["security"].basis == "statutory_duty"
    assert events["security"].evidence.startswith("version aaaaaaaaaaaaaaaa: 《网络安全法》")
    assert events["respond"].evidence.startswith("version aaaaaaaaaaaaaaaa: 应您的请求")
    assert all(event.start == room.clock.now() and event.until is None for event in events.values())


def test_publishing_the_same_version_again_changes_nothing(room: Room) -> None:
    before, entries = room.bases.events_at(room.clock.now()), room.entries()
    assert (len(before), len(entries)) == (5, 5)
    room.clock.forward(DAY)
    room.publish()
    assert room.bases.events_at(room.clock.now()) == before
    assert room.entries() == entries


def test_a_later_version_ends_what_it_drops_and_goes_on_with_what_it_keeps(room: Room) -> None:
    before = standing(room)
    room.clock.forward(DAY)
    room.publish(version_of(without(policy_with_cases(), "recruiting"), "b", room.clock.now()))
    now = standing(room)
    assert set(before) - set(now) == {"recruiting"}
    assert now["security"] == before["security"], "unchanged: the first version's word still carries it"
    dropped = standing(room, room.clock.now() - SECOND)["recruiting"]
    assert (dropped.end, dropped.ended_by) == (room.clock.now(), BY_POLICY)
    with pytest.raises(NotPermitted, match="no purpose recruiting"):
        permit(room, "recruiting")


def test_another_law_for_the_same_purpose_is_another_event_without_a_gap(room: Room) -> None:
    before = standing(room)["security"]
    room.clock.forward(DAY)
    room.publish(version_of(with_purpose(policy_with_cases(), "security", "security", law=LAW), "b", room.clock.now()))
    after = standing(room)["security"]
    assert after.evidence == "version bbbbbbbbbbbbbbbb: 某法第一条"
    assert standing(room, room.clock.now() - SECOND)["security"].event_id == before.event_id
    assert after.start == room.clock.now()


def test_a_version_that_comes_later_carries_nothing_before_its_first_day(room: Room) -> None:
    first_day = room.clock.now() + 10 * DAY
    header = structs.replace(policy_with_cases().policy, effective=first_day.date())
    policy = without(with_purpose(policy_with_cases(), "service", "respond"), "respond")
    later = version_of(structs.replace(policy, policy=header), "b", room.clock.now())
    room.publish(later)
    assert {"respond", "service"} & set(standing(room)) == {"respond"}
    room.clock.move_to(later.in_force_from - SECOND)
    assert permit(room, "respond").basis == "contract"
    with pytest.raises(NotPermitted):
        permit(room, "service")
    room.clock.move_to(later.in_force_from)
    assert permit(room, "service").basis == "contract"
    assert {"respond", "service"} & set(standing(room)) == {"service"}


def test_a_change_of_plan_before_the_first_day_changes_no_past_moment_and_leaves_no_gap(room: Room) -> None:
    header = policy_with_cases().policy
    in_ten = structs.replace(header, effective=(room.clock.now() + 10 * DAY).date())
    drops = structs.replace(without(policy_with_cases(), "respond"), policy=in_ten)
    room.publish(version_of(drops, "b", room.clock.now()))
    first = standing(room)["respond"]
    assert first.end is not None, "it is known to end"
    room.clock.forward(DAY)
    keeps = version_of(structs.replace(policy_with_cases(), policy=in_ten), "c", room.clock.now())
    room.publish(keeps)
    assert standing(room, keeps.in_force_from - SECOND)["respond"].event_id == first.event_id
    follower = standing(room, keeps.in_force_from)["respond"]
    assert (follower.start, follower.evidence, follower.end) == (first.end, first.evidence, None)


def test_a_version_that_never_came_into_force_declares_nothing() -> None:
    dropped = version_of(without(policy_with_cases(), "respond"), "b")
    kept = version_of(policy_with_cases(), "c", dropped.published_at)
    grounds = grounds_of([dropped, kept])
    assert {ground.purpose for ground in grounds if ground.evidence.startswith("version cccc")} >= {"respond"}
    assert not any(ground.evidence.startswith("version bbbb") for ground in grounds)


def test_if_publishing_fails_neither_version_nor_basis_is_there(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    before = room.bases.events_at(room.clock.now())
    assert before

    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(room.register._commits, "_before_commit", broken)
    with pytest.raises(StoreError):
        room.publish(version_of(without(policy_with_cases(), "respond"), "b", room.clock.now()))
    monkeypatch.undo()
    assert room.bases.events_at(room.clock.now()) == before


def test_a_house_stands_on_its_policy_from_the_first_start_and_not_twice_after_the_second(houses: Houses) -> None:
    house = houses.open()
    first = house.bases.events_at(house.clock.now())
    assert sorted(event.purpose for event in first) == ["choice", "recruiting", "respond", "security"]
    assert all(event.evidence.startswith(f"version {house.loaded.hash[:16]}") for event in first)
    assert house.desk.permit("security", None, STAFF, "X-02").basis == "statutory_duty"
    houses.close(house)
    houses.clock.forward(DAY)
    again = houses.open()
    assert again.bases.events_at(again.clock.now()) == first
    houses.close(again)
    changed = houses.open(demo_policy_text().replace("的规定（第十四条至第十六条）", "第十四条至第十六条"))
    after = changed.bases.events_at(changed.clock.now())
    assert {event.purpose for event in after if event not in first} == {"choice"}
    assert len(after) == len(first)
    before = changed.bases.events_at(changed.clock.now() - SECOND)
    assert [event.event_id for event in before] == [event.event_id for event in first]


def test_before_the_first_day_of_all_nothing_stands_and_then_it_does_without_a_restart(houses: Houses) -> None:
    text = demo_policy_text()
    assert "effective: 2026-08-01" in text
    house = houses.open(text.replace("effective: 2026-08-01", "effective: 2026-12-01"))
    assert house.bases.events_at(house.clock.now()) == []
    houses.clock.move_to(house.versions.published()[0].in_force_from)
    assert len(house.bases.events_at(house.clock.now())) == 4
    assert house.desk.permit("respond", None, STAFF, "C2.2-02").basis == "contract"


def test_what_somebody_called_on_does_not_keep_the_policy_from_carrying_the_others(room: Room) -> None:
    ann, ben = somebody(room), somebody(room)
    by_name = Invocation(basis="contract", purpose="respond", evidence="contract 9", actor=STAFF, subject=ann)
    called = room.bases.invoke(by_name)
    room.clock.forward(SECOND)
    reworded = with_purpose(policy_with_cases(), "respond", "respond", reference=LAW)
    room.publish(version_of(reworded, "b", room.clock.now()))
    assert permit(room, "respond", ann, ben).subjects == {ann, ben}
    assert room.bases.stands_on(ann, "respond", room.clock.now()) == called
    carrying = room.bases.stands_on(ben, "respond", room.clock.now())
    assert isinstance(carrying, BasisEvent)
    assert carrying.evidence == "version bbbbbbbbbbbbbbbb: 某法第一条"


# Emergencies and orders


def test_an_emergency_carries_one_second_before_its_end_and_not_one_second_after(room: Room) -> None:
    with pytest.raises(NotPermitted, match="no emergency stands"):
        permit(room, "alarm")
    event = room.bases.invoke(alarm(room))
    assert event.until is not None
    assert permit(room, "alarm").basis == "emergency"
    room.clock.move_to(event.until - SECOND)
    assert permit(room, "alarm", somebody(room)).basis == "emergency"
    room.clock.move_to(event.until + SECOND)
    with pytest.raises(NotPermitted, match="no emergency stands") as caught:
        permit(room, "alarm")
    assert str(caught.value).count("\n") == 1
    room.clock.move_to(event.until)
    with pytest.raises(NotPermitted):
        permit(room, "alarm")
    with room.register.reading() as reading:
        due = [duty for duty in reading.duties.due(event.until) if duty.kind == "erase_unfounded"]
    assert [(duty.reference, duty.due_at) for duty in due] == [(event.event_id, event.until)]


@pytest.mark.parametrize("basis", ["emergency", "vital_interests"])
def test_an_emergency_without_an_end_is_refused(room: Room, basis: str) -> None:
    room.clock.forward(SECOND)
    policy = with_purpose(policy_with_cases(), "alarm", "alarm", basis=basis)
    room.publish(version_of(policy, "b", room.clock.now()))
    with pytest.raises(UnusableInput, match="has no end"):
        room.bases.invoke(alarm(room, basis=basis, until=None))
    assert room.bases.invoke(alarm(room, basis=basis)).basis == basis


def test_a_later_start_carries_nothing_before_it(room: Room) -> None:
    start = room.clock.now() + timedelta(hours=1)
    room.bases.invoke(alarm(room, start=start))
    with pytest.raises(NotPermitted):
        permit(room, "alarm")
    room.clock.move_to(start)
    assert permit(room, "alarm").subjects is None


@pytest.mark.parametrize("purpose", ["statistics", "newsletter"])
def test_no_basis_can_be_called_on_for_what_rests_on_consent_or_is_not_in_the_policy(room: Room, purpose: str) -> None:
    for basis in bases():
        with pytest.raises(NotPermitted):
            room.bases.invoke(alarm(room, basis=basis, purpose=purpose))
    assert purpose not in standing(room)


def test_only_the_basis_people_were_told_of_can_be_called_on(room: Room) -> None:
    with pytest.raises(NotPermitted, match="that is what people were told"):
        room.bases.invoke(alarm(room, purpose="respond"))


@pytest.mark.parametrize("evidence", ["", "  ", "ann@example.org", "order\n14", "x" * 501])
def test_a_basis_without_a_reference_is_refused_and_what_was_written_is_not_repeated(room: Room, evidence: str) -> None:
    with pytest.raises(UnusableInput) as caught:
        room.bases.invoke(alarm(room, evidence=evidence))
    assert not evidence.strip() or evidence not in str(caught.value)
    assert "alarm" not in standing(room)
    room.bases.invoke(alarm(room))
    assert standing(room)["alarm"].evidence == "notice 2026-14"


@pytest.mark.parametrize("actor", ["", BY_POLICY])
def test_somebody_has_to_call_on_a_case(room: Room, actor: str) -> None:
    with pytest.raises(UnusableInput, match="somebody"):
        room.bases.invoke(alarm(room, actor=actor))


def test_a_basis_reaches_neither_back_nor_into_nothing(room: Room) -> None:
    with pytest.raises(UnusableInput, match="before it is written down"):
        room.bases.invoke(alarm(room, start=room.clock.now() - SECOND))
    with pytest.raises(UnusableInput, match="before it begins"):
        room.bases.invoke(alarm(room, hours=0))


def test_an_order_about_one_person_carries_nobody_else(room: Room) -> None:
    ann, ben = somebody(room), somebody(room)
    event = room.bases.invoke(order(ann))
    assert permit(room, "orders", ann).subjects == {ann}
    for others in ([ben], [ann, ben]):
        with pytest.raises(NotPermitted, match="everybody asked for"):
            permit(room, "orders", *others)
    with pytest.raises(NotPermitted):
        permit(room, "orders")
    assert room.bases.stands_on(ann, "orders", room.clock.now()) == event
    assert room.bases.stands_on(ben, "orders", room.clock.now()) is None


def test_an_event_can_be_ended_by_who_says_so_and_what_was_done_stays_lawful(room: Room) -> None:
    ann = somebody(room)
    event, begun = room.bases.invoke(order(ann)), room.clock.now()
    room.clock.forward(DAY)
    room.bases.end(event.event_id, "staff:8")
    with pytest.raises(NotPermitted):
        permit(room, "orders", ann)
    past = room.bases.stands_on(ann, "orders", begun)
    assert isinstance(past, BasisEvent)
    assert (past.event_id, past.ended_by, past.end) == (event.event_id, "staff:8", room.clock.now())
    with room.register.reading() as reading:
        duties = reading.duties.find_for_subject(ann)
    assert [(duty.kind, duty.due_at, duty.reference) for duty in duties] == [
        ("erase_unfounded", room.clock.now(), event.event_id)
    ]
    for again in (event.event_id, "f" * 32):
        with pytest.raises(UnusableInput):
            room.bases.end(again, "staff:8")


def test_nobody_ends_what_the_policy_says(room: Room) -> None:
    with pytest.raises(UnusableInput, match="policy itself"):
        room.bases.end(standing(room)["security"].event_id, STAFF)
    assert "security" in standing(room)


def test_an_end_is_never_moved_to_a_later_moment(room: Room) -> None:
    event = room.bases.invoke(order())
    ends = [room.clock.now() + hours * timedelta(hours=1) for hours in (2, 1, 3)]
    for end in ends:
        with room.register.change() as change:
            change.bases.end(event.event_id, end, STAFF)
    with room.register.reading() as reading:
        found = reading.bases.find(event.event_id)
    assert found is not None
    assert found.end == min(ends)


def test_a_version_that_puts_the_purpose_elsewhere_ends_a_called_case_too(room: Room) -> None:
    room.bases.invoke(alarm(room))
    assert permit(room, "alarm")
    room.clock.forward(SECOND)
    policy = with_purpose(policy_with_cases(), "alarm", "statistics")
    room.publish(version_of(policy, "b", room.clock.now()))
    assert "alarm" not in standing(room)
    assert standing(room, room.clock.now() - SECOND)["alarm"].ended_by is not None
    with pytest.raises(NotPermitted):
        permit(room, "alarm")


def test_an_event_of_another_basis_than_the_one_in_force_carries_nothing_even_while_it_stands(room: Room) -> None:
    """The moment between a version and its bases: as if a crash had come between."""
    ann = somebody(room)
    room.clock.forward(SECOND)
    moved = with_purpose(policy_with_cases(), "security", "respond")
    room.versions.publish(version_of(moved, "b", room.clock.now()))
    assert standing(room)["security"].basis == "statutory_duty"
    assert room.bases.stands_on(ann, "security", room.clock.now()) is None
    with pytest.raises(NotPermitted, match="no contract stands"):
        permit(room, "security", ann)
    room.publish()
    assert permit(room, "security", ann).basis == "contract"


# What was published


def test_a_basis_on_published_data_honours_a_refusal(room: Room) -> None:
    ann, ben, before = somebody(room), somebody(room), room.clock.now()
    assert permit(room, "press", ann, ben).basis == "self_published"
    assert permit(room, "press").subjects is None
    room.clock.forward(DAY)
    room.bases.refuse(ann, "press")
    with pytest.raises(NotPermitted):
        permit(room, "press", ann, ben)
    with pytest.raises(NotPermitted, match="somebody said no"):
        permit(room, "press")
    assert permit(room, "press", ben).subjects == {ben}
    assert permit(room, "security", ann).subjects == {ann}, "another purpose is not meant"
    assert room.bases.stands_on(ann, "press", before) is not None, "what was done before stays lawful"
    with room.register.reading() as reading:
        duties = reading.duties.find_for_subject(ann)
    assert [(duty.kind, duty.due_at) for duty in duties] == [("erase_unfounded", room.clock.now())]


def test_a_refusal_is_written_down_once_and_nobody_calls_on_the_basis_against_it(room: Room) -> None:
    ann = somebody(room)
    room.bases.refuse(ann, "press")
    entries = room.entries()
    room.clock.forward(DAY)
    room.bases.refuse(ann, "press")
    assert room.entries() == entries
    against = Invocation(basis="self_published", purpose="press", evidence="page 4", actor=STAFF, subject=ann)
    with pytest.raises(NotPermitted, match="refused"):
        room.bases.invoke(against)
    assert room.bases.invoke(structs.replace(against, subject=somebody(room)))


def test_an_event_about_the_person_does_not_outlive_their_refusal(room: Room) -> None:
    ann = somebody(room)
    said = Invocation(basis="self_published", purpose="press", evidence="page 4", actor=STAFF, subject=ann)
    event = room.bases.invoke(said)
    assert room.bases.stands_on(ann, "press", room.clock.now()) == event
    assert permit(room, "press", ann)
    room.clock.forward(SECOND)
    room.bases.refuse(ann, "press")
    with pytest.raises(NotPermitted):
        permit(room, "press", ann)


def test_a_refusal_still_counts_when_the_purpose_moves_to_another_basis(room: Room) -> None:
    ann, ben = somebody(room), somebody(room)
    room.bases.refuse(ann, "press")
    room.clock.forward(SECOND)
    room.publish(version_of(with_purpose(policy_with_cases(), "press", "respond"), "b", room.clock.now()))
    assert permit(room, "press", ben).basis == "contract"
    with pytest.raises(NotPermitted):
        permit(room, "press", ann)


def test_a_consent_is_withdrawn_and_a_contract_is_not_refused(room: Room) -> None:
    ann = somebody(room)
    with pytest.raises(NotPermitted, match="rests on consent") as consent:
        room.bases.refuse(ann, "statistics")
    assert "withdraw" in consent.value.fix
    with pytest.raises(NotPermitted, match="a refusal does not end"):
        room.bases.refuse(ann, "respond")


# The ledger


def test_every_invocation_end_and_refusal_has_its_entry_and_no_entry_names_a_person(room: Room) -> None:
    ann, before = somebody(room), len(room.entries())
    event = room.bases.invoke(order(ann))
    room.clock.forward(SECOND)
    room.bases.end(event.event_id, STAFF)
    room.bases.refuse(ann, "press")
    written = room.entries()[before:]
    assert [(one.entry.kind, one.entry.clause) for one in written] == [
        ("basis", "C3-05"),
        ("basis_ended", "C3-05"),
        ("basis_refused", "C3-07"),
    ]
    invoked, ended, refused = (said_in(room, one.seq) for one in written)
    assert invoked == (
        ann,
        {
            "event": event.event_id,
            "basis": "criminal_justice",
            "purpose": "orders",
            "subject": ann,
            "evidence": "order 14",
            "actor": STAFF,
            "start": event.start.isoformat(),
            "until": None,
        },
    )
    assert ended == (None, {"event": event.event_id, "end": room.clock.now().isoformat(), "actor": STAFF})
    assert (refused[0], refused[1]["purpose"]) == (ann, "press")
    assert all(ann.encode() not in msgspec.json.encode(one.entry) for one in written)


def test_what_concerns_everybody_is_sealed_under_the_site(room: Room) -> None:
    event = room.bases.invoke(alarm(room))
    whose, said = said_in(room, len(room.entries()) - 1)
    assert (whose, said["event"], said["until"]) == (None, event.event_id, event.until and event.until.isoformat())
    declared = [said_in(room, seq) for seq in range(5)]
    assert {whose for whose, _ in declared} == {None}
    assert {said["actor"] for _, said in declared} == {BY_POLICY}


def test_what_concerns_a_restricted_person_is_still_written_down(room: Room) -> None:
    ann = somebody(room)
    room.vault.restrict(ann)
    room.bases.refuse(ann, "press")
    assert said_in(room, len(room.entries()) - 1)[0] is None
    assert room.bases.stands_on(ann, "press", room.clock.now()) is None


def test_nothing_is_called_on_about_somebody_who_is_erased_and_the_policy_goes_on_without_them(room: Room) -> None:
    ann = somebody(room)
    room.bases.invoke(order(ann))
    room.vault.begin_erasing(ann)
    with pytest.raises(Erased):
        room.bases.invoke(order(ann))
    with pytest.raises(Erased):
        room.bases.refuse(ann, "press")
    room.clock.forward(SECOND)
    room.publish(version_of(without(policy_with_cases(), "orders"), "b", room.clock.now()))
    assert room.bases.events_at(room.clock.now()), "the others stand"
    assert "orders" not in standing(room)


# A no is never answered by another basis


def test_who_took_a_consent_back_is_not_carried_by_a_later_basis_for_everybody(room: Room) -> None:
    """X-05: the policy moves the purpose from consent to a contract after somebody withdrew."""
    token = room.agree()
    left, stranger = room.subject(token), somebody(room)
    room.clock.forward(DAY)
    room.desk.withdraw(token)
    room.clock.forward(DAY)
    room.publish(version_of(with_purpose(policy_with_cases(), "statistics", "respond"), "b", room.clock.now()))
    assert permit(room, "statistics", stranger).basis == "contract"
    for asked in ([left], [left, stranger], []):
        with pytest.raises(NotPermitted):
            permit(room, "statistics", *asked)
    assert room.bases.stands_on(left, "statistics", room.clock.now()) is None
    by_name = Invocation(basis="contract", purpose="statistics", evidence="contract 9", actor=STAFF, subject=left)
    event = room.bases.invoke(by_name)
    assert permit(room, "statistics", left).subjects == {left}, "named, with evidence, by somebody: not silently"
    assert room.bases.stands_on(left, "statistics", room.clock.now()) == event


def test_who_took_it_back_and_agreed_again_is_not_held_to_the_no(room: Room) -> None:
    token = room.agree()
    room.clock.forward(DAY)
    room.desk.withdraw(token)
    room.clock.forward(DAY)
    again = room.desk.decide(room.choice(), token).token
    assert again is not None
    room.clock.forward(DAY)
    room.publish(version_of(with_purpose(policy_with_cases(), "statistics", "respond"), "b", room.clock.now()))
    assert permit(room, "statistics", room.subject(again)).basis == "contract"


def test_a_permit_by_law_needs_an_event_of_the_declared_basis(room: Room) -> None:
    version, ann = room.versions.at(room.clock.now()), somebody(room)
    other = standing(room)["respond"]
    for footing in (Footing(for_everybody=None, about={}), Footing(for_everybody=other, about={ann: other})):
        for asked in (None, [ann]):
            with pytest.raises(NotPermitted, match="no statutory_duty stands"):
                permit_by_law(version, "security", asked, footing, STAFF, "X-02")
    carried = Footing(for_everybody=other, about={ann: other})
    with pytest.raises(NotPermitted, match="consent alone"):
        permit_by_law(version, "statistics", [ann], carried, STAFF, "C2.1-02")
    assert permit_by_law(version, "respond", [ann], carried, STAFF, "C2.2-02").subjects == {ann}


def test_the_visit_collector_keeps_nothing_on_another_basis_than_consent(houses: Houses) -> None:
    """The browser is declared for security alone: a visit that was agreed to is kept without it."""
    text = demo_policy_text()
    fact = "\n  ua_browser:\n    precision: coarse\n    purposes: [statistics]"
    assert fact in text
    house = houses.open(text.replace(fact, fact.replace("statistics", "security")))
    assert house.desk.permit("security", None, STAFF, "X-02"), "the basis stands; consent is what admits a browser"
    assert take(house, view(agree(house))) == [None]
    houses.clock.forward(timedelta(hours=1))
    assert load_closed(house) == 1
    month = f"{house.clock.now():%Y-%m}"
    rows = house.months.over_months(month, month, "SELECT os, browser FROM {month}.visits", [])
    assert rows == [("Windows", None)]


# The command


def bases_of(houses: Houses, *options: str) -> Result:
    return CliRunner().invoke(app, ["bases", str(houses.folder / "data"), *options])


def test_the_command_shows_an_officer_what_stands_on_what_while_the_house_runs(houses: Houses) -> None:
    house = houses.open(clock=SystemClock())
    shown = bases_of(houses)
    assert (shown.exit_code, shown.exception) == (0, None)
    lines = [line.split() for line in shown.output.splitlines()]
    assert ["statistics", "consent", "whoever", "consents"] in lines
    assert ["security", "statutory_duty", "everybody,", "since"] in [line[:4] for line in lines]
    said = msgspec.json.decode(bases_of(houses, "--format", "json").output)
    by_name = {purpose["purpose"]: purpose for purpose in said["purposes"]}
    (event,) = by_name["respond"]["events"]
    assert (event["about"], event["actor"], event["until"]) == ("everybody", "policy", None)
    assert by_name["statistics"]["events"] == []
    assert event["event_id"] in {each.event_id for each in house.bases.events_at(house.clock.now())}


def test_the_command_finds_a_purpose_that_nothing_carries_and_answers_for_past_moments(houses: Houses) -> None:
    text = demo_policy_text()
    on_duty = "basis: statutory_duty\n    law:\n      zh-CN: 《网络安全法》"
    assert on_duty in text
    house = houses.open(text.replace(on_duty, on_duty.replace("statutory_duty", "emergency")), SystemClock())
    begun = house.clock.now()
    nothing = bases_of(houses)
    assert nothing.exit_code == 0
    assert "security         emergency            nothing stands: it cannot be used" in nothing.output
    ann = house.vault.create_subject("submission")
    for about in (None, ann):
        house.bases.invoke(alarm_of(house.clock.now(), "security", about))
    now = bases_of(houses)
    assert now.exit_code == 0
    assert now.output.count("notice 2026-14") == 2
    assert "one person, since" in now.output
    assert ann not in now.output
    assert bases_of(houses, "--at", begun.isoformat()).output == nothing.output
    for moment in ("yesterday", "2026-02-23T23:50"):
        refused = bases_of(houses, "--at", moment)
        assert isinstance(refused.exception, TrothError)


# Any order of things

Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["agree", "withdraw", "to contract", "to consent", "invoke", "invoke about", "refuse", "end"]),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=14,
)


def try_step(room: Room, step: str, token: str, numbers: Iterator[int]) -> None:
    """Do one thing; what is refused is refused."""
    now, subject = room.clock.now(), room.subject(token)
    until = now + 20 * DAY
    try:
        if step == "agree":
            room.desk.decide(room.choice(), token)
        elif step == "withdraw":
            room.desk.withdraw(token)
        elif step == "refuse":
            room.bases.refuse(subject, "statistics")
        elif step == "end":
            called = [event for event in room.bases.events_at(now) if event.actor != BY_POLICY]
            for event in called:
                room.bases.end(event.event_id, STAFF)
        elif step.startswith("invoke"):
            about = subject if step == "invoke about" else None
            for basis in ("contract", "emergency", "self_published"):
                said = Invocation(
                    basis=basis, purpose="statistics", evidence="no. 1", actor=STAFF, until=until, subject=about
                )
                try_invoke(room, said)
        else:
            like = {"to contract": "respond", "to consent": "statistics"}[step]
            policy = policy_with_cases()
            moved = structs.replace(policy, purposes={**policy.purposes, "statistics": demo_policy().purposes[like]})
            room.publish(structs.replace(version_of(moved, "b", now), hash=f"{next(numbers):064x}"))
    except (NotPermitted, UnusableInput):
        return


def try_invoke(room: Room, said: Invocation) -> None:
    try:
        room.bases.invoke(said)
    except (NotPermitted, UnusableInput):
        return


def carried_by(room: Room, subject: SubjectId, moment: datetime) -> object:
    """What carried the purpose at a moment, without what was said about its end since."""
    found = room.bases.stands_on(subject, "statistics", moment)
    if isinstance(found, BasisEvent):
        return "event", found.event_id
    return ("consent", found.given_by) if isinstance(found, Interval) else None


@settings(max_examples=30, deadline=None)
@given(steps=STEPS)
def test_on_consent_there_is_no_permit_by_law_and_no_past_answer_changes(
    steps: list[Step], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """P16, P30, X-05, over random histories in which the purpose changes its basis and the person their mind."""
    clock = SetClock(datetime.fromisoformat("2026-09-15T04:00:00+00:00"))
    room = Room(tmp_path_factory.mktemp("room"), clock, policy_with_cases())
    room.publish()
    token = room.agree()
    subject = room.subject(token)
    answers: dict[datetime, object] = {}
    numbers = iter(range(1, 1000))
    said_no = False
    for step, days in steps:
        clock.forward(days * DAY)
        held = room.bases.stands_on(subject, "statistics", clock.now())
        try_step(room, step, token, numbers)
        clock.forward(SECOND)
        now = clock.now()
        on_consent = "statistics" in room.versions.at(now).policy.consent_purposes
        if step == "withdraw" and isinstance(held, Interval):
            said_no = True
        if step == "agree" and on_consent:
            said_no = False
        carried = room.bases.stands_on(subject, "statistics", now)
        assert on_consent or not isinstance(carried, Interval)
        if on_consent:
            assert not isinstance(carried, BasisEvent)
            with pytest.raises(NotPermitted):
                room.bases.permit("statistics", [subject], STAFF, "C2.1-02")
            with pytest.raises(NotPermitted):
                room.bases.permit("statistics", None, STAFF, "C2.1-02")
        elif isinstance(carried, BasisEvent):
            assert carried.basis == "contract"
            assert carried.subject == subject or not said_no, "a no is answered only by name"
            assert permit(room, "statistics", subject).basis == "contract"
        else:
            with pytest.raises(NotPermitted):
                permit(room, "statistics", subject)
        answers[now] = carried_by(room, subject, now)
    assert {moment: carried_by(room, subject, moment) for moment in answers} == answers
    room.close()
