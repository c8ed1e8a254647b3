"""Clause 8.3: consent is given per purpose, stands as intervals, is withdrawn at any time and never in hindsight."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from consents import Room, demo_policy, version_of, with_fact, with_purpose
from hypothesis import given, settings
from hypothesis import strategies as st

import troth
from troth.clock import SetClock
from troth.consent import ChoiceRefused, Interval, NotPermitted, StaleChoice, UnknownToken, lawful_at
from troth.consent.intervals import intervals_of
from troth.consent.permits import permit_by_consent, permit_for_own
from troth.errors import Erased, Restricted, StoreError
from troth.policy import Policy
from troth.policy.permit import SubjectId

MARCH = datetime(2027, 3, 10, tzinfo=UTC)
APRIL = datetime(2027, 4, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def richer_policy() -> Policy:
    """One more general purpose, one that needs separate consent, one for guardians, one that needs statistics."""
    policy = with_purpose(demo_policy(), "videos")
    policy = with_purpose(policy, "portrait", consent="separate")
    policy = with_purpose(policy, "children", consent="guardian")
    return with_purpose(policy, "research", needs=("statistics",))


@pytest.fixture
def room(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    room = Room(tmp_path, clock)
    yield room
    room.close()


@pytest.fixture
def rich(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    room = Room(tmp_path, clock, richer_policy())
    yield room
    room.close()


def answers(**said: bool) -> dict[str, bool]:
    """An answer to every purpose of the richer policy, no unless said otherwise."""
    return {"statistics": False, "videos": False, "portrait": False, "children": False, "research": False} | said


# Giving


def test_a_yes_is_granted_from_that_moment_and_bound_to_the_version_that_was_shown(room: Room) -> None:
    token = room.agree()
    standing = room.desk.standing(token)
    assert standing is not None
    assert standing.granted == {"statistics"}
    assert standing.since == room.clock.now()
    grant = standing.grants["statistics"]
    assert (grant.policy_hash, grant.purpose, grant.basis, grant.kind) == ("a" * 64, "statistics", "consent", "general")


def test_the_token_is_128_random_bits_and_stands_in_no_store(room: Room) -> None:
    tokens = {room.agree() for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) == 32 and int(token, 16) for token in tokens)
    on_disk = room.bytes_on_disk()
    assert room.subject(tokens.pop()).encode() in on_disk, "the scan sees what is there"
    assert not any(token.encode() in on_disk or bytes.fromhex(token) in on_disk for token in tokens)


def test_a_refusal_by_an_unknown_browser_makes_nobody_and_is_only_counted(room: Room) -> None:
    decided = room.refuse()
    assert (decided.token, decided.granted, decided.decision_ids) == (None, frozenset(), ())
    assert decided.until == room.clock.now() + timedelta(days=180)
    assert room.counts() == {"refused by banner": 1}
    assert room.entries() == []
    with room.register.reading() as reading:
        assert reading.consents.holding("statistics", room.clock.now(), None) == []
    assert room.vault.generation() == 0

    token = room.agree()
    assert len(room.entries()) == 1, "a yes, on the other hand, is written down"
    assert room.subject(token)


def test_a_later_decision_with_the_token_stays_with_the_same_subject(room: Room) -> None:
    token = room.agree()
    room.clock.forward(timedelta(days=1))
    assert room.agree(token) == token
    with room.register.reading() as reading:
        decisions = reading.consents.decisions(room.subject(token))
        intervals = reading.consents.intervals(room.subject(token))
    assert len(decisions) == 2
    assert [interval.end is None for interval in intervals] == [False, True]
    assert intervals[0].end == intervals[1].start, "a renewed yes leaves no gap"


def test_a_token_nobody_was_given_is_not_taken_over(room: Room) -> None:
    forged = "f" * 32
    decided = room.desk.decide(room.choice(), forged)
    assert decided.token not in (None, forged)
    assert room.desk.standing(forged) is None


def test_a_yes_ends_by_itself_on_the_day_it_was_given_until(room: Room) -> None:
    token = room.agree()
    room.clock.forward(timedelta(days=180) - SECOND)
    assert room.desk.standing(token) is not None
    room.clock.forward(SECOND)
    assert room.desk.standing(token) is None


def test_a_new_yes_does_not_fill_the_time_after_the_old_one_had_lapsed(room: Room) -> None:
    token = room.agree()
    subject, given_at = room.subject(token), room.clock.now()
    room.clock.forward(timedelta(days=200))
    assert room.agree(token) == token
    assert room.desk.lawful_at(subject, "statistics", given_at + timedelta(days=179))
    assert not room.desk.lawful_at(subject, "statistics", given_at + timedelta(days=190))
    assert room.desk.lawful_at(subject, "statistics", given_at + timedelta(days=200))


def test_a_decision_that_cannot_be_stored_leaves_no_consent_behind(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(room.register._commits, "_before_commit", broken)
    with pytest.raises(StoreError):
        room.desk.decide(room.choice(), None)
    monkeypatch.undo()
    with room.register.reading() as reading:
        assert reading.consents.holding("statistics", room.clock.now(), None) == []
    assert room.desk.standing(room.agree()) is not None


def test_someone_erased_while_deciding_is_not_written_about(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Security rule 13: the erasure comes after the payload was sealed and before the change begins."""
    token = room.agree()
    subject, seen = room.subject(token), len(room.entries())
    change = room.register.change

    def late() -> object:
        room.vault.begin_erasing(subject)
        room.vault.erase(subject)
        return change()

    monkeypatch.setattr(room.register, "change", late)
    with pytest.raises(Erased):
        room.desk.decide(room.choice(), token)
    monkeypatch.undo()
    assert len(room.entries()) == seen
    with room.register.reading() as reading:
        assert len(reading.consents.decisions(subject)) == 1


