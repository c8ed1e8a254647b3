"""Clause 7: what identifies a visitor stands on no disk in plain, neither on its way nor where it is kept.

Every canary is first opened through the vault and found equal; only then is every file searched for it, in every
form a careless line of code could have written it.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, quote_plus

import duckdb
import pytest
from asgi import ask, post
from houses import ORIGIN, Houses, agree, demo_policy_text, load_closed, opened_facts, seal_everything, subject_of

from troth.app.house import House
from troth.collect.geography import Place
from troth.collect.lines import SealLine, read_lines, unpack
from troth.collect.rate import RateLimit
from troth.collect.sealing import read_sealed_facts, seal_label
from troth.consent.permits import permit_for_own
from troth.vault import Sealed
from troth.web.collect import CollectEndpoint
from troth.web.peer import TrustedProxies

AGENT = "Kanarienbrowser/77.31 (Zwitscher; Käfig)"
CITY, CARRIER = "Kanarienstadt", "Kanarienfunk AG"
SENT = {
    "agent": AGENT,
    "platform": "KanarienOS",
    "referrer": "https://kanarien-ursprung.example",
    "referrer path": "/nest/kanarienpfad",
    "search words": "kanarienfutter für Hansi",
    "other parameter": "kanarienparameter",
    "path": "/kaefig/kanarienseite",
    "screen": "3317x7741",
    "time zone": "Kanarien/Inseln",
    "language": "kanarisch",
    "undeclared": "kanarienspur",
    "cookie": "kanarienkeks",
    "city": CITY,
    "carrier": CARRIER,
}
FOUR = ("203.0.113.77", "198.51.100.231", "192.0.2.143")
SIX = "2001:db8:7731:1::cafe"


def place_of(ip: str) -> Place:
    """Every address lies in the same city of our own invention."""
    return Place("中国", "浙江", CITY, CARRIER, "other", "canaries", "2026-09-01")


class Visitor:
    """A browser that agreed, and its beacons with a canary in every member."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.token = agree(house)
        self.number = 0
        house.collector._look_up_place = place_of
        self.app = CollectEndpoint(house.collector, TrustedProxies(()), RateLimit(0, 1), house.clock)

    def visit(self, *addresses: str) -> None:
        """View one page from each address."""
        for address in addresses:
            self.number += 1
            body = {
                "token": self.token,
                "view": f"{self.number:016x}",
                "path": SENT["path"] if self.number % 2 else "/products/k1",
                "query": f"?q={quote_plus(SENT['search words'])}&id={SENT['other parameter']}",
                "referrer": SENT["referrer"] + SENT["referrer path"],
                "facts": {"screen": SENT["screen"], "tz": SENT["time zone"], SENT["undeclared"]: SENT["undeclared"]},
            }
            headers = {
                b"user-agent": AGENT.encode("latin-1"),
                b"accept-language": SENT["language"].encode(),
                b"cookie": f"id={SENT['cookie']}".encode(),
                b"sec-ch-ua-platform": f'"{SENT["platform"]}"'.encode(),
            }
            (answer,) = ask(self.app, post(json.dumps(body).encode(), ORIGIN.encode(), *headers.items(), peer=address))
            assert answer.status == 204

    def waiting_facts(self) -> dict[str, list[object]]:
        """The facts of visits still in the segments, read from the files and opened through the vault."""
        subject = subject_of(self.house, self.token)
        sealed = [
            Sealed(seal_label(subject, line.visit, line.number, line.class_, line.epoch), unpack(line.blob))
            for path in sorted(self.house.journal.folder.glob("*.segment"))
            for line in read_lines(path.read_bytes())[0]
            if isinstance(line, SealLine)
        ]
        plain = self.house.vault.open_for(permit_for_own(subject), sealed)
        return together(read_sealed_facts(each).facts for each in plain)

    def loaded_facts(self) -> dict[str, list[object]]:
        """The facts of loaded visits, opened through the vault."""
        return together(sealed.facts for sealed in opened_facts(self.house, self.token))


