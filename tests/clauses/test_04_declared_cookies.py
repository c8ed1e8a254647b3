"""C4-03: whatever a handler of ours does, a cookie the policy does not declare never leaves the house."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from asking import Reply, ask
from houses import Houses
from policies import changed, demo

from troth.app import doors
from troth.app.house import House
from troth.pages.declared_cookies import fault_of
from troth.pages.headers import AsgiApp, Receive, Scope, Send
from troth.web.choice_cookies import cleared_cookies

CONSOLE_PORT = 8401
ROOMS, SITE = "privacy.acme.example", "www.acme.localhost"
CANARY = "canary-6d1f"
HALF_YEAR_S = 180 * 86_400
GOOD = f"troth=n.0123abcd.20260915.; Path=/; Max-Age={HALF_YEAR_S}; SameSite=Lax; Secure"
CAREFUL = "; Path=/; HttpOnly; SameSite=Strict; Secure"


@pytest.fixture
def house(houses: Houses) -> House:
    """A house that is reached as privacy.acme.example by visitors."""
    return houses.open(public_url=f"https://{ROOMS}")


def setting(*cookies: str) -> Callable[..., AsgiApp]:
    """Take the place of any maker of handlers: the handler answers everything and sets these cookies."""

    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"Set-Cookie", cookie.encode()) for cookie in cookies]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"kept"), *headers]})
        await send({"type": "http.response.body", "body": b"page"})

    return lambda *_, **__: handler


DOORS: dict[str, tuple[str, dict[str, Any]]] = {
    "choices_app": ("/troth/choices", {"host": SITE}),
    "script_app": ("/troth/troth.js", {"host": SITE}),
    "rooms_app": ("/privacy", {"host": ROOMS}),
    "console_app": ("/console/statistics", {"host": "127.0.0.1", "port": CONSOLE_PORT, "client": "127.0.0.1"}),
    "ConsentEndpoint": ("/troth/consent", {"host": SITE}),
    "CollectEndpoint": ("/troth/collect", {"host": SITE}),
}


@pytest.mark.parametrize("door", DOORS)
def test_an_undeclared_cookie_is_taken_out_of_every_answer_edge_rooms_and_console(
    house: House, door: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(doors, door, setting(f"{CANARY}={CANARY}{CAREFUL}", f"session=1{CAREFUL}", GOOD))
    path, said = DOORS[door]
    with caplog.at_level(logging.ERROR, "troth.cookies"):
        reply: Reply = ask(doors.front_of(house), path, **said)
    assert (reply.status, reply.body, reply.headers["x-own"]) == (200, b"page", "kept")
    assert reply.cookies == [GOOD]
    assert [record.getMessage().split(": ")[1] for record in caplog.records] == [
        "other (undeclared)",
        "session (undeclared)",
    ]
    assert CANARY not in caplog.text


def test_a_cookie_taken_out_is_counted_and_does_not_turn_health_red(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "script_app", setting(f"{CANARY}=1{CAREFUL}"))
    front = doors.front_of(house)
    ask(front, "/troth/troth.js", host=SITE)
    assert [(key[1:], count) for key, count in house.drops.take().items()] == [
        (("C4-03", "cookie not declared, not set", "other"), 1)
    ]
    assert ask(front, "/health", host="127.0.0.1").body == b"ok"


def test_every_page_of_ours_as_it_is_sets_no_cookie_at_all(house: House) -> None:
    front = doors.front_of(house)
    for path in ("/privacy", "/privacy/policy", "/health", "/troth/choices", "/troth/troth.js", "/nowhere"):
        assert ask(front, path, host=SITE).cookies == [], path
    assert house.drops.take() == {}


@pytest.mark.parametrize(
    ("cookie", "fault"),
    [
        (GOOD, ""),
        (GOOD.replace("Lax", "Strict"), ""),
        (GOOD.replace("; Secure", ""), "without Secure or SameSite"),
        (GOOD.replace("; SameSite=Lax", ""), "without Secure or SameSite"),
        (GOOD.replace("Lax", "None"), "without Secure or SameSite"),
        (GOOD + "; Domain=acme.localhost", "with a Domain, or without a Path"),
        (GOOD.replace("; Path=/", ""), "with a Domain, or without a Path"),
        (GOOD.replace(str(HALF_YEAR_S), str(HALF_YEAR_S + 1)), "longer than declared"),
        (
            GOOD.replace(f"Max-Age={HALF_YEAR_S}", "Expires=Fri, 31 Dec 2100 00:00:00 GMT"),
            "longer than declared",
        ),
        (GOOD.replace(f"Max-Age={HALF_YEAR_S}", "Max-Age=1e9"), "longer than declared"),
        (GOOD.replace("troth=", "Troth="), "undeclared"),
        (GOOD.replace("troth=", "_va="), "undeclared"),  # declared, but the SDK's to set and not ours
        ("_va=; Path=/products; Domain=acme.localhost; Max-Age=0; SameSite=Lax; Secure", ""),
        ("_va_*=; Path=/; Max-Age=0", ""),
        ("sid=; Path=/; Max-Age=0; SameSite=Lax; Secure", "undeclared"),
        ("troth", "undeclared"),
        ("", "undeclared"),
    ],
)
def test_a_cookie_goes_out_only_as_the_policy_describes_it(cookie: str, fault: str) -> None:
    assert fault_of(cookie, demo().policy) == fault


def test_a_cookie_declared_as_hidden_from_scripts_is_only_set_so() -> None:
    policy = changed(("cookies.troth.http_only", True)).policy
    assert fault_of(GOOD, policy) == "without HttpOnly"
    assert fault_of(GOOD + "; HttpOnly", policy) == ""


def test_before_the_first_version_is_in_force_no_cookie_goes_out() -> None:
    assert fault_of(GOOD, None) == "undeclared"


def test_the_headers_that_clear_pass_the_guard() -> None:
    policy = changed(("cookies._va.paths", ["/products", "/"]), ("cookies._va.http_only", True)).policy
    cleared = cleared_cookies(policy, ["statistics"])
    assert len(cleared) == 6
    assert [fault_of(cookie, policy) for cookie in cleared] == [""] * 6
