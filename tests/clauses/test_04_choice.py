"""Clause 4: the choice at the edge: a yes and a no are equally easy, nothing is read or set that was not declared."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from consents import TEXT_HASH, Room, demo_policy, version_of, with_fact, with_purpose
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from troth.clock import SetClock
from troth.collect.rate import RateLimit
from troth.consent import LastDecision, must_ask, reasons_to_ask
from troth.errors import StoreError
from troth.policy import Policy
from troth.policy.text import Text
from troth.web.consent import BODY_LIMIT_BYTES, ConsentEndpoint
from troth.web.peer import TrustedProxies

ORIGIN = "http://www.acme.localhost"
COOL_DOWN = timedelta(days=180)


class Answered:
    """An HTTP answer."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers: list[tuple[str, str]] = [
            (name.decode(), value.decode()) for name, value in messages[0]["headers"]
        ]
        self.body: bytes = b"".join(message.get("body", b"") for message in messages[1:])

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    @property
    def json(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.body)
        return said


class Edge:
    """The consent endpoint, spoken to as a server would."""

    def __init__(self, room: Room, rate: RateLimit | None = None) -> None:
        self.room = room
        self.counted: list[str] = []
        self.endpoint = ConsentEndpoint(
            room.desk,
            room.versions,
            TrustedProxies([]),
            rate or RateLimit(0, 1),
            room.clock,
            self.counted.append,
        )

    async def ask(
        self, method: str, body: bytes = b"", headers: dict[str, str] | None = None, parts: list[bytes] | None = None
    ) -> Answered:
        chunks = parts or [body]
        waiting = [
            {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1}
            for number, chunk in enumerate(chunks)
        ]
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        given = {"origin": ORIGIN} if headers is None else headers
        scope = {
            "type": "http",
            "method": method,
            "path": "/troth/consent",
            "client": ("203.0.113.7", 4711),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()],
        }
        await self.endpoint(scope, receive, send)
        return Answered(messages)

    def post(self, headers: dict[str, str] | None = None, **said: Any) -> Answered:
        return asyncio.run(self.ask("POST", json.dumps(self.body(**said)).encode(), headers))

    def send(
        self, method: str, body: bytes = b"", headers: dict[str, str] | None = None, parts: list[bytes] | None = None
    ) -> Answered:
        return asyncio.run(self.ask(method, body, headers, parts))

    def body(self, **said: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "policy": "a" * 16,
            "lang": "en",
            "layer": 1,
            "how": "banner",
            "purposes": {"statistics": True},
            "text": TEXT_HASH,
        }
        return fields | said


@pytest.fixture
def edge(tmp_path: Path, clock: SetClock) -> Iterator[Edge]:
    room = Room(tmp_path, clock)
    edge = Edge(room)
    yield edge
    edge.endpoint.close()
    room.close()


# The answer to a choice


def test_a_yes_is_answered_with_what_was_granted_and_the_two_declared_cookies(edge: Edge) -> None:
    answer = edge.post()
    token = answer.json["token"]
    assert answer.status == 200
    said = {"token": token, "granted": ["statistics"], "until": "2027-03-14", "withdrawn": []}
    assert answer.json == said | {"receipt": answer.json["receipt"]}
    assert re.fullmatch(r"[0-9a-f]{32}", answer.json["receipt"])
    assert re.fullmatch(r"[0-9a-f]{32}", token)
    assert answer.all("set-cookie") == [
        "troth=y.aaaaaaaa.20260915.statistics; Path=/; Max-Age=15552000; SameSite=Lax; Secure",
        f"troth_id={token}; Path=/; Max-Age=15552000; SameSite=Lax; Secure",
    ]
    assert answer.all("cache-control") == ["no-store"]
    assert edge.room.desk.standing(token) is not None


def test_a_no_sets_one_cookie_without_an_identifier_and_clears_the_other(edge: Edge) -> None:
    answers = [edge.post(purposes={"statistics": False}) for _ in range(3)]
    for answer in answers:
        said = {"token": None, "granted": [], "until": "2027-03-14", "withdrawn": []}
        assert answer.json == said | {"receipt": None}
        choice, token = answer.all("set-cookie")
        assert choice == "troth=n.aaaaaaaa.20260915.; Path=/; Max-Age=15552000; SameSite=Lax; Secure"
        assert re.fullmatch(r"troth_id=; Path=/; Max-Age=0;.*", token)
    assert len({answer.body for answer in answers}) == 1, "nothing tells one refusal from another"