# What cannot be taken


@pytest.mark.parametrize(
    ("purposes", "says"),
    [
        ({}, "no answer for the purpose statistics"),
        ({"statistics": True, "newsletter": True}, "not in the policy"),
        ({"statistics": True, "security": True}, "another basis than consent"),
        ({"statistics": True, "security": False}, "another basis than consent"),
    ],
)
def test_a_choice_must_answer_exactly_the_purposes_that_rest_on_consent(
    room: Room, purposes: dict[str, bool], says: str
) -> None:
    with pytest.raises(ChoiceRefused, match=says):
        room.desk.decide(room.choice(purposes), None)
    assert (room.entries(), room.counts()) == ([], {})


def test_a_choice_made_on_another_version_is_refused_with_the_hash_of_the_one_in_force(room: Room) -> None:
    for stale in ("b" * 64, "b" * 16, "a" * 15, ""):
        with pytest.raises(StaleChoice) as refused:
            room.desk.decide(room.choice(policy_hash=stale), None)
        assert refused.value.current == "a" * 64
    assert room.desk.decide(room.choice(policy_hash="a" * 16), None).granted == {"statistics"}


def test_a_signal_of_the_browser_says_no_and_never_yes(room: Room) -> None:
    with pytest.raises(ChoiceRefused, match="cannot say yes"):
        room.desk.decide(room.choice(how="gpc", gpc=True), None)
    assert room.desk.decide(room.choice({"statistics": False}, how="gpc", gpc=True), None).granted == frozenset()
    assert room.counts() == {"refused by gpc": 1}


def test_an_explicit_yes_stands_with_gpc_on_and_the_signal_is_recorded(room: Room) -> None:
    decided = room.desk.decide(room.choice(gpc=True), None)
    assert decided.token is not None
    with room.register.reading() as reading:
        (decision,) = reading.consents.decisions(room.subject(decided.token))
    assert (decision.gpc, decision.purposes) == (True, {"statistics": True})


# P18: kinds of consent


