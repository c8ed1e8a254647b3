"""Clauses 4 and 8.3: what the comparison with the oracle found wrong once, each as a sentence on the real stores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from consents import Room, demo_policy, version_of, with_fact, with_purpose
from msgspec import structs

from troth.clock import SetClock
from troth.consent import ConsentDesk, LastDecision, NotPermitted
from troth.policy import Policy

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
BOTH = {"statistics": True, "research": True}


def with_research() -> Policy:
    """Research needs statistics; a portrait is asked for separately."""
    policy = with_purpose(demo_policy(), "research", needs=("statistics",))
    return with_purpose(policy, "portrait", consent="separate")


def asking_again_after(policy: Policy, days: int) -> Policy:
    return structs.replace(policy, consent=structs.replace(policy.consent, reask_after_days=days))


@pytest.fixture
def room(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    room = Room(tmp_path, clock, with_research())
    yield room
    room.close()


def agree_to_both(room: Room) -> str:
    token = room.desk.decide(room.choice(BOTH), None).token
    assert token is not None
    standing = room.desk.standing(token)
    assert standing is not None
    assert standing.granted == {"statistics", "research"}
    return token


def test_what_needs_a_purpose_does_not_run_without_it(room: Room) -> None:
    """`needs`: purposes that must be granted too before this one may run."""
    token = agree_to_both(room)
    subject, before = room.subject(token), room.clock.now()
    room.clock.forward(DAY)
    decided = room.desk.withdraw(token, ["statistics"])
    assert decided.granted == frozenset()
    assert room.desk.standing(token) is None
    assert room.desk.consenting("research") == frozenset()
    with pytest.raises(NotPermitted):
        room.desk.permit("research", [subject], "loader", "C2.1-02")
    assert room.desk.lawful_at(subject, "research", before)
    assert not room.desk.lawful_at(subject, "research", room.clock.now())


def test_what_needs_a_purpose_that_goes_further_waits_for_the_new_answer(room: Room) -> None:
    token = agree_to_both(room)
    room.clock.forward(DAY)
    further = with_fact(with_research(), "locale", precision="sealed")
    room.versions.publish(version_of(further, "b", room.clock.now()))
    assert room.desk.standing(token) is None
    room.desk.decide(room.choice(BOTH), token)
    standing = room.desk.standing(token)
    assert standing is not None
    assert standing.granted == {"statistics", "research"}


def test_a_yes_that_does_not_reach_the_new_version_is_not_called_granted_by_an_idle_withdrawal(room: Room) -> None:
    token = agree_to_both(room)
    room.clock.forward(DAY)
    further = with_fact(with_research(), "locale", precision="sealed")
    room.versions.publish(version_of(further, "b", room.clock.now()))
    decided = room.desk.withdraw(token, ["portrait"])
    assert (decided.granted, decided.token, decided.decision_ids) == (frozenset(), None, ())


def test_a_signal_ends_every_yes_given_without_it_whether_the_page_named_it_or_not(
    tmp_path: Path, clock: SetClock
) -> None:
    """P19, where the policy says that the signal goes over a consent."""
    policy = with_research()
    policy = structs.replace(policy, consent=structs.replace(policy.consent, gpc_over_consent="withdraw"))
    room = Room(tmp_path, clock, policy)
    answers = {"statistics": False, "research": False, "portrait": True}
    token = room.desk.decide(room.choice(answers, layer=2, how="details"), None).token
    assert token is not None
    clock.forward(DAY)
    general = {"statistics": False, "research": False}
    decided = room.desk.decide(room.choice(general, how="gpc", gpc=True), token)
    assert (decided.withdrawn, decided.granted) == ({"portrait"}, frozenset())
    assert room.desk.standing(token) is None
    room.close()


def test_a_yes_given_over_the_signal_is_still_called_one_after_an_idle_withdrawal(room: Room) -> None:
    token = room.desk.decide(room.choice(BOTH, gpc=True), None).token
    assert token is not None
    assert room.desk.withdraw(token, ["portrait"]).gpc
    assert room.desk.withdraw(token, ["research"]).gpc
    assert not room.desk.withdraw(token).gpc, "nothing is granted any more"


def test_nobody_is_asked_before_the_day_they_were_told_although_the_policy_now_waits_less(room: Room) -> None:
    """P17: "we will not ask again before DATE" is a promise to that person."""
    room.versions.publish(version_of(asking_again_after(with_research(), 200), "b", room.clock.now()))
    refused = room.desk.decide(room.choice({"statistics": False, "research": False}), None)
    last = LastDecision(policy_hash=refused.policy_hash, decided_at=refused.decided_at, granted=frozenset())
    room.versions.publish(version_of(asking_again_after(with_research(), 30), "c", room.clock.now() + DAY))
    room.clock.forward(timedelta(days=31))
    assert not room.desk.must_ask(last)
    room.clock.move_to(refused.until - SECOND)
    assert not room.desk.must_ask(last)
    room.clock.move_to(refused.until)
    assert room.desk.must_ask(last)


def test_a_moment_before_the_first_version_was_not_lawful(room: Room) -> None:
    subject = room.subject(agree_to_both(room))
    assert not room.desk.lawful_at(subject, "statistics", room.clock.now() - timedelta(days=4000))


@pytest.mark.parametrize("back", [timedelta(0), timedelta(seconds=5)])
def test_a_withdrawal_counts_at_once_although_the_clock_stood_still_or_was_set_back(
    room: Room, back: timedelta
) -> None:
    token = agree_to_both(room)
    subject = room.subject(token)
    room.clock.move_to(room.clock.now() - back)
    assert room.desk.withdraw(token).withdrawn == {"statistics", "research"}
    assert room.desk.standing(token) is None
    assert room.desk.consenting("statistics") == frozenset()
    with pytest.raises(NotPermitted):
        room.desk.permit("statistics", [subject], "loader", "C2.1-02")


def test_what_was_taken_back_is_closed_in_another_process_too_while_its_clock_is_behind(room: Room) -> None:
    token = agree_to_both(room)
    subject, right = room.subject(token), room.clock.now()
    room.clock.forward(timedelta(hours=1))
    changed = room.desk.decide(room.choice({"statistics": True, "research": False}), token)
    assert changed.granted == {"statistics"}
    room.clock.move_to(right + SECOND)
    room.desk.withdraw(token)
    other = ConsentDesk(room.register, room.vault, room.versions, room.clock, room.receipt_signer)
    for moment in (right + SECOND, right + timedelta(hours=1)):
        room.clock.move_to(moment)
        assert other.standing(token) is None
        assert other.consenting("statistics") == frozenset()
        with pytest.raises(NotPermitted):
            other.permit("statistics", [subject], "loader", "C2.1-02")


def test_the_clock_of_one_person_dates_nobody_else(room: Room) -> None:
    """A decision dated ahead, because the clock was wrong for a while, moves the moment of nobody else's."""
    stays = agree_to_both(room)
    right = room.clock.now()
    room.clock.forward(timedelta(hours=1))
    agree_to_both(room)
    room.clock.move_to(right + SECOND)
    assert room.desk.withdraw(stays).decided_at == right + SECOND
    assert not room.desk.lawful_at(room.subject(stays), "statistics", right + 2 * SECOND)