def test_the_same_requests_are_answered_alike_whatever_cookies_come_with_them(edge: Edge) -> None:
    token = edge.post().json["token"]
    cookie = {"origin": ORIGIN, "cookie": f"troth_id={token}; troth=y.aaaaaaaa.20260915.statistics; other=1"}
    assert edge.post(cookie, purposes={"statistics": False}).json["withdrawn"] == []
    assert edge.send("GET", headers=cookie).status == 404
    assert edge.send("DELETE", headers=cookie).status == 404
    assert edge.room.desk.standing(token) is not None, "a cookie withdraws nothing"


def test_the_token_in_the_header_says_how_it_stands_and_takes_it_back(edge: Edge) -> None:
    token = edge.post().json["token"]
    headers = {"origin": ORIGIN, "x-troth-token": token}
    standing = edge.send("GET", headers=headers)
    assert standing.status == 200
    assert standing.json == {"granted": ["statistics"], "since": "2026-09-15T04:00:00Z", "policy": "a" * 16}
    withdrawn = edge.send("DELETE", headers=headers)
    assert (withdrawn.status, withdrawn.json["withdrawn"], withdrawn.json["token"]) == (200, ["statistics"], None)
    assert any(cookie.startswith("troth_id=; Path=/; Max-Age=0") for cookie in withdrawn.all("set-cookie"))
    assert edge.send("GET", headers=headers).status == 404


def test_a_same_origin_get_needs_no_origin_because_browsers_send_none(edge: Edge) -> None:
    token = edge.post().json["token"]
    own = {"sec-fetch-site": "same-origin", "x-troth-token": token}
    assert edge.send("GET", headers=own).status == 200
    assert edge.send("GET", headers=own | {"sec-fetch-site": "cross-site"}).status == 403
    assert edge.send("DELETE", headers=own).status == 403


@pytest.mark.parametrize(
    "token", ["", "f" * 32, "F" * 32, "f" * 31, "f" * 33, "f" * 32 + "\n", "../../etc", "\xff" * 32]
)
def test_an_unknown_token_is_an_unknown_token_whatever_it_looks_like(edge: Edge, token: str) -> None:
    headers = {"origin": ORIGIN, "x-troth-token": token}
    for method in ("GET", "DELETE"):
        answer = edge.send(method, headers=headers)
        assert (answer.status, answer.json) == (404, {"error": "unknown_token"})


@pytest.mark.parametrize("damaged", ["", "x", "F" * 32, "f" * 31])
def test_a_browser_with_a_damaged_cookie_can_still_say_no_and_yes(edge: Edge, damaged: str) -> None:
    assert edge.post(purposes={"statistics": False}, token=damaged).status == 200
    assert edge.room.counts() == {"refused by banner": 1}
    assert edge.post(token=damaged).json["token"] != damaged


# Who may ask


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "http://www.acme.localhost.evil.example",
        "http://evil.example",
        "https://www.acme.localhost",
        "http://www.acme.localhost:81",
        "http://acme.localhost",
        "HTTP://WWW.ACME.LOCALHOST",
        "http://www.acme.localhost/",
    ],
)
def test_a_missing_null_or_foreign_origin_gets_403_and_is_counted(edge: Edge, method: str, origin: str | None) -> None:
    body = json.dumps(edge.body()).encode()
    answer = edge.send(method, body, {} if origin is None else {"origin": origin})
    assert (answer.status, edge.counted) == (403, ["foreign_origin"])
    assert answer.all("access-control-allow-origin") == []
    assert answer.all("vary") == ["Origin"]
    assert edge.room.entries() == []


def test_the_declared_origin_is_named_exactly_and_never_with_credentials(edge: Edge) -> None:
    for answer in (edge.post(), edge.post(layer=3), edge.send("OPTIONS"), edge.send("PATCH")):
        assert answer.all("access-control-allow-origin") == [ORIGIN]
        assert answer.all("vary") == ["Origin"]
        assert answer.all("access-control-allow-credentials") == []


