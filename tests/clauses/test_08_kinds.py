"""Clauses 8.3 and 9: general, separate and guardian's consent; changes of scope named as such (C8.3-04, C9-02, P18)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from consents import Room, demo_policy, version_of, with_fact, with_purpose
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from troth.clock import SetClock
from troth.consent import ChoiceRefused, Decided
from troth.consent.events import event_of
from troth.consent.guardian import Channel, GuardianProof, why_not
from troth.consent.receipt_check import check_receipt
from troth.errors import Erased, Restricted
from troth.policy import Policy

DAY = timedelta(days=1)
CHILD = Channel("email", "Mia.Kanarie@child.example")
PARENT = Channel("email", "eltern-kanarie@parents.example")


def rich_policy() -> Policy:
    policy = with_purpose(demo_policy(), "videos")
    policy = with_purpose(policy, "portrait", consent="separate")
    return with_purpose(policy, "children", consent="guardian")


@pytest.fixture
def room(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    room = Room(tmp_path, clock, rich_policy())
    room.publish()
    yield room
    room.close()


def answers(**said: bool) -> dict[str, bool]:
    return {"statistics": False, "videos": False, "portrait": False} | said


def in_details(room: Room, token: str | None = None, **said: bool) -> Decided:
    return room.desk.decide(room.choice(answers(**said), layer=2, how="details"), token)


def token_of(decided: Decided) -> str:
    assert decided.token is not None
    return decided.token


def event(decided: Decided) -> str:
    assert decided.receipt is not None
    return decided.receipt.statement.event


# C8.3-04: what a decision did


def test_every_change_of_scope_is_named(room: Room) -> None:
    given_ = in_details(room, statistics=True)
    token = token_of(given_)
    steps = [given_]
    for said in (
        {"statistics": True},
        {"statistics": True, "videos": True},
        {"videos": True},
        {"portrait": True},
        {},
        {},
        {"videos": True},
    ):
        room.clock.forward(DAY)
        steps.append(in_details(room, token, **said))
    expected = ["given", "renewed", "changed", "changed", "changed", "withdrawn", "refused", "given"]
    assert [event(step) for step in steps] == expected
    assert [each.event for each in room.desk.decisions(token)][::-1] == expected
    withdrawn = [set(step.withdrawn) for step in steps]
    assert withdrawn == [set(), set(), set(), {"statistics"}, {"videos"}, {"portrait"}, set(), set()]
    for step in steps:
        assert step.receipt is not None
        document = room.desk.issue(step.receipt)
        assert {each["event_type"] for each in json.loads(document)["event"]} == {event(step)}
        assert check_receipt(document, room.keys)


def test_the_record_tells_a_no_from_a_consent_taken_back(room: Room) -> None:
    token = token_of(in_details(room, statistics=True, videos=True))
    room.clock.forward(DAY)
    changed = in_details(room, token, statistics=True)
    assert changed.receipt is not None
    states = {each["event_state"]: each["x_purposes"] for each in json.loads(room.desk.issue(changed.receipt))["event"]}
    assert states == {
        "consent_given": ["statistics"],
        "consent_withdrawn": ["videos"],
        "consent_refused": ["portrait"],
    }


def test_a_yes_again_to_a_version_that_goes_further_changes_the_scope(room: Room) -> None:
    token = token_of(in_details(room, statistics=True))
    room.clock.forward(DAY)
    further = with_fact(room.versions.at(room.clock.now()).policy, "locale", precision="sealed")
    room.versions.publish(version_of(further, "b", room.clock.now()))
    assert event(in_details(room, token, statistics=True)) == "changed"
    room.clock.forward(DAY)
    narrower = with_fact(further, "search_terms", precision="coarse")
    room.versions.publish(version_of(narrower, "c", room.clock.now()))
    assert event(in_details(room, token, statistics=True)) == "renewed"


def test_what_an_old_yes_does_not_cover_any_more_is_not_said_to_be_granted(room: Room) -> None:
    """A separate consent may stay unanswered in the banner; in a version that goes further it does not count on."""
    token = token_of(in_details(room, statistics=True, portrait=True))
    room.clock.forward(DAY)
    policy = room.versions.at(room.clock.now()).policy
    cookie = structs.replace(policy.cookies["_va"], purpose="portrait")
    room.versions.publish(
        version_of(structs.replace(policy, cookies={**policy.cookies, "face": cookie}), "b", room.clock.now())
    )
    decided = room.desk.decide(room.choice({"statistics": True, "videos": False}), token)
    standing = room.desk.standing(token)
    assert standing is not None
    assert decided.granted == standing.granted == {"statistics"}
    assert decided.receipt is not None
    assert decided.receipt.statement.granted == ["statistics"]


def test_a_consent_that_lapsed_by_itself_is_given_anew(room: Room) -> None:
    token = token_of(in_details(room, statistics=True))
    room.clock.forward(timedelta(days=200))
    assert event(in_details(room, token, statistics=True)) == "given"


PURPOSES = st.frozensets(st.sampled_from("abc"))


@given(before=PURPOSES, after=PURPOSES, widened=PURPOSES)
def test_an_event_is_one_of_five_and_says_truly_what_became_of_it(
    before: frozenset[str], after: frozenset[str], widened: frozenset[str]
) -> None:
    named = event_of(before, after, widened)
    assert (named == "given") == (not before and bool(after))
    assert (named == "refused") == (not before and not after)
    assert (named == "withdrawn") == (bool(before) and not after)
    same = bool(before) and before == after
    assert (named == "renewed") == (same and not widened & after)


# P18: one click, one consent


@pytest.mark.parametrize("how", ["banner", "details", "form"])
def test_nothing_that_a_banner_sends_grants_a_separate_consent(room: Room, how: str) -> None:
    everything = answers(statistics=True, videos=True, portrait=True)
    with pytest.raises(ChoiceRefused, match="separate consent"):
        room.desk.decide(room.choice(everything, layer=1, how=how), None)
    assert [each for each in room.entries() if each.entry.kind == "consent"] == []


# C9-02, P6: a guardian


def proof(room: Room, **said: Any) -> GuardianProof:
    now = room.clock.now()
    fields: dict[str, Any] = {
        "method": "second_confirmation",
        "childs": CHILD,
        "guardians": PARENT,
        "confirmed_at": now - timedelta(hours=25),
        "again_at": now,
    }
    return GuardianProof(**(fields | said))


def by_guardian(room: Room, guardian: GuardianProof | None, **said: Any) -> Any:
    purposes = answers() | {"children": True}
    return room.choice(purposes, **({"layer": 2, "how": "guardian", "guardian": guardian} | said))


def test_a_guardian_who_confirmed_twice_grants_what_the_child_cannot(room: Room) -> None:
    child = token_of(in_details(room, statistics=True))
    with pytest.raises(ChoiceRefused, match="consent of a guardian"):
        room.desk.decide(room.choice(answers() | {"children": True}, layer=2, how="details"), child)
    room.clock.forward(DAY)
    decided = room.desk.decide_for(by_guardian(room, proof(room)), room.subject(child))
    assert decided.granted == {"children"}
    assert decided.token is None, "the guardian's browser gets no token of the child's"
    standing = room.desk.standing(child)
    assert standing is not None
    assert standing.granted == {"children"}
    assert standing.grants["children"].kind == "guardian"


def test_how_we_knew_stands_in_the_receipt_and_in_the_register_without_an_address(room: Room) -> None:
    child = token_of(in_details(room, statistics=True))
    room.clock.forward(DAY)
    given_ = proof(room)
    decided = room.desk.decide_for(by_guardian(room, given_), room.subject(child))
    assert decided.receipt is not None
    document = room.desk.issue(decided.receipt)
    check_receipt(document, room.keys)
    body = json.loads(document)
    said = body["decision"]["guardian"]
    assert (said["method"], said["childs_channel"], said["guardians_channel"]) == (
        "second_confirmation", "email", "email",
    )  # fmt: skip
    assert datetime.fromisoformat(said["confirmed_at"]) == given_.confirmed_at
    assert {each["entity_id"] for each in body["event"]} == {"guardian"}
    stored = room.desk.decisions(child)[0].guardian
    assert stored is not None
    assert stored.again_at == room.clock.now()
    assert "anarie" in given_.guardians.address, "the canary is there to be found"
    for text in (document, room.bytes_on_disk(), repr(given_).encode(), repr(stored).encode()):
        assert b"anarie" not in text


def test_a_call_by_staff_is_the_other_way(room: Room) -> None:
    child = token_of(in_details(room, statistics=True))
    called = proof(room, method="staff_call", guardians=Channel("phone", "+86 138 0000 0001"), again_at=None)
    with pytest.raises(ChoiceRefused, match="nobody says who called"):
        room.desk.decide_for(by_guardian(room, called), room.subject(child))
    decided = room.desk.decide_for(by_guardian(room, structs.replace(called, staff="staff:7")), room.subject(child))
    assert decided.receipt is not None
    guardian = decided.receipt.statement.guardian
    assert guardian is not None
    assert (guardian.method, guardian.staff, guardian.guardians_channel) == ("staff_call", "staff:7", "phone")


SAME = [
    "mia.kanarie@child.example", "MIA.KANARIE@CHILD.EXAMPLE", "miakanarie@child.example",
    "m.i.a.kanarie@child.example", "mia.kanarie+mama@child.example", " Mia.Kanarie@child.example ",
]  # fmt: skip


@pytest.mark.parametrize("address", SAME)
def test_a_mailbox_that_may_be_the_childs_own_is_refused(room: Room, address: str) -> None:
    """Rule 25: case, plus and dots make no other person."""
    minors = room.versions.at(room.clock.now()).policy.minors
    assert why_not(proof(room), minors, room.clock.now()) == ""
    own = why_not(proof(room, guardians=Channel("email", address)), minors, room.clock.now())
    assert own == "the guardian's channel is the child's own"


def test_phones_are_compared_by_their_digits(room: Room) -> None:
    minors = room.versions.at(room.clock.now()).policy.minors
    childs = Channel("phone", "+86 138-0000-0001")

    def says(number: str) -> str:
        return why_not(proof(room, childs=childs, guardians=Channel("phone", number)), minors, room.clock.now())

    assert says("138 0000 0001") == says("008613800000001") == "the guardian's channel is the child's own"
    assert says("138 0000 0002") == ""


def test_a_second_confirmation_has_to_come_as_late_as_the_policy_says(room: Room) -> None:
    minors, now = room.versions.at(room.clock.now()).policy.minors, room.clock.now()
    assert minors.guardian_wait_hours == 24

    def after(hours: float, wait: int = 24) -> str:
        confirmed = now - timedelta(hours=hours)
        said = structs.replace(minors, guardian_wait_hours=wait)
        return why_not(proof(room, confirmed_at=confirmed), said, now)

    assert after(24) == ""
    assert after(23.99) == "the second confirmation came less than 24 hours after the first"
    assert after(24, wait=48) != ""
    assert after(48, wait=48) == ""
    for said in (
        {"again_at": None},
        {"again_at": now + DAY},
        {"confirmed_at": now + DAY},
        {"guardians": Channel("browser", "x")},
        {"guardians": Channel("email", " ")},
    ):
        assert why_not(proof(room, **said), minors, now) != "", said
    assert why_not(proof(room, guardians=Channel("in_person")), minors, now) == ""


def test_a_guardian_is_believed_with_proof_only_and_speaks_for_one_child(room: Room) -> None:
    child = token_of(in_details(room, statistics=True))
    subject = room.subject(child)
    for choice in (
        by_guardian(room, None),
        by_guardian(room, proof(room), how="details"),
        by_guardian(room, proof(room, again_at=None)),
    ):
        with pytest.raises(ChoiceRefused):
            room.desk.decide_for(choice, subject)
    with pytest.raises(ChoiceRefused, match="only a guardian"):
        room.desk.decide_for(room.choice(answers(), layer=2, how="details"), subject)
    with pytest.raises(ChoiceRefused, match="no answer for the purpose children"):
        room.desk.decide_for(room.choice(answers(), layer=2, how="guardian", guardian=proof(room)), subject)
    room.vault.restrict(subject)
    with pytest.raises(Restricted):
        room.desk.decide_for(by_guardian(room, proof(room)), subject)
    room.vault.begin_erasing(subject)
    with pytest.raises(Erased):
        room.desk.decide_for(by_guardian(room, proof(room)), subject)


def test_a_childs_click_elsewhere_leaves_a_guardians_consent_alone_and_a_plain_no_ends_it(room: Room) -> None:
    child = token_of(in_details(room, statistics=True))
    room.clock.forward(DAY)
    room.desk.decide_for(by_guardian(room, proof(room)), room.subject(child))
    room.clock.forward(DAY)
    assert in_details(room, child, videos=True).granted == {"videos", "children"}
    room.clock.forward(DAY)
    ended = room.desk.decide(room.choice(answers() | {"children": False}, layer=2, how="details"), child)
    assert (ended.granted, ended.withdrawn) == (frozenset(), {"videos", "children"})
