"""C8, C7: what programs look for at fixed addresses: the GPC promise, whom to tell of a weakness, the public keys."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from asking import ask
from houses import Houses
from policies import changed
from rooms import ROOMS, Rooms

from troth.app.doors import front_of
from troth.clock import SetClock
from troth.errors import UnusableInput
from troth.ledger.note import PublicKey
from troth.ledger.public_keys import read_public_keys, write_public_keys

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
FIRST, LAST = date(2025, 1, 1), date(2026, 1, 1)
KEYS = [
    PublicKey(name="acme-site/ledger", use="ledger", key=b"\x01" * 32, since=FIRST),
    PublicKey(name="acme-site/receipts", use="receipt", key=b"\x02" * 32, since=FIRST, until=LAST),
]


@pytest.fixture(autouse=True)
def _in_november(clock: SetClock) -> None:
    clock.move_to(NOW)


def fields(text: str) -> dict[str, list[str]]:
    """The fields of a security.txt, each with its values in order."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition(": ")
        found.setdefault(name, []).append(value)
    return found


def test_gpc_is_promised_when_the_policy_honours_it_with_the_day_it_took_effect(clock: SetClock) -> None:
    said = Rooms(clock).get("/.well-known/gpc.json", language="")
    assert said.headers["content-type"].startswith("application/json")
    assert json.loads(said.body) == {"gpc": True, "lastUpdate": "2026-08-01"}
    ignoring = Rooms(clock, changed(("consent.honour_gpc", False))).get("/.well-known/gpc.json", language="")
    assert json.loads(ignoring.body) == {"gpc": False, "lastUpdate": "2026-08-01"}


def test_gpc_is_not_promised_before_a_policy_is_in_force(clock: SetClock) -> None:
    clock.move_to(datetime(2026, 7, 15, tzinfo=UTC))
    assert Rooms(clock).get("/.well-known/gpc.json").status == 404


def test_security_txt_says_whom_to_tell_in_which_languages_and_until_when(clock: SetClock) -> None:
    loaded = changed(("scope.origins", ["https://www.acme.example"]))
    said = Rooms(clock, loaded).get("/.well-known/security.txt", language="")
    assert said.headers["content-type"] == "text/plain; charset=utf-8"
    found = fields(said.text)
    assert found["Contact"] == ["mailto:privacy@acme.example", "tel:+8657100000100"]
    assert found["Preferred-Languages"] == ["zh-CN, en"]
    assert found["Canonical"] == [
        f"{ROOMS}/.well-known/security.txt",
        "https://www.acme.example/.well-known/security.txt",
    ]
    assert found["Policy"] == [f"{ROOMS}/privacy/policy#clause-7"]
    assert len(found["Expires"]) == 1
    expires = datetime.fromisoformat(found["Expires"][0])
    assert timedelta(days=30) < expires - NOW < timedelta(days=365)


def test_security_txt_leaves_out_addresses_that_are_not_https(clock: SetClock) -> None:
    found = fields(Rooms(clock, rooms_url="http://privacy.acme.localhost").get("/.well-known/security.txt").text)
    assert set(found) == {"Contact", "Expires", "Preferred-Languages"}


def test_security_txt_without_a_telephone_names_the_address_alone(clock: SetClock) -> None:
    found = fields(Rooms(clock, changed(("contact.phone", ""))).get("/.well-known/security.txt").text)
    assert found["Contact"] == ["mailto:privacy@acme.example"]


def test_the_public_keys_can_be_read_by_any_page_and_are_never_kept_unasked(clock: SetClock) -> None:
    said = Rooms(clock, public_keys=lambda: KEYS).get("/.well-known/troth-keys.json", language="")
    assert said.headers["access-control-allow-origin"] == "*"
    assert said.headers["cache-control"] == "no-cache"
    assert said.cookies == []
    assert read_public_keys(said.body) == KEYS
    assert b'"until":null' in said.body
    assert json.dumps(json.loads(said.body), sort_keys=True, separators=(",", ":")).encode() == said.body


def test_a_house_publishes_the_keys_it_signs_with_and_none_of_its_secrets(houses: Houses) -> None:
    house = houses.open()
    said = ask(front_of(house), "/.well-known/troth-keys.json", host="127.0.0.1")
    assert [(key.name, key.use) for key in read_public_keys(said.body)] == [
        ("acme-site/ledger", "ledger"),
        ("acme-site/receipts", "receipt"),
    ]
    assert set(json.loads(said.body)["keys"][0]) == {"key", "name", "since", "until", "use", "verifier"}
    for secret in (house.keys.ledger_sign, house.keys.receipt_sign):
        assert secret.reveal() not in said.body
        assert secret.reveal().hex().encode() not in said.body


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b'{"keys":[{}]}', b"\xff",
        write_public_keys(KEYS).replace(b'"key":"AQ', b'"key":"AA'),
        write_public_keys(KEYS).replace(b"acme-site/ledger+", b"acme-site/other+"),
    ],
)  # fmt: skip
def test_a_file_of_keys_that_contradicts_itself_is_refused(raw: bytes) -> None:
    assert read_public_keys(write_public_keys(KEYS)) == KEYS
    with pytest.raises(UnusableInput):
        read_public_keys(raw)