def test_a_preflight_allows_the_methods_and_the_token_header(edge: Edge) -> None:
    answer = edge.send("OPTIONS")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.all("access-control-allow-methods") == ["GET, POST, DELETE, OPTIONS"]
    assert answer.all("access-control-allow-headers") == ["content-type, x-troth-token"]
    assert edge.send("PUT").status == 405


# What cannot be taken


@pytest.mark.parametrize(
    "said",
    [
        {"purposes": {}},
        {"purposes": {"statistics": True, "newsletter": True}},
        {"purposes": {"statistics": True, "security": True}},
        {"lang": "tlh"},
        {"how": "gpc"},
    ],
)
def test_a_choice_that_cannot_be_taken_is_422_with_what_to_do(edge: Edge, said: dict[str, Any]) -> None:
    answer = edge.post(**said)
    assert (answer.status, answer.json["error"]) == (422, "choice")
    assert answer.json["what"]
    assert answer.json["fix"]
    assert "newsletter" not in answer.body.decode()
    assert edge.room.entries() == []


@pytest.mark.parametrize(
    "said",
    [
        {"layer": 3},
        {"layer": True},
        {"how": "canary-4711"},
        {"purposes": {"statistics": "canary-4711"}},
        {"purposes": {"canary-4711" * 10: True}},
        {"token": "canary-4711" * 12},
        {"canary-4711": 1},
        {"text": "canary-4711"},
    ],
)
def test_a_malformed_body_is_400_and_what_the_decoder_says_is_shown_nowhere(
    edge: Edge, said: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    answer = edge.post(**said)
    assert (answer.status, answer.json, edge.counted) == (400, {"error": "malformed"}, ["malformed"])
    assert "canary" not in caplog.text
    assert edge.room.entries() == []


def test_a_choice_on_an_old_version_is_409_with_the_current_one(edge: Edge) -> None:
    answer = edge.post(policy="b" * 16)
    assert (answer.status, answer.json) == (409, {"error": "stale_policy", "policy": "a" * 16})


def test_gpc_is_recorded_with_an_explicit_yes_and_other_values_of_the_header_are_ignored(edge: Edge) -> None:
    gpc: dict[str, bool] = {}
    for value in ("1", "0", "true", "11"):
        token = edge.post({"origin": ORIGIN, "sec-gpc": value}).json["token"]
        with edge.room.register.reading() as reading:
            (decision,) = reading.consents.decisions(edge.room.subject(token))
        gpc[value] = decision.gpc
    assert gpc == {"1": True, "0": False, "true": False, "11": False}


# Limits


def test_limits_come_before_parsing(edge: Edge) -> None:
    valid = json.dumps(edge.body()).encode()
    assert edge.send("POST", valid.ljust(BODY_LIMIT_BYTES)).status == 200
    assert edge.send("POST", valid.ljust(BODY_LIMIT_BYTES + 1)).status == 413
    assert edge.send("POST", headers={"origin": ORIGIN, "content-length": "4097"}).status == 413
    assert edge.send("POST", headers={"origin": ORIGIN, "content-length": "9" * 5000}).status == 413
    assert edge.send("POST", valid, {"origin": ORIGIN, "content-length": "-1"}).status == 413
    assert edge.send("POST", valid, {"origin": ORIGIN, "content-encoding": "gzip"}).status == 415
    assert edge.send("POST", b'{"a":' * 9 + b"1" + b"}" * 9).json == {"error": "too_deep"}
    assert edge.send("POST", b"[" * 4000).status == 400
    assert edge.send("POST", parts=[valid[:40], valid[40:]]).status == 200


def test_a_body_that_never_ends_is_cut_at_the_limit(edge: Edge) -> None:
    read = 0

    async def drip() -> Answered:
        nonlocal read
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            nonlocal read
            read += 1000
            return {"type": "http.request", "body": b" " * 1000, "more_body": True}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        headers = [(b"origin", ORIGIN.encode())]
        await edge.endpoint({"type": "http", "method": "POST", "headers": headers, "client": None}, receive, send)
        return Answered(messages)

    assert asyncio.run(drip()).status == 413
    assert read == 5000


def test_one_network_cannot_ask_without_end(tmp_path: Path, clock: SetClock) -> None:
    room = Room(tmp_path, clock)
    edge = Edge(room, RateLimit(1, 3))
    answers = [edge.post(purposes={"statistics": False}) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].all("retry-after") == ["10"]
    room.close()


def test_a_store_in_trouble_is_a_truthful_503(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(edge.room.register._commits, "_before_commit", broken)
    answer = edge.post()
    assert (answer.status, answer.json, answer.all("retry-after")) == (503, {"error": "store"}, ["10"])
    assert answer.all("set-cookie") == []
    monkeypatch.undo()
    assert edge.post().status == 200


def test_the_loop_stays_free_while_the_store_works(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    go, decide = threading.Event(), edge.room.desk.decide

    def slow(*said: Any) -> Any:
        assert go.wait(10)
        return decide(*said)

    monkeypatch.setattr(edge.room.desk, "decide", slow)

    async def both() -> tuple[int, int]:
        waiting = asyncio.create_task(edge.ask("POST", json.dumps(edge.body()).encode()))
        await asyncio.sleep(0)
        preflight = await edge.ask("OPTIONS")
        assert not waiting.done()
        go.set()
        return preflight.status, (await waiting).status

    assert asyncio.run(both()) == (204, 200)


JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["policy", "lang", "layer", "how", "purposes", "text", "token", "gpc", "x"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300)
    | st.dictionaries(FIELDS, JSON_LIKE, max_size=8).map(lambda said: json.dumps(said).encode())
    | st.text(max_size=100).map(lambda text: text.encode("utf-16")),
    method=st.sampled_from(["POST", "GET", "DELETE", "OPTIONS", "PUT", "X"]),
    token=st.text(st.characters(max_codepoint=255), max_size=40),
)
def test_whatever_is_sent_is_never_a_server_error_and_leaves_no_row(
    edge: Edge, body: bytes, method: str, token: str
) -> None:
    answer = edge.send(method, body, {"origin": ORIGIN, "x-troth-token": token})
    assert 200 <= answer.status < 500
    assert edge.room.entries() == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=FIELDS, value=JSON_LIKE)
def test_one_wrong_field_is_never_a_server_error(edge: Edge, field: str, value: object) -> None:
    answer = edge.post(**{field: value})
    assert answer.status in (200, 400, 409, 413, 422)


# P17: asking again


def last(
    policy_hash: str = "a" * 64, yes: bool = False, at: datetime = datetime(2026, 9, 1, tzinfo=UTC)
) -> LastDecision:
    granted = frozenset({"statistics"}) if yes else frozenset()
    return LastDecision(policy_hash=policy_hash, decided_at=at, granted=granted)


def longer(policy: Policy) -> Policy:
    kept = policy.retention["visits"]
    criteria = structs.replace(kept.criteria, function_days=kept.longest_days + 1)
    return structs.replace(policy, retention={**policy.retention, "visits": structs.replace(kept, criteria=criteria)})


def shorter(policy: Policy) -> Policy:
    kept = policy.retention["visits"]
    criteria = structs.replace(kept.criteria, function_days=kept.longest_days - 1)
    return structs.replace(policy, retention={**policy.retention, "visits": structs.replace(kept, criteria=criteria)})


def more_data(policy: Policy) -> Policy:
    sdk = policy.sdks["visitor_analytics"]
    return structs.replace(policy, sdks={"visitor_analytics": structs.replace(sdk, data=(*sdk.data, "tz"))})


def more_recipients(policy: Policy) -> Policy:
    other = structs.replace(policy.recipients["vendor_example"], contact="other@vendor.example")
    return structs.replace(policy, recipients={**policy.recipients, "other": other})


def other_company(policy: Policy) -> Policy:
    sdk = policy.sdks["visitor_analytics"]
    company = Text({"zh-CN": "另一家公司", "en": "Another Company Ltd"})
    return structs.replace(policy, sdks={"visitor_analytics": structs.replace(sdk, company=company)})


def better_translated(policy: Policy) -> Policy:
    sdk = policy.sdks["visitor_analytics"]
    company = Text({"zh-CN": sdk.company.in_("zh-CN"), "en": "Vendor Example Limited"})
    return structs.replace(policy, sdks={"visitor_analytics": structs.replace(sdk, company=company)})


def handed_over_otherwise(policy: Policy) -> Policy:
    vendor = policy.recipients["vendor_example"]
    method = Text({"zh-CN": "每天以文件发送", "en": "By a file each day"})
    return structs.replace(policy, recipients={"vendor_example": structs.replace(vendor, method=method)})


def stricter(policy: Policy) -> Policy:
    return with_purpose(policy, "statistics", consent="separate")


def longer_cookie(policy: Policy) -> Policy:
    cookie = structs.replace(policy.cookies["_va"], lifetime_days=365)
    return structs.replace(policy, cookies={**policy.cookies, "_va": cookie})


def reworded(policy: Policy) -> Policy:
    return structs.replace(policy, contact=structs.replace(policy.contact, email="other@acme.example"))


WIDER = {
    "a new purpose": lambda policy: with_purpose(policy, "videos"),
    "a fact that was off": lambda policy: with_fact(
        policy, "plugins", precision="coarse", purposes=("statistics",), retention="visits"
    ),
    "a fact in full": lambda policy: with_fact(policy, "locale", precision="sealed"),
    "a longer retention": longer,
    "more data for an SDK": more_data,
    "one more recipient": more_recipients,
    "another company under the same key": other_company,
    "another way of handing over": handed_over_otherwise,
    "a stricter kind": stricter,
    "a longer cookie": longer_cookie,
    "storage abroad": lambda policy: structs.replace(
        policy, storage=structs.replace(policy.storage, abroad="declared")
    ),
}
NOT_WIDER = {
    "the same": lambda policy: policy,
    "other words": reworded,
    "a better translation": better_translated,
    "a shorter retention": shorter,
    "a fact less": lambda policy: with_fact(policy, "locale", precision="off"),
    "a fact less exact": lambda policy: with_fact(policy, "ip", precision="coarse"),
    "an SDK less": lambda policy: structs.replace(policy, sdks={}),
    "more for a purpose without consent": lambda policy: with_purpose(policy, "shop", like="respond"),
}


@pytest.mark.parametrize("said_yes", [True, False])
@pytest.mark.parametrize("change", WIDER)
def test_a_version_that_goes_further_is_asked_about_at_once(change: str, said_yes: bool) -> None:
    then = demo_policy()
    now = datetime(2026, 9, 2, tzinfo=UTC)
    assert must_ask(last(yes=said_yes), then, WIDER[change](then), now, COOL_DOWN)


@pytest.mark.parametrize("change", NOT_WIDER)
def test_nobody_is_asked_again_about_a_version_that_goes_no_further(change: str) -> None:
    then = demo_policy()
    current = NOT_WIDER[change](then)
    a_year_later = datetime(2027, 9, 2, tzinfo=UTC)
    assert reasons_to_ask(last(yes=True), then, current, a_year_later, COOL_DOWN) == []
    decided_at = last().decided_at
    assert reasons_to_ask(last(), then, current, decided_at + COOL_DOWN - timedelta(seconds=1), COOL_DOWN) == []
    assert must_ask(last(), then, current, decided_at + COOL_DOWN, COOL_DOWN)


def test_a_browser_without_a_decision_is_asked_and_one_whose_version_we_do_not_know_too(edge: Edge) -> None:
    desk = edge.room.desk
    assert desk.must_ask(None)
    assert desk.must_ask(last("f" * 8, yes=True))
    assert not desk.must_ask(last("a" * 8, yes=True))
    assert not desk.must_ask(last("a" * 8))
    edge.room.clock.forward(COOL_DOWN)
    assert not desk.must_ask(last("a" * 8, yes=True))
    assert desk.must_ask(last("a" * 8))


def test_a_new_version_is_compared_with_the_one_that_was_decided_on(edge: Edge) -> None:
    room = edge.room
    room.versions.publish(version_of(with_purpose(demo_policy(), "videos"), "b", room.clock.now()))
    assert room.desk.must_ask(last("a" * 8))
    assert not room.desk.must_ask(last("b" * 8))
