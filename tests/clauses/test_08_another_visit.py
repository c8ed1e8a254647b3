"""Clause 8.3 (C8.3-03): a visit rests on consents without a break; one given anew begins another visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from houses import Houses, agree, load_closed, stored_visits, take, view
from policies import changed

from troth.app.house import House
from troth.clock import SetClock
from troth.consent import Choice

T = {"zh-CN": "文字", "en": "words"}
MINUTE = timedelta(minutes=1)


def open_house(houses: Houses) -> House:
    """A house with a second purpose that is asked about on its own, with a fact of its own."""
    videos = {"title": T, "text": T, "basis": "consent", "consent": "separate"}
    return houses.open(changed(("purposes.videos", videos), ("facts.locale.purposes", ["videos"])).source.decode())


def agree_to_both(house: House) -> str:
    choice = Choice(
        purposes={"statistics": True, "videos": True},
        language="en",
        layer=2,
        how="details",
        text_hash="0" * 64,
        policy_hash=house.loaded.hash,
    )
    token = house.desk.decide(choice, None).token
    assert token is not None
    return token


def visits_after(houses: Houses, clock: SetClock, between: Callable[[House, str], None]) -> int:
    """How many visits there are when this happened between two page views."""
    house = open_house(houses)
    token = agree_to_both(house)
    clock.forward(MINUTE)
    assert take(house, view(token, 1)) == [None]
    clock.forward(MINUTE)
    between(house, token)
    clock.forward(MINUTE)
    assert take(house, view(token, 2)) == [None]
    clock.forward(MINUTE * 31)
    load_closed(house)
    visits = stored_visits(house, token)
    assert sum(len(visit["views"]) for visit in visits) == 2
    return len(visits)


def test_a_visit_goes_on_while_nothing_is_decided(houses: Houses, clock: SetClock) -> None:
    assert visits_after(houses, clock, lambda house, token: None) == 1


def test_a_purpose_taken_back_and_given_again_begins_another_visit_although_another_went_on(
    houses: Houses, clock: SetClock
) -> None:
    """No view came in between, and the banner does not ask about the other purpose: its consent is the older one.

    Somebody else's view did, and with it the collector forgot what it remembered of this browser.
    """

    def take_back_and_give_again(house: House, token: str) -> None:
        house.desk.withdraw(token, ["statistics"])
        clock.forward(MINUTE)
        assert agree(house, {"statistics": True}, token) == token
        standing = house.desk.standing(token)
        assert standing is not None
        assert standing.granted == {"statistics", "videos"}
        assert standing.starts["statistics"] > standing.starts["videos"] == standing.since
        assert take(house, view(agree_to_both(house), 99)) == [None]

    assert visits_after(houses, clock, take_back_and_give_again) == 2
