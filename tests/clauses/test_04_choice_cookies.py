"""C4-02: the choice cookie holds a choice without an identifier, and is read back only as we wrote it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from policies import changed, demo

from troth.web.choice_cookies import (
    choice_cookies,
    cleared_by_script,
    cleared_cookies,
    domain_levels,
    read_cookies,
    remembered_choice,
)

MADE = datetime(2026, 9, 15, tzinfo=UTC)
TOKEN = "ab" * 16


def decided(**said: Any) -> Any:
    """A decision as far as its cookies are concerned."""
    facts = {"granted": frozenset({"statistics"}), "token": TOKEN, "policy_hash": "0123abcd" * 8, "decided_at": MADE}
    return SimpleNamespace(**{**facts, "until": datetime(2026, 9, 16, tzinfo=UTC), "gpc": False, **said})


def written(**said: Any) -> str:
    """The value of the choice cookie after a decision."""
    return choice_cookies(decided(**said), date(2026, 9, 15))[0].partition(";")[0].removeprefix("troth=")


def test_the_choice_cookie_is_read_back_as_it_was_written() -> None:
    remembered = remembered_choice({"troth": "y.0123abcd.20260915.statistics~map.office"})
    assert remembered is not None
    assert remembered.granted == {"statistics", "map.office"}
    assert remembered_choice({"troth": "n.0123abcd.20260915."}) is not None


def test_a_withdrawal_the_edge_has_not_heard_of_is_read_as_what_it_leaves() -> None:
    remembered = remembered_choice({"troth": "y.0123abcd.20260915.~statistics~map"})
    assert remembered is not None
    assert remembered.granted == {"statistics", "map"}
    nothing_left = remembered_choice({"troth": "n.0123abcd.20260915.~"})
    assert nothing_left is not None
    assert nothing_left.granted == frozenset()


def test_a_script_is_told_of_patterns_and_stored_items_too_but_never_of_the_choice_itself() -> None:
    assert cleared_by_script(demo().policy, ["statistics"]) == ["_va=", "_va_"]
    assert cleared_by_script(changed(("cookies._va.storage", "local")).policy, ["statistics"]) == ["_va=", "_va_"]
    assert cleared_by_script(demo().policy, ["respond", "choice"]) == []


@pytest.mark.parametrize(
    ("said", "letter", "granted", "over_gpc"),
    [
        ({}, "y", {"statistics"}, False),
        ({"gpc": True}, "g", {"statistics"}, True),
        ({"granted": frozenset()}, "n", set(), False),
        ({"granted": frozenset(), "gpc": True}, "n", set(), False),
    ],
)
def test_its_first_letter_says_yes_yes_over_the_opt_out_signal_or_no(
    said: dict[str, Any], letter: str, granted: set[str], over_gpc: bool
) -> None:
    value = written(**said)
    assert value.split(".")[0] == letter
    remembered = remembered_choice({"troth": value})
    assert remembered is not None
    assert (remembered.granted, remembered.over_gpc) == (granted, over_gpc)
    assert remembered.decided_on == date(2026, 9, 15)


@pytest.mark.parametrize(
    "value",
    ["", "y", "y.0123abcd.20261399.a", "y.0123ABCD.20260915.a", "y.0123abcd.20260915.<b>", "x.0123abcd.20260915.a"],
)
def test_a_cookie_we_did_not_write_says_nothing(value: str) -> None:
    assert remembered_choice({"troth": value}) is None


def test_cookies_are_read_by_name_and_twice_counts_as_not_at_all() -> None:
    assert read_cookies("a=1; b=2;c; d=3=4") == {"a": "1", "b": "2", "d": "3=4"}
    assert read_cookies("a=1; a=1") == {}


def test_a_withdrawal_clears_each_declared_name_on_every_level_of_the_host_and_every_declared_path() -> None:
    policy = changed(("cookies._va.paths", ["/products", "/"])).policy
    assert cleared_cookies(policy, ["statistics"]) == [
        f"_va=; Path={path}{domain}; Max-Age=0; SameSite=Lax; Secure"
        for path in ("/", "/products")
        for domain in ("", "; Domain=www.acme.localhost", "; Domain=acme.localhost")
    ]


@pytest.mark.parametrize(
    ("place", "value"),
    [("cookies._va.storage", "local"), ("cookies._va.party", "third"), ("cookies._va.pattern", "_va*")],
)
def test_no_header_is_sent_for_what_no_header_can_clear(place: str, value: str) -> None:
    assert cleared_cookies(demo().policy, ["statistics"]) != []
    assert cleared_cookies(changed((place, value)).policy, ["statistics"]) == []


def test_what_was_not_refused_is_not_cleared() -> None:
    assert cleared_cookies(demo().policy, ["respond"]) == []


@pytest.mark.parametrize(
    ("origins", "levels"),
    [
        (["https://www.a.test"], ["www.a.test", "a.test"]),
        (["https://a.test:8443"], ["a.test"]),
        (["https://shop.a.test", "https://www.a.test"], ["shop.a.test", "a.test", "www.a.test"]),
        (["http://localhost:8400", "http://127.0.0.1:8400", "http://[::1]:8400"], []),
    ],
)
def test_the_levels_of_a_host_end_before_the_public_one(origins: list[str], levels: list[str]) -> None:
    assert domain_levels(origins) == levels
