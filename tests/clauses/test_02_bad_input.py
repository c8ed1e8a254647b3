"""Clause 2: whatever is sent to the collector is a 4xx or a counted drop with its reason, never trouble for the server.

Everything goes through the edge's own ASGI callable on a real house (security rules 32, 33, 35, 36, 45, 47).
"""

from __future__ import annotations

import json
import logging
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgi import Answer, Request, ask, post
from houses import (
    ORIGIN,
    Houses,
    agree,
    demo_policy_text,
    load_closed,
    opened_facts,
    seal_everything,
    stored_visits,
    subject_of,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troth.app.house import House
from troth.clock import SetClock
from troth.collect import drops
from troth.collect.rate import RateLimit
from troth.errors import Restricted
from troth.web.collect import BODY_LIMIT_BYTES, CollectEndpoint
from troth.web.peer import TrustedProxies

SITE = ORIGIN.encode()
NOON = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)
IDLE, SECOND = timedelta(minutes=31), timedelta(seconds=1)
CANARY = "kanarienvogel7Q"
FACTS = {"tz": "Asia/Shanghai", "screen": "1920x1080", "color_bits": 24, "cookie_ok": True}
WHOLE_DROPS = [each for each in vars(drops).values() if isinstance(each, drops.Drop)]
REFUSALS = {(each.status, f"{each.clause} {each.reason}") for each in WHOLE_DROPS}
REASONS = {each.reason for each in WHOLE_DROPS} | {drops.UNDECLARED}
Counts = Counter[tuple[str, str, str]]