def test_one_click_in_the_banner_may_grant_several_general_purposes(rich: Room) -> None:
    decided = rich.desk.decide(rich.choice({"statistics": True, "videos": True, "research": True}), None)
    assert decided.granted == {"statistics", "videos", "research"}


@pytest.mark.parametrize(("layer", "how"), [(1, "banner"), (1, "details"), (2, "banner")])
def test_one_click_in_the_banner_never_stands_for_a_separate_consent(rich: Room, layer: int, how: str) -> None:
    choice = rich.choice(answers(statistics=True, portrait=True), layer=layer, how=how)
    with pytest.raises(ChoiceRefused, match="portrait needs a separate consent"):
        rich.desk.decide(choice, None)
    given = rich.desk.decide(rich.choice(answers(portrait=True), layer=2, how="details"), None)
    assert given.granted == {"portrait"}


def test_a_click_in_the_banner_does_not_take_a_separate_consent_back_that_it_did_not_ask_about(rich: Room) -> None:
    first = rich.desk.decide(rich.choice(answers(portrait=True), layer=2, how="details"), None)
    general = {"statistics": True, "videos": False, "research": False}
    second = rich.desk.decide(rich.choice(general), first.token)
    assert second.granted == {"portrait", "statistics"}
    assert second.withdrawn == frozenset()


def test_a_guardians_consent_is_not_given_by_the_child(rich: Room) -> None:
    with pytest.raises(ChoiceRefused, match="guardian"):
        rich.desk.decide(rich.choice(answers(children=True), layer=2, how="details"), None)


def test_a_purpose_that_needs_another_is_not_granted_without_it(rich: Room) -> None:
    with pytest.raises(ChoiceRefused, match="research needs statistics"):
        rich.desk.decide(rich.choice(answers(research=True), layer=2, how="details"), None)


# Withdrawing


def test_a_withdrawal_stops_at_once_and_makes_the_deletion_due_in_the_same_change(room: Room) -> None:
    token = room.agree()
    generation = room.vault.generation()
    decided = room.desk.withdraw(token)
    assert (decided.withdrawn, decided.granted, decided.token) == ({"statistics"}, frozenset(), None)
    assert room.desk.standing(token) is None
    endings = room.vault.ended_since(generation)
    assert {(ending.subject, ending.why) for ending in endings} == {(room.subject(token), "withdraw")}
    with room.register.reading() as reading:
        (duty,) = reading.duties.due(room.clock.now())
    assert (duty.kind, duty.subject, duty.due_at) == ("erase_withdrawn", room.subject(token), room.clock.now())
    assert (duty.reference,) == decided.decision_ids
    assert duty.reason == "consent withdrawn for statistics"
    assert [numbered.entry.kind for numbered in room.entries()] == ["consent", "withdrawal"]


def test_saying_no_later_is_a_withdrawal_too(room: Room) -> None:
    token = room.agree()
    decided = room.refuse(token)
    assert (decided.withdrawn, decided.token) == ({"statistics"}, None)
    assert len(decided.decision_ids) == 1
    with room.register.reading() as reading:
        assert [duty.kind for duty in reading.duties.due(room.clock.now())] == ["erase_withdrawn"]
    assert room.counts() == {}


def test_one_purpose_is_withdrawn_and_the_others_stay(rich: Room) -> None:
    token = rich.desk.decide(rich.choice({"statistics": True, "videos": True, "research": False}), None).token
    assert token is not None
    decided = rich.desk.withdraw(token, ["videos", "portrait"])
    assert (decided.withdrawn, decided.granted, decided.token) == ({"videos"}, {"statistics"}, token)
    standing = rich.desk.standing(token)
    assert standing is not None
    assert standing.granted == {"statistics"}


def test_withdrawing_twice_changes_nothing_the_second_time(room: Room) -> None:
    token = room.agree()
    room.desk.withdraw(token)
    before = room.entries()
    again = room.desk.withdraw(token)
    assert (again.withdrawn, again.granted) == (frozenset(), frozenset())
    assert room.entries() == before
    with room.register.reading() as reading:
        assert len(reading.duties.due(room.clock.now())) == 1
    with pytest.raises(UnknownToken):
        room.desk.withdraw("f" * 32)