def together(all_facts: Iterator[Mapping[str, object]]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for facts in all_facts:
        for key, value in facts.items():
            found.setdefault(key, []).append(value)
    return found


def assert_all_there(facts: dict[str, list[object]], *addresses: str) -> None:
    """Presence: each identifying fact that came is there, exactly as it came."""
    assert set(facts["ip"]) == set(addresses)
    assert facts["ua_browser"][0] == AGENT
    assert facts["os"][0] == f'"{SENT["platform"]}"'
    assert facts["referrer"][0] == SENT["referrer"]
    assert facts["search_terms"][0] == [SENT["search words"]]
    assert facts["screen"][0] == SENT["screen"]
    assert facts["geo"][0] == ["中国", "浙江", CITY]
    assert facts["isp"][0] == CARRIER


# Searching


def forms_of(text: str) -> dict[str, bytes]:
    """The ways a text could stand in a file: plain, other encodings, base64 at any offset, hex, escaped."""
    raw = text.encode()
    forms = {
        "utf-8": raw,
        "latin-1": text.encode("latin-1"),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "percent": quote(text, safe="").encode(),
        "percent in lower case": quote(text, safe="").lower().encode(),
        "plus": quote_plus(text).encode(),
        "json": json.dumps(text).strip('"').encode(),
        "reversed": raw[::-1],
        "lower": text.lower().encode(),
        "upper": text.upper().encode(),
    }
    for offset in range(3):
        whole = len(raw) - (len(raw) + offset) % 3
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            coded = encode(b"\0" * offset + raw[:whole])
            forms[f"{name} at {offset}"] = coded[4 if offset else 0 :]
    return forms


def found_in(files: Mapping[str, bytes], needles: Mapping[str, str]) -> list[str]:
    """Name every needle found, in which form, in which file."""
    return [
        f"{what} as {form} in {name}"
        for what, text in needles.items()
        for form, needle in forms_of(text).items()
        for name, data in files.items()
        if needle in data
    ]


def packed_in(files: Mapping[str, bytes], address: str) -> bool:
    """Whether an address stands somewhere as its bytes, in either order. Four bytes may also meet by chance."""
    packed = ip_address(address).packed
    return any(needle in data for data in files.values() for needle in (packed, packed[::-1]))


def values_in_months(folder: Path) -> bytes:
    """Every value of every month file as text and bytes: DuckDB packs text, so the files alone would not show it."""
    seen = []
    for path in sorted(folder.glob("*.duckdb")):
        with duckdb.connect(str(path), read_only=True) as month:
            tables = [row[0] for row in month.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
            for table in tables:
                for row in month.execute(f"SELECT * FROM {table}").fetchall():  # noqa: S608
                    seen += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(seen)


@pytest.mark.parametrize("text", [*SENT.values(), *FOUR, SIX, "f" * 32])
def test_the_search_finds_each_form_it_looks_for(text: str) -> None:
    for form, needle in forms_of(text).items():
        assert found_in({"a file": b"\x00before" + needle + b"after"}, {"it": text}), form
    in_base64 = {f"after {length}": base64.b64encode(b"x" * length + text.encode() + b"tail") for length in range(3)}
    assert {name.rpartition(" in ")[2] for name in found_in(in_base64, {"it": text})} == set(in_base64)


# The visit's whole way


def test_no_canary_stands_in_any_file_while_a_visit_is_open_loaded_and_at_rest(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    house = houses.open(seal_everything(demo_policy_text()))
    visitor = Visitor(house)
    needles = SENT | dict(zip(("first ip", "second ip", "third ip"), FOUR, strict=True))
    needles |= {"ipv6": SIX, "token": visitor.token}
    seen: dict[str, bytes] = {}

    def look(when: str) -> None:
        seen.update({f"{name} ({when})": data for name, data in houses.every_file().items()})

    visitor.visit(*FOUR, SIX)
    assert_all_there(visitor.waiting_facts(), *FOUR, SIX)
    look("open")

    insert = house.months._insert

    def insert_and_look(duck: duckdb.DuckDBPyConnection, month: str, table: str, path: Path) -> None:
        look(f"while {table} are loaded")
        insert(duck, month, table, path)

    monkeypatch.setattr(house.months, "_insert", insert_and_look)
    houses.clock.forward(timedelta(minutes=31))
    assert load_closed(house) == 1
    look("loaded")
    visitor.visit(*FOUR, SIX)
    assert_all_there(visitor.loaded_facts(), *FOUR, SIX)
    assert_all_there(visitor.waiting_facts(), *FOUR, SIX)
    look("loaded and open")

    house.desk.withdraw(visitor.token)
    look("withdrawn")
    houses.close(house)
    look("at rest")
    seen["values in the month files"] = values_in_months(house.months.folder)

    for kind in ("register.sqlite ", "register.sqlite-wal", "identity.sqlite ", ".segment", "2026-09.duckdb ", ".rows"):
        assert any(kind in name for name in seen), f"the search looks at {kind}"
    assert any(b"/products/k1" in data for name, data in seen.items() if ".segment" in name)
    assert any(b"/products/k1" in data for name, data in seen.items() if ".rows" in name)
    assert b"/products/k1" in seen["values in the month files"]

    assert found_in(seen, needles) == []
    assert not packed_in(seen, SIX)
    assert not all(packed_in(seen, address) for address in FOUR), "one may meet by chance, three do not"
    assert bytes.fromhex(visitor.token) not in b"".join(seen.values())
    assert found_in({"log": caplog.text.encode()}, needles) == []


def test_what_no_declared_fact_needs_is_not_kept_even_under_seal(houses: Houses) -> None:
    house = houses.open(seal_everything(demo_policy_text()))
    visitor = Visitor(house)
    visitor.visit(*FOUR)
    houses.clock.forward(timedelta(minutes=31))
    load_closed(house)
    facts = str(visitor.loaded_facts())
    assert SENT["screen"] in facts
    for gone in ("referrer path", "other parameter", "path", "time zone", "undeclared", "cookie", "language"):
        assert SENT[gone] not in facts, gone


def test_a_token_is_found_by_its_browser_and_stands_in_no_file(houses: Houses) -> None:
    house = houses.open()
    tokens = [agree(house) for _ in range(5)]
    assert all(house.desk.standing(token) for token in tokens)
    files = houses.every_file()
    houses.close(house)
    files |= {f"{name} at rest": data for name, data in houses.every_file().items()}
    assert found_in(files, {token: token for token in tokens}) == []
    assert not [token for token in tokens if any(bytes.fromhex(token) in data for data in files.values())]