class Door:
    """The collector's door of one house, the token of a browser that agreed, and what was counted."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.token = agree(house)
        given = house.settings
        self.app = CollectEndpoint(
            house.collector,
            TrustedProxies(given.trusted_proxies),
            RateLimit(given.rate_per_s, given.rate_burst),
            house.clock,
        )
        self.number = 0
        self.before: list[str] = []

    def open(self) -> Door:
        """Forget what was counted and kept until now."""
        self.counted()
        self.before = []
        self.before = self.views()
        return self

    def beacon(self, **said: object) -> dict[str, object]:
        """A good beacon of a fresh view, with members replaced or added."""
        self.number += 1
        return {"token": self.token, "view": f"{self.number:016x}", "path": "/", "facts": FACTS} | said

    def send(self, body: object, *headers: tuple[bytes, bytes], origin: bytes | None = SITE, **said: Any) -> Answer:
        """Send one body: bytes as they are, anything else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return ask(self.app, post(raw, origin, *headers, **said))[0]

    def counted(self) -> Counts:
        """What was counted since the last time, without the day."""
        counts: Counts = Counter()
        for (_, clause, reason, name), number in self.house.drops.take().items():
            counts[clause, reason, name] += number
        return counts

    def views(self) -> list[str]:
        """Every view that was kept since the door was opened, in segments or month files."""
        held = [view for visit in self.house.visits.still_held() for view in visit.views]
        return sorted((Counter(held + self.house.months.view_ids()) - Counter(self.before)).elements())

    def last(self) -> str:
        """The id of the last view that was made up."""
        return f"{self.number:016x}"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One house for all who only look at answers, counters and kept views."""
    houses = Houses(tmp_path_factory.mktemp("shared"), SetClock(NOON))
    yield Door(houses.open(rate_per_s=0))
    houses.close_all()


@pytest.fixture
def door(shared: Door) -> Door:
    return shared.open()


def assert_refused(door: Door, answer: Answer, drop: drops.Drop) -> None:
    assert (answer.status, answer.drop) == (drop.status, f"{drop.clause} {drop.reason}")
    assert door.counted() == {(drop.clause, drop.reason, ""): 1}
    assert door.views() == []


# The form of a body


def test_a_good_beacon_passes_this_door_so_that_a_refusal_means_something(door: Door) -> None:
    assert door.send(door.beacon()).status == 204
    assert door.counted() == {}
    assert door.views() == [door.last()]


MALFORMED: dict[str, Callable[[Door], bytes]] = {
    "nothing": lambda _: b"",
    "no json": lambda _: b"hello there",
    "half an object": lambda door: json.dumps(door.beacon()).encode()[:-1],
    "two objects": lambda door: json.dumps(door.beacon()).encode() * 2,
    "a list": lambda door: json.dumps([door.beacon()]).encode(),
    "null": lambda _: b"null",
    "a number": lambda _: b"12",
    "a byte order mark": lambda door: b"\xef\xbb\xbf" + json.dumps(door.beacon()).encode(),
    "utf-16": lambda door: json.dumps(door.beacon()).encode("utf-16"),
    "bytes that are not utf-8": lambda door: json.dumps(door.beacon(path="/@")).encode().replace(b"@", b"\xff\xc3"),
    "a cut utf-8 character": lambda door: json.dumps(door.beacon(path="/@")).encode().replace(b"@", b"\xe4\xb8"),
    "an overlong nul": lambda door: json.dumps(door.beacon(path="/@")).encode().replace(b"@", b"\xc0\x80"),
    "a surrogate in utf-8": lambda door: json.dumps(door.beacon(path="/@")).encode().replace(b"@", b"\xed\xa0\x80"),
    "a lone surrogate": lambda door: json.dumps(door.beacon(path="/\ud800")).encode(),
    "a lone low surrogate": lambda door: json.dumps(door.beacon(path="/\udc00x")).encode(),
    "surrogates in the wrong order": lambda door: json.dumps(door.beacon(path="/\udc00\ud800")).encode(),
    "a raw control character": lambda door: json.dumps(door.beacon(path="/@")).encode().replace(b"@", b"\x00"),
    "not a number": lambda door: json.dumps(door.beacon(engaged_ms=float("nan"))).encode(),
    "infinity": lambda door: json.dumps(door.beacon(facts={"screen": float("inf")})).encode(),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_body_that_is_no_json_text_is_malformed(door: Door, what: str) -> None:
    assert_refused(door, door.send(MALFORMED[what](door)), drops.MALFORMED)


WRONG_MEMBERS: dict[str, dict[str, object]] = {
    "no token": {"token": None},
    "a token too short": {"token": "f" * 31},
    "a token too long": {"token": "f" * 33},
    "a token in capitals": {"token": "F" * 32},
    "a token and a newline": {"token": "f" * 32 + "\n"},
    "a token in full-width digits": {"token": "\uff11" * 32},
    "a number for a token": {"token": 7},
    "a list for a token": {"token": ["f" * 32]},
    "no view": {"view": None},
    "a view and a newline": {"view": "0" * 16 + "\n"},
    "a view with a space": {"view": " " + "0" * 15},
    "a view with a sign": {"view": "-" + "0" * 15},
    "a view with an underscore": {"view": "0_" + "0" * 14},
    "a negative sequence": {"seq": -1},
    "a huge sequence": {"seq": 10**30},
    "a sequence as text": {"seq": "1"},
    "a broken sequence": {"seq": 1.5},
    "a negative engaged time": {"engaged_ms": -1},
    "an engaged time over a day": {"engaged_ms": 86_400_001},
    "an engaged time as truth": {"engaged_ms": True},
    "a path that is a number": {"path": 1},
    "a path that is null": {"path": None},
    "a path too long": {"path": "/" + "a" * 2048},
    "a query too long": {"query": "?" + "a" * 2048},
    "a referrer too long": {"referrer": "https://a.example/" + "a" * 2048},
    "a list for facts": {"facts": ["screen"]},
    "text for facts": {"facts": "screen"},
    "a list inside facts": {"facts": {"screen": [1920, 1080]}},
    "an object inside facts": {"facts": {"screen": {"width": 1920}}},
    "a fact too long": {"facts": {"screen": "x" * 513}},
    "too many facts": {"facts": {f"f{number}": 1 for number in range(65)}},
}


@pytest.mark.parametrize("what", WRONG_MEMBERS)
def test_a_member_of_the_wrong_form_refuses_the_beacon(door: Door, what: str) -> None:
    assert_refused(door, door.send(door.beacon(**WRONG_MEMBERS[what])), drops.MALFORMED)


@pytest.mark.parametrize("missing", ["token", "view"])
def test_a_beacon_without_a_member_it_needs_is_malformed(door: Door, missing: str) -> None:
    body = door.beacon()
    del body[missing]
    assert_refused(door, door.send(body), drops.MALFORMED)


@pytest.mark.parametrize(
    "deep", [b"[" * 4000, b'{"a":' * 1300, b"[" * 4000 + b"]" * 4000, b'{"facts":' + b"[" * 9 + b"]" * 9 + b"}"]
)
def test_nesting_is_refused_however_deep(door: Door, deep: bytes) -> None:
    answer = door.send(deep)
    assert answer.status == 400
    assert answer.drop in ("C2-02 malformed", "C2-02 nested too deeply")
    assert sum(door.counted().values()) == 1


def test_nesting_beyond_eight_is_named_as_such(door: Door) -> None:
    nested: object = 1
    for _ in range(9):
        nested = [nested]
    assert_refused(door, door.send(door.beacon(extra=nested)), drops.TOO_DEEP)


# What is text stays text


def test_odd_but_valid_text_is_kept_under_seal_or_dropped_and_never_in_clear(houses: Houses) -> None:
    door = Door(houses.open(seal_everything(demo_policy_text())))
    odd = "\x00\x1f\u202e\ufeff\U0001f600\\\"';--<script>{{7*7}}%s"
    body = door.beacon(path="/" + odd, query="?q=" + odd.replace(";", ""), facts={"screen": odd, odd: odd})
    answer = door.send(body, (b"user-agent", bytes(range(128, 256))), (b"accept-language", b"\xff\x00\r\n"))
    assert answer.status == 204
    assert door.counted() == {("C2-02", drops.UNDECLARED, "other"): 1}
    houses.clock.forward(IDLE)
    assert load_closed(door.house) == 1
    facts = {key: value for sealed in opened_facts(door.house, door.token) for key, value in sealed.facts.items()}
    assert facts["screen"] == odd
    assert odd[:5] in facts["search_terms"][0]
    assert "script" not in str(stored_visits(door.house, door.token))


@pytest.mark.parametrize("value", [10**30, -(10**30), 2**64, 2**63, -(2**63) - 1, 1e308, -0.0, 5e-324, True, None, ""])
def test_any_number_may_stand_in_a_fact(houses: Houses, value: object) -> None:
    door = Door(houses.open(seal_everything(demo_policy_text())))
    facts = dict.fromkeys(("tz", "screen", "color_bits", "cookie_ok", "opened_at", "locale"), value)
    assert door.send(door.beacon(facts=facts)).status in (204, 400)
    houses.clock.forward(IDLE)
    load_closed(door.house)
    assert door.house.is_loading_well


def test_a_search_with_more_parameters_than_anybody_needs_is_read_all_the_same(houses: Houses) -> None:
    door = Door(houses.open())
    query = "?" + "&".join(["a=b"] * 300) + "&q=chip"
    assert door.send(door.beacon(query=query)).status == 204
    houses.clock.forward(IDLE)
    load_closed(door.house)
    assert opened_facts(door.house, door.token)[0].facts["search_terms"] == ["chip"]


def test_an_address_written_in_two_ways_is_one_address(houses: Houses) -> None:
    door = Door(houses.open(trusted_proxies="10.0.0.0/8", rate_per_s=1, rate_burst=1))
    assert kept_address(houses, door, "::FFFF:203.0.113.5", peer="::ffff:10.0.0.2") == "203.0.113.5"
    body = door.beacon()
    assert door.send(body, peer="::ffff:198.51.100.9").status == 204
    assert door.send(body, peer="198.51.100.8").status == 429, "the same network"
    assert door.send(body, peer="::ffff:198.51.101.9").status == 204, "not one bucket for all of IPv4"
    assert door.send(body, peer="fe80::1%eth0").status == 204
    assert door.send(body, peer="fe80::2%eth1").status == 429


@pytest.mark.parametrize(
    "referrer",
    ["https://[", "https://[::1", "http://a\u2100b/", "//", "https://\x00", "javascript:1", "http://a:b:c/", "x"],
)
def test_a_referrer_that_cannot_be_read_is_no_referrer(door: Door, referrer: str) -> None:
    browser = agree(door.house)
    assert door.send(door.beacon(referrer=referrer, token=browser)).status == 204
    visit = door.house.visits.by_subject[subject_of(door.house, browser)]
    assert visit.coarse["referrer"] in ("none", "other")


# What nobody declared


def test_members_and_facts_nobody_declared_are_left_out_and_counted_without_their_names(door: Door) -> None:
    body = door.beacon(facts={**FACTS, CANARY: CANARY, "flash": CANARY}, **{CANARY: [CANARY], "user": CANARY})
    assert door.send(body).status == 204
    assert door.counted() == {("C2-02", drops.UNDECLARED, "other"): 3, ("C2-02", drops.UNDECLARED, "flash"): 1}
    assert CANARY not in str(door.house.visits.still_held())


def test_of_a_member_named_twice_the_last_one_counts_as_in_every_browser(door: Door) -> None:
    body = json.dumps(door.beacon()).replace('"path": "/"', '"path": "/news", "path": "/jobs"').encode()
    assert door.send(body).status == 204
    visit = door.house.visits.by_subject[subject_of(door.house, door.token)]
    assert visit.views[door.last()].page == "/jobs"


# Size


@pytest.mark.parametrize("length", [b"8193", b"99999999999", b"9" * 5000, b"-1", b"", b"1e3", b" 10", b"\xb2", b"0x10"])
def test_a_declared_length_over_the_limit_or_none_at_all_is_refused_before_a_byte_is_read(
    door: Door, length: bytes
) -> None:
    answer = door.send(door.beacon(), (b"content-length", length))
    assert answer.read == 0
    assert_refused(door, answer, drops.TOO_LARGE)


def test_a_body_that_grows_beyond_the_limit_is_dropped_at_the_limit_with_memory_flat(door: Door) -> None:
    piece = b" " * 4096
    endless = Request(chunks=(piece for _ in range(100_000)), headers=[(b"origin", SITE)])
    ask(door.app, Request(chunks=[piece] * 4, headers=[(b"origin", SITE)]))
    door.counted()
    tracemalloc.start()
    answer = ask(door.app, endless)[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.read <= BODY_LIMIT_BYTES + 2 * len(piece)
    assert peak < 400_000
    assert_refused(door, answer, drops.TOO_LARGE)


def test_a_body_that_says_it_is_small_and_is_not_is_dropped_too(door: Door) -> None:
    answer = door.send(b"{" + b" " * 20_000, (b"content-length", b"10"))
    assert_refused(door, answer, drops.TOO_LARGE)


def test_a_body_of_exactly_the_limit_is_read(door: Door) -> None:
    raw = json.dumps(door.beacon()).encode()
    assert door.send(raw + b" " * (BODY_LIMIT_BYTES - len(raw))).status == 204
    assert door.send(raw + b" " * (BODY_LIMIT_BYTES + 1 - len(raw))).status == 413


def test_a_body_in_many_small_pieces_is_put_together(door: Door) -> None:
    raw = json.dumps(door.beacon()).encode()
    pieces = [raw[at : at + 1] for at in range(len(raw))]
    assert door.send(raw, chunks=pieces).status == 204
    assert door.views() == [door.last()]


def test_a_browser_that_goes_away_in_the_middle_leaves_nothing_behind(door: Door) -> None:
    raw = json.dumps(door.beacon()).encode()
    answer = door.send(raw, chunks=[raw[:-1]], breaks=True)
    assert answer.status == 400
    assert door.views() == []


# Origin, methods, headers


@pytest.mark.parametrize(
    "origin",
    [
        None,
        b"",
        b"null",
        b"*",
        b"http://www.acme.localhost.evil.example",
        b"http://evil.example",
        b"https://www.acme.localhost",
        b"http://www.acme.localhost:8080",
        b"http://www.acme.localhost/",
        b"HTTP://WWW.ACME.LOCALHOST",
        b"http://www.acme.localhost, http://evil.example",
        b"http://user@www.acme.localhost",
        b"\xff",
    ],
)
def test_every_origin_but_the_declared_ones_is_refused_and_never_reflected(door: Door, origin: bytes | None) -> None:
    answer = door.send(door.beacon(), origin=origin)
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"
    assert_refused(door, answer, drops.FOREIGN_ORIGIN)


def test_a_declared_origin_is_named_exactly_and_without_credentials(door: Door) -> None:
    for answer in (door.send(door.beacon()), door.send(b"no")):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_foreign_cookies_make_no_difference(door: Door) -> None:
    cookie = (b"cookie", f"troth_id={door.token}; troth=y.0.0.statistics; session={CANARY}; _va=1".encode())
    assert door.send(door.beacon(), cookie).status == door.send(door.beacon()).status == 204
    stranger = door.beacon(token="f" * 32)
    assert door.send(stranger, cookie).drop == door.send(stranger).drop == "C2.1-02 unknown token"
    assert CANARY not in str(door.house.visits.still_held())


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"identity", b"", b"x" * 500])
def test_an_encoded_body_is_not_unpacked_but_refused(door: Door, encoding: bytes) -> None:
    answer = door.send(door.beacon(), (b"content-encoding", encoding))
    assert answer.read == 0
    assert_refused(door, answer, drops.ENCODED)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "post", "\x00"])
def test_other_methods_are_not_for_this_door(door: Door, method: str) -> None:
    answer = door.send(door.beacon(), method=method)
    assert (answer.status, answer.headers["allow"], answer.body) == (405, "POST, OPTIONS", b"")
    assert door.views() == []


def test_a_preflight_of_a_declared_origin_is_answered_and_of_another_refused(door: Door) -> None:
    asks = ((b"access-control-request-method", b"POST"), (b"access-control-request-headers", b"content-type"))
    answer = door.send(b"", *asks, method="OPTIONS")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, ORIGIN)
    assert answer.headers["access-control-allow-headers"] == "content-type"
    foreign = door.send(b"", *asks, method="OPTIONS", origin=b"http://evil.example")
    assert foreign.status == 403
    assert not [name for name in foreign.headers if name.startswith("access-control")]


@pytest.mark.parametrize("kind", [b"application/x-www-form-urlencoded", b"multipart/form-data", b"", b"\xff"])
def test_the_content_type_a_stranger_writes_changes_nothing(door: Door, kind: bytes) -> None:
    assert door.send(door.beacon(), (b"content-type", kind)).status == 204


# Who


def test_an_unknown_token_is_dropped_and_counted(door: Door) -> None:
    assert_refused(door, door.send(door.beacon(token="f" * 32)), drops.UNKNOWN_TOKEN)


@pytest.mark.parametrize("peer", ["192.0.2.7", "198.51.100.99"])
def test_somebody_restricted_a_moment_ago_is_refused_and_not_an_error(houses: Houses, peer: str) -> None:
    """From another address there are facts to be sealed anew, and the vault gives no key for it any more."""
    door = Door(houses.open())
    assert door.send(door.beacon()).status == 204
    (visit,) = door.house.visits.still_held()
    door.house.vault.restrict(visit.subject)
    with pytest.raises(Restricted):
        door.house.vault.require_live(visit.subject)
    answer = door.send(door.beacon(path="/news"), peer=peer)
    assert (answer.status, answer.drop) == (403, "C8.3-03 consent withdrawn")
    assert door.views() == [f"{1:016x}"]
    assert door.counted() == {("C8.3-03", "consent withdrawn", ""): 1}


def test_a_beacon_replayed_is_acknowledged_again_and_kept_once(door: Door) -> None:
    body = door.beacon()
    assert {door.send(body).status for _ in range(20)} == {204}
    assert door.views() == [door.last()]


@pytest.mark.parametrize("forged", ["203.0.113.5", "127.0.0.1, 203.0.113.5", "not an address", "203.0.113.5, ::1%\x00"])
def test_a_forwarded_address_is_believed_from_nobody_by_default(houses: Houses, forged: str) -> None:
    door = Door(houses.open())
    assert kept_address(houses, door, forged, peer="198.51.100.20") == "198.51.100.20"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("192.0.2.99, 203.0.113.5", "203.0.113.5"),
        ("192.0.2.99, 203.0.113.5, 10.0.0.9", "203.0.113.5"),
        ("2001:db8::7", "2001:db8::7"),
        ("10.0.0.9, 10.0.0.8", "10.0.0.2"),
        ("203.0.113.5, forged", "10.0.0.2"),
        ("forged, 203.0.113.5", "203.0.113.5"),
        (", ,", "10.0.0.2"),
        ("203.0.113.5:443", "10.0.0.2"),
        ("fe80::7%eth0", "fe80::7"),
        ("2001:db8::7%" + CANARY, "2001:db8::7"),
    ],
)
def test_a_trusted_proxy_is_believed_for_the_last_address_that_is_not_one(houses: Houses, said: str, kept: str) -> None:
    door = Door(houses.open(trusted_proxies="10.0.0.0/8"))
    assert kept_address(houses, door, said, peer="10.0.0.2") == kept


def test_a_peer_outside_the_trusted_networks_forges_in_vain(houses: Houses) -> None:
    door = Door(houses.open(trusted_proxies="10.0.0.0/8"))
    assert kept_address(houses, door, "203.0.113.5", peer="198.51.100.20") == "198.51.100.20"


def test_a_request_without_a_peer_is_taken_and_has_no_address(houses: Houses) -> None:
    door = Door(houses.open())
    assert kept_address(houses, door, "203.0.113.5", peer=None) == ""


def test_one_network_beyond_its_rate_is_told_to_wait_and_the_others_are_not(houses: Houses) -> None:
    door = Door(houses.open(rate_per_s=1, rate_burst=5))
    answers = [door.send(door.beacon(), peer=f"198.51.100.{number}") for number in range(7)]
    assert [answer.status for answer in answers] == [204] * 5 + [429] * 2
    assert answers[-1].headers["retry-after"] == "5"
    assert door.counted() == {("C7-01", "too many requests", ""): 2}
    assert door.send(door.beacon(), peer="198.51.101.1").status == 204
    houses.clock.forward(SECOND)
    assert door.send(door.beacon(), peer="198.51.100.9").status == 204
    assert len(door.views()) == 7


def kept_address(houses: Houses, door: Door, forwarded_for: str, peer: str | None) -> object:
    """The address that was sealed for a view with this X-Forwarded-For."""
    answer = door.send(door.beacon(), (b"x-forwarded-for", forwarded_for.encode("latin-1")), peer=peer)
    assert answer.status == 204
    houses.clock.forward(IDLE)
    load_closed(door.house)
    return opened_facts(door.house, door.token)[0].facts["ip"]


# Fuzz


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One house for all examples, with everything sealed that can be, and no rate limit."""
    houses = Houses(tmp_path_factory.mktemp("fuzz"), SetClock(NOON))
    yield Door(houses.open(seal_everything(demo_policy_text()), rate_per_s=0))
    houses.close_all()


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that was logged, at any level, with its arguments and tracebacks."""
    caplog.set_level(logging.DEBUG)
    return lambda: caplog.text + str([(record.args, record.exc_info) for record in caplog.records])


def assert_harmless(door: Door, answer: Answer, canary: str = CANARY) -> None:
    """Acknowledged, or refused with a counted reason of the closed list; nothing of what was sent is repeated."""
    counts = door.counted()
    if answer.status != 204:
        assert (answer.status, answer.drop) in REFUSALS
        assert sum(counts.values()) >= 1
    assert {reason for _, reason, _ in counts} <= REASONS
    assert {name for _, _, name in counts} <= door.house.collector.plan.names | {"", "other"}
    assert canary not in str(counts) + str(answer.headers) + answer.body.decode("latin-1")


ODD = st.text(st.characters(codec=None), max_size=40).map(lambda text: CANARY + text)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ODD
SHAPES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ODD, inner, max_size=4), max_leaves=12
)
KEYS = st.sampled_from(["tz", "screen", "color_bits", "cookie_ok", "opened_at", "locale", "java_ok", "flash", "ip"])
MEMBERS = st.sampled_from(["token", "view", "seq", "engaged_ms", "path", "query", "referrer", "facts", CANARY])
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@quick
@given(body=st.binary(max_size=600))
def test_any_bytes_at_all_do_no_harm(fuzzed: Door, said: Callable[[], str], body: bytes) -> None:
    assert_harmless(fuzzed, fuzzed.send(body))


@quick
@given(shape=SHAPES)
def test_any_json_at_all_does_no_harm(fuzzed: Door, said: Callable[[], str], shape: object) -> None:
    assert_harmless(fuzzed, fuzzed.send(shape))
    assert CANARY not in said()


@quick
@given(changed=st.dictionaries(MEMBERS, SHAPES, max_size=3))
def test_a_beacon_with_any_member_replaced_does_no_harm(
    fuzzed: Door, said: Callable[[], str], changed: dict[str, object]
) -> None:
    assert_harmless(fuzzed, fuzzed.send(fuzzed.beacon(**changed)))
    assert CANARY not in said()


@quick
@given(
    facts=st.dictionaries(KEYS | ODD, SCALARS, max_size=8),
    path=ODD.map("/{}".format),
    query=ODD.map("?q={}".format),
    referrer=ODD.map("https://{}".format),
)
def test_a_beacon_of_the_right_form_with_any_content_is_kept_and_loaded(
    fuzzed: Door, said: Callable[[], str], facts: dict[str, object], path: str, query: str, referrer: str
) -> None:
    answer = fuzzed.send(fuzzed.beacon(facts=facts, path=path, query=query, referrer=referrer))
    assert_harmless(fuzzed, answer)
    assert isinstance(fuzzed.house.clock, SetClock)
    fuzzed.house.clock.forward(IDLE)
    load_closed(fuzzed.house)
    assert fuzzed.house.is_loading_well
    assert fuzzed.house.visits.still_held() == []
    assert CANARY not in said()


@quick
@given(
    cut=st.integers(0, 400),
    put=st.binary(min_size=1, max_size=6),
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                [b"origin", b"content-length", b"x-forwarded-for", b"user-agent", b"accept-language", b"sec-ch-ua"]
            ),
            st.binary(max_size=80),
        ),
        max_size=3,
    ),
)
def test_a_good_beacon_with_a_few_bytes_changed_and_odd_headers_does_no_harm(
    fuzzed: Door, said: Callable[[], str], cut: int, put: bytes, headers: list[tuple[bytes, bytes]]
) -> None:
    raw = json.dumps(fuzzed.beacon(query="?q=" + CANARY)).encode()
    at = cut % len(raw)
    assert_harmless(fuzzed, fuzzed.send(raw[:at] + put + raw[at + len(put) :], *headers))
    assert CANARY not in said()


# Memory


def test_thousands_of_bad_requests_leave_memory_as_it_was(fuzzed: Door) -> None:
    """But for the bounded memory of header texts, cut short: a fifth of what comes here in headers alone."""

    def bad(number: int) -> Iterator[Request]:
        junk = f"{CANARY}{number:08d}"
        yield post(junk.encode() * 300, SITE)
        yield post(json.dumps(fuzzed.beacon(token=f"{number:032x}")).encode(), SITE)
        yield post(json.dumps({junk: [junk] * 200}).encode(), SITE)
        long = junk.encode() * 1000 if number % 8 == 0 else b"x"
        yield post(
            json.dumps(fuzzed.beacon(token="f" * 32)).encode(), SITE, (b"user-agent", long), (b"sec-ch-ua", long)
        )
        yield post(b"[" * 4000, SITE)
        yield post(b"x", f"http://{junk}.example".encode())
        yield post(b"", SITE, chunks=[b" " * 3000 + junk.encode()] * 4)
        yield post(b"", SITE, (b"content-length", b"123456789"), chunks=[b" " * 65_536])
        yield post(json.dumps(fuzzed.beacon(view="f" * 16, facts={junk: 1}, **{junk: junk})).encode(), SITE)

    def flood(first: int, last: int) -> set[int]:
        return {ask(fuzzed.app, *bad(number))[-1].status for number in range(first, last)}

    assert flood(0, 60) == {204}, "the last of each round is a replay with undeclared members"
    tracemalloc.start()
    flood(60, 120)
    before = tracemalloc.get_traced_memory()[0]
    flood(120, 370)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 400_000, f"grew by {after - before} bytes over 2,250 requests"
    assert sum(fuzzed.counted().values()) > 2_000