def test_a_withdrawal_does_not_reach_back(room: Room) -> None:
    """P15: what was lawful in March stays lawful after the withdrawal in April."""
    room.clock.move_to(MARCH - timedelta(days=5))
    token = room.agree()
    subject = room.subject(token)
    room.clock.move_to(APRIL)
    room.desk.withdraw(token)
    assert room.desk.lawful_at(subject, "statistics", MARCH)
    assert room.desk.lawful_at(subject, "statistics", APRIL - SECOND)
    assert not room.desk.lawful_at(subject, "statistics", APRIL)
    assert not room.desk.lawful_at(subject, "statistics", MARCH - timedelta(days=6))
    room.clock.move_to(APRIL + timedelta(days=30))
    room.agree(token)
    assert not room.desk.lawful_at(subject, "statistics", APRIL + SECOND), "a new yes does not fill the gap"
    assert room.desk.lawful_at(subject, "statistics", room.clock.now())


def test_withdrawing_never_falls_back_to_another_basis(room: Room) -> None:
    """P16, X-05."""
    token = room.agree()
    subject = room.subject(token)
    permit = room.desk.permit("statistics", [subject], "staff:1", "C2.1-01")
    assert (permit.basis, permit.subjects) == ("consent", {subject})
    room.desk.withdraw(token)
    with pytest.raises(NotPermitted):
        room.desk.permit("statistics", [subject], "staff:1", "C2.1-01")
    with pytest.raises(NotPermitted):
        room.desk.permit("statistics", None, "staff:1", "C2.1-01")
    with pytest.raises(NotPermitted, match="consent alone"):
        room.bases.permit("statistics", [subject], "staff:1", "C2.1-01")


