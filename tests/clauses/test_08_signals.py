"""Clause 8.3, P19: a browser's signal (GPC) is heard, shown and recorded; what it does to a yes, the policy says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from asking import Reply, ask
from consents import Room, demo_policy, with_purpose
from msgspec import structs

from troth.clock import SetClock
from troth.consent import ChoiceRefused, Decided
from troth.policy import Policy
from troth.web.choice_cookies import choice_cookies
from troth.web.choices import choices_app

DAY = timedelta(days=1)


def with_rules(**said: object) -> Policy:
    policy = with_purpose(demo_policy(), "videos")
    return structs.replace(policy, consent=structs.replace(policy.consent, **said))


def room_with(folder: Path, clock: SetClock, **said: object) -> Room:
    room = Room(folder, clock, with_rules(**said))
    room.publish()
    return room


@pytest.fixture
def keeping(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    """A policy under which a yes goes on against a later signal: the default."""
    room = room_with(tmp_path, clock)
    yield room
    room.close()


@pytest.fixture
def withdrawing(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    """A policy under which a later signal ends a yes."""
    room = room_with(tmp_path, clock, gpc_over_consent="withdraw")
    yield room
    room.close()


def say_yes(room: Room, token: str | None = None, gpc: bool = False, **purposes: bool) -> Decided:
    return room.desk.decide(room.choice({"statistics": True, "videos": False} | purposes, gpc=gpc), token)


def signal(room: Room, token: str | None) -> Decided:
    """The script found the signal on, and says so."""
    said = {"statistics": False, "videos": False}
    return room.desk.decide(room.choice(said, how="gpc", gpc=True), token)


def cookie_of(decided: Decided) -> str:
    return choice_cookies(decided, decided.decided_at.date())[0].split(";")[0]


def test_a_signal_before_any_choice_is_a_no_without_a_trace_of_anybody(keeping: Room) -> None:
    assert (signal(keeping, None).granted, signal(keeping, None).receipt) == (frozenset(), None)
    assert keeping.counts() == {"refused by gpc": 2}


def test_where_the_policy_keeps_it_a_yes_goes_on_against_a_later_signal(keeping: Room) -> None:
    first = say_yes(keeping)
    before = keeping.entries()
    keeping.clock.forward(DAY)
    decided = signal(keeping, first.token)
    assert (decided.granted, decided.withdrawn, decided.token) == ({"statistics"}, frozenset(), first.token)
    assert (decided.decision_ids, decided.receipt) == ((), None), "nothing changed, so nothing is written down"
    assert keeping.entries() == before
    assert decided.until == first.until, "and its time is not made longer"
    assert cookie_of(decided).startswith("troth=y.")


def test_where_the_policy_says_so_a_later_signal_ends_a_yes_given_without_it(withdrawing: Room) -> None:
    first = say_yes(withdrawing)
    assert first.gpc is False
    withdrawing.clock.forward(DAY)
    decided = signal(withdrawing, first.token)
    assert (decided.granted, decided.withdrawn, decided.token) == (frozenset(), {"statistics"}, None)
    assert first.token is not None
    assert withdrawing.desk.standing(first.token) is None
    assert decided.receipt is not None
    said = decided.receipt.statement
    assert (said.event, said.how, said.gpc) == ("withdrawn", "gpc", True)
    with withdrawing.register.reading() as reading:
        assert [duty.kind for duty in reading.duties.due(withdrawing.clock.now())] == ["erase_withdrawn"]


def test_an_explicit_yes_given_over_the_signal_stands_and_is_marked_so(withdrawing: Room) -> None:
    first = say_yes(withdrawing, gpc=True)
    assert first.gpc is True
    assert cookie_of(first).startswith("troth=g.")
    withdrawing.clock.forward(DAY)
    decided = signal(withdrawing, first.token)
    assert (decided.granted, decided.withdrawn, decided.gpc) == ({"statistics"}, frozenset(), True)
    assert cookie_of(decided).startswith("troth=g.")
    assert first.receipt is not None
    assert first.receipt.statement.gpc is True


def test_of_two_yeses_the_signal_ends_the_one_that_was_given_without_it(tmp_path: Path, clock: SetClock) -> None:
    separate = with_purpose(with_rules(gpc_over_consent="withdraw"), "portrait", consent="separate")
    room = Room(tmp_path, clock, separate)
    first = room.desk.decide(
        room.choice({"statistics": False, "videos": False, "portrait": True}, layer=2, how="details", gpc=True),
        None,
    )
    clock.forward(DAY)
    second = say_yes(room, first.token)
    assert (second.granted, second.gpc) == ({"statistics", "portrait"}, False)
    clock.forward(DAY)
    third = signal(room, first.token)
    assert (third.granted, third.withdrawn, third.gpc) == ({"portrait"}, {"statistics"}, True)
    assert third.receipt is not None
    assert dict(third.receipt.statement.purposes) == {"statistics": False, "videos": False}
    room.close()


def test_a_yes_again_over_the_signal_makes_it_stand(withdrawing: Room) -> None:
    token = say_yes(withdrawing).token
    withdrawing.clock.forward(DAY)
    renewed = say_yes(withdrawing, token, gpc=True)
    assert (renewed.gpc, renewed.receipt is not None) == (True, True)
    withdrawing.clock.forward(DAY)
    assert signal(withdrawing, token).granted == {"statistics"}


def test_a_signal_after_a_no_of_a_known_browser_is_a_no_again(withdrawing: Room) -> None:
    token = say_yes(withdrawing).token
    assert token is not None
    withdrawing.clock.forward(DAY)
    withdrawing.desk.withdraw(token)
    withdrawing.clock.forward(DAY)
    decided = signal(withdrawing, token)
    assert decided.receipt is not None
    assert decided.receipt.statement.event == "refused"


def test_where_nobody_listens_to_the_signal_it_is_no_answer(tmp_path: Path, clock: SetClock) -> None:
    room = room_with(tmp_path, clock, honour_gpc=False)
    with pytest.raises(ChoiceRefused, match="no browser signal"):
        signal(room, None)
    assert room.counts() == {}
    room.close()


# Shown


def page(room: Room, language: str = "en", **headers: str) -> Reply:
    app = choices_app(room.desk, room.versions, room.clock)
    return ask(app, f"/troth/choices?lang={language}", **headers)


def test_the_choices_page_says_when_this_browser_sends_the_signal_and_what_it_does(
    tmp_path: Path, clock: SetClock
) -> None:
    rules = {
        "keep": {},
        "withdraw": {"gpc_over_consent": "withdraw"},
        "unheard": {"honour_gpc": False},
    }
    shown: dict[str, str] = {}
    for name, said in rules.items():
        room = room_with(tmp_path / name, clock, **said)
        quiet, shown[name] = page(room).text, page(room, sec_gpc="1").text
        assert "Global Privacy Control" not in quiet
        assert "Your browser sends the Global Privacy Control signal." in shown[name]
        assert "全球隐私控制" in page(room, "zh-CN", sec_gpc="1").text
        assert "Global Privacy Control" not in page(room, sec_gpc="0").text
        assert "Sec-GPC" in page(room).headers["vary"]
        room.close()
    ends = "A yes you gave without the signal ends when the signal appears."
    stands = "What you say yes to here stands, and the signal is recorded with it."
    assert [ends in shown[name] for name in rules] == [False, True, False]
    assert [stands in shown[name] for name in rules] == [True, True, False]
