"""C4-02: the choice cookie holds a choice without an identifier, and is read back only as we wrote it."""

from __future__ import annotations

import pytest

from troth.web.choice_cookies import read_cookies, remembered_choice


def test_the_choice_cookie_is_read_back_as_it_was_written() -> None:
    remembered = remembered_choice({"troth": "y.0123abcd.20260915.statistics~map.office"})
    assert remembered is not None
    assert remembered.granted == {"statistics", "map.office"}
    assert remembered_choice({"troth": "n.0123abcd.20260915."}) is not None


@pytest.mark.parametrize(
    "value",
    ["", "y", "y.0123abcd.20261399.a", "y.0123ABCD.20260915.a", "y.0123abcd.20260915.<b>", "x.0123abcd.20260915.a"],
)
def test_a_cookie_we_did_not_write_says_nothing(value: str) -> None:
    assert remembered_choice({"troth": value}) is None


def test_cookies_are_read_by_name_and_twice_counts_as_not_at_all() -> None:
    assert read_cookies("a=1; b=2;c; d=3=4") == {"a": "1", "b": "2", "d": "3=4"}
    assert read_cookies("a=1; a=1") == {}