def test_if_the_register_fails_half_way_nothing_more_is_collected(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of the steps errs on the side of not collecting; the withdrawal itself was never confirmed."""
    token = room.agree()
    generation = room.vault.generation()

    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(room.register._commits, "_before_commit", broken)
    with pytest.raises(StoreError):
        room.desk.withdraw(token)
    monkeypatch.undo()
    assert room.vault.generation() > generation, "collectors let go of the person"
    assert room.desk.standing(token) is None, "and get no new leave"
    with pytest.raises(NotPermitted):
        room.desk.permit("statistics", [room.subject(token)], "loader", "C2.1-01")
    assert room.desk.withdraw(token).withdrawn == {"statistics"}
    assert room.desk.standing(room.agree(token)) is not None, "a new yes holds again"


def test_when_collectors_are_told_they_already_get_no_leave(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    token = room.agree()
    seen: list[object] = []
    ended = room.vault.ended

    def telling(subject: SubjectId, why: str) -> int:
        seen.append(room.desk.standing(token))
        return ended(subject, "withdraw")

    assert room.desk.standing(token) is not None
    monkeypatch.setattr(room.vault, "ended", telling)
    room.desk.withdraw(token)
    assert seen == [None, None], "told before the register changes, and once more after it"


def test_a_restricted_person_can_withdraw_and_cannot_agree(room: Room) -> None:
    token = room.agree()
    room.vault.restrict(room.subject(token))
    with pytest.raises(Restricted):
        room.desk.decide(room.choice(), token)
    assert room.desk.withdraw(token).withdrawn == {"statistics"}
    with room.register.reading() as reading:
        assert len(reading.consents.decisions(room.subject(token))) == 2


# C8.3-04: the scope of a consent


def test_an_old_yes_does_not_cover_a_version_that_goes_further(room: Room) -> None:
    token = room.agree()
    subject, before = room.subject(token), room.clock.now()
    further = with_fact(room.versions.at(before).policy, "locale", precision="sealed")
    room.clock.forward(timedelta(days=1))
    room.versions.publish(version_of(further, "b", room.clock.now()))
    assert room.desk.standing(token) is None
    with pytest.raises(NotPermitted):
        room.desk.permit("statistics", [subject], "loader", "C2.1-01")
    assert room.desk.lawful_at(subject, "statistics", before)
    assert not room.desk.lawful_at(subject, "statistics", room.clock.now())
    room.agree(token)
    assert room.desk.lawful_at(subject, "statistics", room.clock.now())


def test_an_old_yes_covers_a_version_that_goes_no_further(room: Room) -> None:
    token = room.agree()
    narrower = with_fact(room.versions.at(room.clock.now()).policy, "search_terms", precision="coarse")
    room.clock.forward(timedelta(days=1))
    room.versions.publish(version_of(narrower, "b", room.clock.now()))
    standing = room.desk.standing(token)
    assert standing is not None
    assert standing.policy_hash == "a" * 64


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["statistics", "videos", "research"]), st.booleans(), st.integers(0, 90)), max_size=8
    )
)
def test_the_stored_intervals_are_what_the_decisions_add_up_to(
    steps: list[tuple[str, bool, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = SetClock(datetime(2026, 9, 15, 4, tzinfo=UTC))
    policy = with_purpose(with_purpose(demo_policy(), "videos"), "research")
    room = Room(tmp_path_factory.mktemp("room"), clock, policy)
    now = {"statistics": True, "videos": False, "research": False}
    token = room.desk.decide(room.choice(now), None).token
    assert token is not None
    subject = room.subject(token)
    lawful: list[tuple[str, datetime, bool]] = []
    for purpose, yes, days in steps:
        clock.forward(timedelta(days=days) + SECOND)
        now[purpose] = yes
        room.desk.decide(room.choice(dict(now)), token)
        lawful += [(name, clock.now(), granted) for name, granted in now.items()]
    with room.register.reading() as reading:
        stored = reading.consents.intervals(subject)
        decisions = reading.consents.decisions(subject)

    def in_order(intervals: list[Interval]) -> list[Interval]:
        return sorted(intervals, key=lambda each: (each.start, each.purpose))

    assert in_order(stored) == in_order(intervals_of(decisions, dict.fromkeys(now, "general")))
    for purpose, moment, granted in lawful:
        assert room.desk.lawful_at(subject, purpose, moment) == granted
        assert lawful_at(stored, subject, purpose, moment) == granted
    room.close()


# Permits


def test_a_permit_is_made_in_one_file_only() -> None:
    makers = {
        str(file.relative_to(Path(troth.__file__).parent))
        for file in Path(troth.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and _name(node.func) == "Permit"
    }
    assert makers == {"consent/permits.py"}


def _name(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def test_a_permit_rests_on_the_basis_the_policy_declares(room: Room) -> None:
    version = room.versions.at(room.clock.now())
    room.publish()
    assert room.desk.permit("security", None, "staff:1", "X-02").basis == "statutory_duty"
    assert room.desk.permit("respond", None, "staff:1", "C2.2-02").basis == "contract"
    with pytest.raises(NotPermitted, match="does not rest on consent"):
        permit_by_consent(version, "respond", [SubjectId("a" * 32)], "staff:1", "C2.2-02")
    with pytest.raises(NotPermitted, match="no purpose newsletter"):
        room.desk.permit("newsletter", None, "staff:1", "C2.2-02")
    assert permit_for_own(SubjectId("a" * 32)).subjects == {"a" * 32}


def test_a_bulk_permit_under_consent_covers_exactly_those_who_consent_now(room: Room) -> None:
    stays, leaves = room.agree(), room.agree()
    both = {room.subject(stays), room.subject(leaves)}
    assert room.desk.permit("statistics", None, "loader", "C2.1-02").subjects == both
    room.desk.withdraw(leaves)
    assert room.desk.permit("statistics", None, "loader", "C2.1-02").subjects == {room.subject(stays)}
    with pytest.raises(NotPermitted, match="everybody asked for"):
        room.desk.permit("statistics", both, "loader", "C2.1-02")
