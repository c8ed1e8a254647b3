"""C8.3-02: `troth doctor` names every declared cookie that a withdrawal cannot take away, says why and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs
from policies import changed, demo

from troth.app.placement import HEADERS_BYTES, look_at_placement
from troth.app.signs import Sign
from troth.settings import Settings, read_settings

ORIGIN = ("scope.origins", ["https://www.a.test"])
COOKIE = {
    "party": "first",
    "purpose": "statistics",
    "set_by": "visitor_analytics",
    "lifetime_days": 30,
    "content": "random_id",
    "text": {"zh-CN": "标识", "en": "a mark"},
}


def settings() -> Settings:
    """A house whose rooms are on privacy.a.test, behind a proxy."""
    return read_settings({"public_url": "https://privacy.a.test", "trusted_proxies": "127.0.0.1"}, {})


def clearing(*changes: tuple[str, Any], edge_path: str = "/troth") -> list[Sign]:
    """What doctor says about clearing, of the demo's policy on www.a.test with a few things changed."""
    signs = look_at_placement(changed(ORIGIN, *changes).policy, structs.replace(settings(), edge_path=edge_path))
    return [sign for sign in signs if sign.about == "clearing"]


def cookie(**said: Any) -> tuple[str, Any]:
    """The demo's policy with one more cookie."""
    return "cookies.extra", {**COOKIE, **said}


def test_where_everything_can_be_cleared_doctor_says_so_and_how() -> None:
    (sign,) = clearing()
    assert (sign.level, sign.fix) == ("ok", "")
    assert "1 names by the edge's answer, 1 patterns or stored items by the script" in sign.says


@pytest.mark.parametrize(
    ("said", "why", "fix"),
    [
        ({"party": "third"}, "it lies with sdk.vendor.localhost", "https://vendor.example/privacy"),
        ({"party": "third", "set_by": "site"}, "another company's host", "without cookies"),
        ({"pattern": "ex_*", "http_only": True}, "no script sees it", "each of its names"),
        ({"pattern": "ex_*", "paths": ["/shop"]}, "only on pages below /shop", "each of its names"),
        ({"host": "shop.a.test", "set_by": "site"}, "it lies on shop.a.test", "add https://shop.a.test"),
        ({"host": "a.test", "http_only": True}, "it lies on a.test", "mount the edge there"),
    ],
)
def test_a_cookie_that_stays_is_named_with_the_reason_and_what_to_do(said: dict[str, Any], why: str, fix: str) -> None:
    (sign,) = clearing(cookie(**said))
    assert sign.level == "warning"
    assert sign.says.startswith(f"{said.get('pattern', 'extra')} stays: ")
    assert why in sign.says
    assert fix in sign.fix


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"http_only": True},
        {"http_only": True, "paths": ["/shop", "/"]},
        {"pattern": "ex_*"},
        {"storage": "local"},
        {"host": "www.a.test"},
        {"party": "third", "purpose": "choice", "essential": True, "content": "session", "set_by": "site"},
    ],
)
def test_a_cookie_that_can_be_cleared_or_is_never_withdrawn_is_not_named(said: dict[str, Any]) -> None:
    assert [sign.level for sign in clearing(cookie(**said))] == ["ok"]


def test_of_several_hosts_doctor_says_that_each_keeps_its_own() -> None:
    (sign,) = clearing(("scope.origins", ["https://www.a.test", "https://shop.b.test"]))
    assert (sign.level, "shop.b.test, www.a.test" in sign.says) == ("warning", True)
    assert "mount the edge" in sign.fix
    assert clearing(("scope.origins", ["https://www.a.test", "https://www.a.test:8443"]))[0].level == "ok"


def test_an_edge_on_another_host_than_the_site_is_a_problem() -> None:
    (sign,) = clearing(edge_path="https://privacy.a.test/troth")
    assert sign.level == "problem"
    assert "the edge is on privacy.a.test" in sign.says
    assert clearing(edge_path="https://www.a.test/troth")[0].level == "ok"


@pytest.mark.parametrize(("origin", "level"), [("http://www.a.test", "problem"), ("http://www.a.localhost", "ok")])
def test_without_tls_no_cookie_can_be_set_or_cleared_except_on_the_machine_itself(origin: str, level: str) -> None:
    assert [sign.level for sign in clearing(("scope.origins", [origin]))] == [level]


def test_an_answer_that_a_proxy_may_refuse_is_foretold() -> None:
    many = [(f"cookies.extra_{number}", COOKIE) for number in range(20)]
    (sign,) = clearing(*many)
    assert sign.level == "warning"
    assert int(sign.says.split("with ")[1].split(" bytes")[0]) > HEADERS_BYTES
    assert "proxy_buffer_size" in sign.fix


def test_the_demo_leaves_nothing_behind() -> None:
    assert [sign.level for sign in look_at_placement(demo().policy, settings()) if sign.about == "clearing"] == ["ok"]
