"""Clause 7: which door answers to whom: the console to this machine, nobody to a foreign name (rules 34, 45, 50)."""

from __future__ import annotations

from typing import Any

import pytest
from asking import ask
from houses import Houses

from troth.app.doors import front_of
from troth.app.house import House

CONSOLE_PORT = 8401


@pytest.fixture
def house(houses: Houses) -> House:
    """A house that is reached as privacy.acme.example by visitors."""
    return houses.open(public_url="https://privacy.acme.example")


def status(house: House, path: str, host: str, *, port: int = 8400, client: str = "127.0.0.1", **headers: str) -> int:
    """Ask one door; `port` is the listener the request came in on."""
    return ask(front_of(house), path, host=host, port=port, client=client, **headers).status


def test_the_console_answers_on_its_own_port_to_this_machine(house: House) -> None:
    assert status(house, "/console/statistics", "127.0.0.1", port=CONSOLE_PORT) == 200
    assert status(house, "/metrics", "localhost", port=CONSOLE_PORT) == 200


@pytest.mark.parametrize("path", ["/console", "/console/statistics", "/metrics"])
@pytest.mark.parametrize(
    "said",
    [
        {"port": 8400, "host": "127.0.0.1"},
        {"port": CONSOLE_PORT, "host": "privacy.acme.example"},
        {"port": CONSOLE_PORT, "host": "evil.example"},
        {"port": CONSOLE_PORT, "host": "127.0.0.1", "client": "203.0.113.5"},
        {"port": CONSOLE_PORT, "host": "127.0.0.1", "x_forwarded_for": "203.0.113.5"},
        {"port": CONSOLE_PORT, "host": "127.0.0.1", "forwarded": "for=203.0.113.5"},
        {"port": CONSOLE_PORT, "host": "127.0.0.1", "via": "1.1 proxy"},
    ],
)
def test_the_console_is_not_there_for_anybody_else(house: House, path: str, said: dict[str, Any]) -> None:
    assert status(house, path, **said) == 404


@pytest.mark.parametrize("path", ["/privacy", "/privacy/policy", "/troth/choices", "/troth/troth.js", "/health"])
def test_the_public_doors_answer_to_their_names_and_to_no_other(house: House, path: str) -> None:
    for host in ("privacy.acme.example", "www.acme.localhost", "127.0.0.1"):
        assert status(house, path, host) == 200
    assert status(house, path, "evil.example") == 421


def test_health_says_ok_or_not_ok_and_nothing_else(house: House) -> None:
    well = ask(front_of(house), "/health", host="127.0.0.1")
    assert (well.status, well.body) == (200, b"ok")
    house.is_loading_well = False
    ill = ask(front_of(house), "/health", host="127.0.0.1")
    assert (ill.status, ill.body) == (503, b"not ok")


def test_metrics_count_and_name_nobody(house: House) -> None:
    answer = ask(front_of(house), "/metrics", host="127.0.0.1", port=CONSOLE_PORT, client="127.0.0.1")
    lines = dict(line.split(" ") for line in answer.body.decode().splitlines())
    assert lines["troth_healthy"] == "1"
    assert all(name.startswith("troth_") and value.replace(".", "").isdigit() for name, value in lines.items())
