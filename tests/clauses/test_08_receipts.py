"""Clause 8.3 (C8.3-04), security rule 31, X-01: a receipt for every decision; it states and authorises nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from consents import TEXT_HASH, Room, demo_policy, with_purpose
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from houses import Houses, demo_policy_text
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from troth.clock import SetClock
from troth.consent import ConsentDesk, Decided, VaultSealer
from troth.consent.evidence import SealedCopy, mark_of, sealed_value
from troth.consent.permits import permit_for_own
from troth.consent.receipt import PREFIX, Place, Receipt, canonical, issue, key_id, plain_of, read_statement
from troth.consent.receipt_check import Checked, check_receipt
from troth.consent.record_27560 import Links
from troth.consent.sealing import evidence_days, payload_label
from troth.engines.memory_receipts import MemoryReceipts
from troth.errors import Erased, Expired, PolicyError, Restricted, Tampered, UnusableInput
from troth.ledger import Entry, NoteSigner, Numbered, PublicKey, commitment
from troth.vault import Key, Sealed

GOLDEN = Path(__file__).parents[1] / "golden" / "receipt.json"
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def room(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    room = Room(tmp_path, clock)
    room.publish()
    yield room
    room.close()


def issued(room: Room, decided: Decided) -> bytes:
    assert decided.receipt is not None
    return room.desk.issue(decided.receipt)


def agreed(room: Room, **said: Any) -> Decided:
    return room.desk.decide(room.choice(**said), None)


def number_of(decided: Decided) -> str:
    assert decided.receipt is not None
    return decided.receipt.number


def token_of(decided: Decided) -> str:
    assert decided.token is not None
    return decided.token


def evidence_rows(room: Room) -> list[dict[str, Any]]:
    """Every column of every row that stays after an erasure."""
    with room.register.reading() as reading:
        rows = reading.receipts._connection.exec_driver_sql("SELECT * FROM receipts").all()
    return [dict(row._mapping) for row in rows]


# What it states


def test_every_decision_has_a_receipt_that_can_be_checked_without_the_house(room: Room) -> None:
    decided = agreed(room, gpc=True)
    checked = check_receipt(issued(room, decided), room.keys)
    said = checked.statement
    assert said.receipt == number_of(decided)
    assert (said.event, dict(said.purposes), list(said.granted)) == ("given", {"statistics": True}, ["statistics"])
    assert (said.policy, said.text, said.language, said.layer, said.how) == ("a" * 64, TEXT_HASH, "en", 1, "banner")
    assert said.gpc is True
    assert said.decided_at == room.clock.now()
    assert said.holds_until == decided.until
    entries = room.entries()
    assert entries[checked.seq].entry.kind == "consent"
    assert checked.head.size == len(entries)


def test_a_withdrawal_and_a_no_by_somebody_known_have_theirs_and_an_unknown_browsers_no_has_none(room: Room) -> None:
    assert room.refuse().receipt is None
    token = room.agree()
    room.clock.forward(timedelta(days=1))
    withdrawn = check_receipt(issued(room, room.desk.withdraw(token)), room.keys).statement
    assert (withdrawn.event, withdrawn.withdrawn, withdrawn.granted) == ("withdrawn", ["statistics"], [])
    room.clock.forward(timedelta(days=1))
    assert check_receipt(issued(room, room.refuse(token)), room.keys).statement.event == "refused"
    assert room.desk.withdraw(token).receipt is None, "nothing was decided"


def test_numbers_are_128_random_bits_and_no_two_are_alike(room: Room) -> None:
    numbers = [number_of(agreed(room)) for _ in range(20)]
    assert len(set(numbers)) == 20
    assert all(len(bytes.fromhex(number)) == 16 for number in numbers)


def test_it_holds_no_token_no_subject_no_address_and_no_browser(room: Room) -> None:
    """Rule 31. The needles are shown to be findable where they belong before they are looked for here."""
    decided = agreed(room)
    token = token_of(decided)
    subject = room.subject(token)
    document = issued(room, decided)
    needles = {"token": token, "subject": subject, "decision": decided.decision_ids[0]}
    on_disk = room.bytes_on_disk()
    for name in ("subject", "decision"):
        assert needles[name].encode() in on_disk, name
    assert room.desk.standing(token) is not None
    assert number_of(decided).encode() in document, "the search sees what is there"
    for name, needle in needles.items():
        assert needle.encode() not in document, name
        assert base64.b64encode(bytes.fromhex(needle)) not in document, name
    fields = json.loads(document)["decision"].keys()
    assert fields == {
        "receipt", "event", "at", "until", "purposes", "granted", "withdrawn", "policy", "language", "layer", "how",
        "text", "gpc", "guardian",
    }  # fmt: skip


def test_the_signature_is_over_a_fixed_line_and_the_canonical_rest(room: Room) -> None:
    body = json.loads(issued(room, agreed(room)))
    signature = body.pop("signature")
    rest = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    key = room.receipt_signer.public_key
    assert signature["algorithm"] == "Ed25519"
    assert signature["key"] == key_id(key) == "+".join(key.verifier.split("+")[:2])
    assert key.checks(base64.b64decode(signature["value"]), b"troth-receipt-v1\n" + rest)


def test_the_commitment_is_the_ledgers_own(room: Room) -> None:
    body = json.loads(issued(room, agreed(room)))
    plain = json.dumps(body["decision"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    committed = commitment(bytes.fromhex(body["ledger"]["salt"]), plain)
    assert committed.hex() == body["ledger"]["entry"]["commitment"]
    assert room.entries()[body["ledger"]["seq"]].entry.commitment == committed


# Changes are found


def leaves_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value that is neither a list nor an object."""
    if isinstance(value, dict):
        for key in value:
            yield from leaves_of(value[key], (*path, key))
    elif isinstance(value, list):
        for place in range(len(value)):
            yield from leaves_of(value[place], (*path, place))
    else:
        yield path


def other_than(value: Any) -> Any:
    """Return something of the same kind that differs by as little as can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None or not value:
        return "x"
    return value[:-1] + ("1" if value[-1] != "1" else "2")


def test_whatever_is_changed_in_a_receipt_is_found(room: Room) -> None:
    document = issued(room, agreed(room))
    assert check_receipt(document, room.keys)
    paths = list(leaves_of(json.loads(document)))
    assert len(paths) > 150
    for path in paths:
        body = json.loads(document)
        *parents, last = path
        place: Any = body
        for parent in parents:
            place = place[parent]
        place[last] = other_than(place[last])
        with pytest.raises((Tampered, UnusableInput)):
            check_receipt(json.dumps(body).encode(), room.keys)


@pytest.mark.parametrize("part", ["decision", "ledger", "signature", "record_id", "troth_receipt", "event"])
def test_a_receipt_without_one_of_its_parts_is_none(room: Room, part: str) -> None:
    body = json.loads(issued(room, agreed(room)))
    del body[part]
    with pytest.raises((Tampered, UnusableInput)):
        check_receipt(json.dumps(body).encode(), room.keys)


def test_its_layout_may_change_and_its_meaning_may_not(room: Room) -> None:
    document = issued(room, agreed(room))
    pretty = json.dumps(dict(reversed(json.loads(document).items())), indent=2).encode()
    assert pretty != document
    assert check_receipt(pretty, room.keys) == check_receipt(document, room.keys)


def test_the_parts_of_two_receipts_do_not_go_together(room: Room) -> None:
    one, two = (json.loads(issued(room, agreed(room))) for _ in range(2))
    for part in ("decision", "ledger", "signature"):
        with pytest.raises(Tampered):
            check_receipt(json.dumps(one | {part: two[part]}).encode(), room.keys)


def resigned(room: Room, body: dict[str, Any]) -> bytes:
    """The body signed again with the right key: what a house could do that wants to cheat."""
    body.pop("signature", None)
    value = base64.b64encode(room.receipt_signer.sign_bytes(PREFIX + canonical(body))).decode()
    signature = {"algorithm": "Ed25519", "key": key_id(room.receipt_signer.public_key), "value": value}
    return canonical(body | {"signature": signature})


def test_even_with_the_receipt_key_nothing_can_be_said_that_the_ledger_does_not_commit_to(room: Room) -> None:
    body = json.loads(issued(room, agreed(room)))
    assert check_receipt(resigned(room, dict(body)), room.keys)
    changes: list[dict[str, Any]] = [
        {"decision": body["decision"] | {"purposes": {"statistics": False}}},
        {"decision": body["decision"] | {"gpc": True}},
        {"ledger": body["ledger"] | {"seq": body["ledger"]["seq"] + 1}},
        {"ledger": body["ledger"] | {"proof": body["ledger"]["proof"][:-1]}},
        {"ledger": body["ledger"] | {"entry": body["ledger"]["entry"] | {"second": 1}}},
        {"ledger": body["ledger"] | {"entry": body["ledger"]["entry"] | {"clause": "C0"}}},
        {"record_id": "0" * 32},
    ]
    for change in changes:
        with pytest.raises(Tampered):
            check_receipt(resigned(room, body | change), room.keys)


def test_it_is_checked_against_the_keys_of_this_site_and_not_after_they_were_retired(room: Room) -> None:
    document = issued(room, agreed(room))
    heads, receipts = room.keys
    stranger = NoteSigner("test/receipts", Key(b"s" * 32), "receipt", receipts.since).public_key
    today = room.clock.now().date()
    assert check_receipt(document, [heads, structs.replace(receipts, until=today)])
    for keys in (
        [heads, stranger],
        [heads],
        [receipts],
        [heads, structs.replace(receipts, use="ledger")],
        [heads, structs.replace(receipts, until=today - timedelta(days=1))],
    ):
        with pytest.raises(Tampered):
            check_receipt(document, keys)


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=400) | st.text(max_size=80).map(str.encode))
def test_what_is_no_receipt_is_said_to_be_none_and_is_not_quoted(raw: bytes) -> None:
    with pytest.raises(UnusableInput) as refused:
        check_receipt(raw, [])
    assert refused.value.what == "this is not a receipt"


def test_a_receipt_of_a_later_form_says_so_and_a_huge_file_is_not_read(room: Room) -> None:
    body = json.loads(issued(room, agreed(room)))
    body["troth_receipt"]["version"] = 2
    with pytest.raises(UnusableInput, match="version 2"):
        check_receipt(json.dumps(body).encode(), room.keys)
    with pytest.raises(UnusableInput, match="longer"):
        check_receipt(b" " * (1024 * 1024 + 1), room.keys)


# A promise of compatibility


def frozen() -> tuple[dict[str, Any], list[PublicKey]]:
    kept = json.loads(GOLDEN.read_text("utf-8"))
    keys = [msgspec.convert(key, PublicKey, strict=False) for key in kept["keys"]]
    return kept, keys


def test_a_receipt_of_the_first_form_can_be_checked_for_ever() -> None:
    """People keep these for years: whatever changes here, this document stays valid."""
    kept, keys = frozen()
    checked = check_receipt(kept["document"].encode(), keys)
    assert (checked.seq, checked.head.size) == (kept["seq"], kept["size"])
    assert checked.statement.receipt == kept["number"]
    assert checked.head.root.hex() == kept["root"]


def test_signature_and_commitment_of_the_first_form_are_frozen() -> None:
    kept, _ = frozen()
    body = json.loads(kept["document"])
    plain = plain_of(read_statement(canonical(body["decision"])))
    assert plain == canonical(body["decision"]), "every field of the statement is in its plain form"
    assert commitment(bytes.fromhex(body["ledger"]["salt"]), plain).hex() == kept["commitment"]
    signature = body.pop("signature")["value"]
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept["seed"]))
    assert base64.b64encode(private.sign(b"troth-receipt-v1\n" + canonical(body))).decode() == signature
    assert signature == kept["signature"]


def test_the_same_statement_is_issued_byte_for_byte_as_the_frozen_one() -> None:
    kept, keys = frozen()
    body = json.loads(kept["document"])
    ledger, entry = body["ledger"], body["ledger"]["entry"]
    plain = canonical(body["decision"])
    checked = check_receipt(kept["document"].encode(), keys)
    place = Place(
        Entry(
            version=entry["version"],
            kind=entry["kind"],
            at=checked.statement.decided_at.replace(microsecond=0),
            policy_hash=entry["policy_hash"],
            clause=entry["clause"],
            commitment=bytes.fromhex(entry["commitment"]),
        ),
        ledger["seq"],
        ledger["checkpoint"],
        tuple(bytes.fromhex(step) for step in ledger["proof"]),
    )
    receipt = Receipt(read_statement(plain), plain, bytes.fromhex(ledger["salt"]), place)
    ours = {"decision", "ledger", "signature", "troth_receipt"}
    record = {name: value for name, value in body.items() if name not in ours}
    signer = NoteSigner(keys[1].name, Key(bytes.fromhex(kept["seed"])), "receipt", keys[1].since)
    assert issue(receipt, record, signer, checked.issued_at) == kept["document"].encode()


# Whose it is


def test_number_and_token_together_show_it_and_either_alone_is_an_unknown_number(room: Room) -> None:
    mine, others = agreed(room), agreed(room)
    number, token = number_of(mine), token_of(mine)
    shown = room.desk.receipt(number, token)
    assert shown is not None
    checked = check_receipt(room.desk.issue(shown), room.keys)
    assert checked.statement.receipt == number
    assert checked.head.size == len(room.entries()), "proved anew under the newest head"
    assert room.desk.receipt(number, token_of(others)) is None
    assert room.desk.receipt(number, "f" * 32) is None
    assert room.desk.receipt("f" * 32, token) is None
    assert room.desk.receipt(mine.decision_ids[0], token) is None


def test_a_browser_sees_its_own_decisions_and_their_receipts_and_nobody_elses(room: Room) -> None:
    mine, others = agreed(room), agreed(room)
    token = token_of(mine)
    room.clock.forward(timedelta(days=1))
    withdrawn = room.desk.withdraw(token)
    listed = room.desk.decisions(token)
    assert [(each.event, each.decision_id) for each in listed] == [
        ("withdrawn", withdrawn.decision_ids[0]),
        ("given", mine.decision_ids[0]),
    ]
    again = room.desk.receipt_of(mine.decision_ids[0], token)
    assert again is not None
    assert again.number == number_of(mine)
    assert room.desk.receipt_of(others.decision_ids[0], token) is None
    assert (room.desk.decisions("f" * 32), room.desk.receipt_of(mine.decision_ids[0], "f" * 32)) == ([], None)


def test_listing_decisions_opens_nothing_and_showing_one_is_a_recorded_reading(room: Room) -> None:
    decided = agreed(room)
    before = len(room.entries())
    room.desk.decisions(token_of(decided))
    assert len(room.entries()) == before
    room.desk.receipt(number_of(decided), token_of(decided))
    (numbered,) = room.entries()[before:]
    assert (numbered.entry.kind, numbered.entry.clause) == ("read", "X-01")


def test_somebody_whose_processing_is_stopped_still_gets_the_receipt_of_a_withdrawal(room: Room) -> None:
    token = room.agree()
    room.vault.restrict(room.subject(token))
    withdrawn = room.desk.withdraw(token)
    assert check_receipt(issued(room, withdrawn), room.keys).statement.event == "withdrawn"
    shown = room.desk.receipt(number_of(withdrawn), token)
    assert shown is not None
    assert shown.number == number_of(withdrawn)
    given_id = room.desk.decisions(token)[-1].decision_id
    with pytest.raises(Restricted):
        room.desk.receipt_of(given_id, token)


# what stays when the person goes


def erase(room: Room, token: str) -> None:
    subject = room.subject(token)
    room.vault.begin_erasing(subject)
    room.vault.erase(subject)


def test_the_evidence_survives_the_erasure_and_is_found_by_the_number_only(room: Room) -> None:
    decided = agreed(room)
    token, number, document = token_of(decided), number_of(decided), issued(room, decided)
    subject = room.subject(token)
    with room.register.reading() as reading:
        ((_, payload),) = reading.ledger.payloads_of(subject)
    own = Sealed(payload_label(subject, payload.record_id, payload.class_, payload.epoch), payload.blob)
    (opened,) = room.vault.open_for(permit_for_own(subject), [own])
    assert number.encode() in opened, "until then the person's own copy leads to it"

    erase(room, token)

    with pytest.raises(Erased):
        room.vault.open_for(permit_for_own(subject), [own])
    assert room.desk.receipt(number, token) is None, "the token is nobody's any more"
    assert room.desk.decisions(token) == []
    assert check_receipt(document, room.keys).statement.receipt == number, "what the person holds is still valid"

    before = len(room.entries())
    shown = room.desk.evidence(number, "staff:7")
    assert shown is not None
    checked = check_receipt(room.desk.issue(shown), room.keys)
    assert (checked.statement.receipt, dict(checked.statement.purposes)) == (number, {"statistics": True})
    (numbered,) = room.entries()[before:]
    with room.register.reading() as reading:
        recorded = reading.ledger.payload_at(numbered.seq)
    assert recorded is not None
    label = payload_label(None, recorded.record_id, recorded.class_, recorded.epoch)
    (read,) = room.vault.open_for(room.desk.permit("choice", None, "staff:8", "X-01"), [Sealed(label, recorded.blob)])
    said = msgspec.json.decode(read[32:])
    assert (said["actor"], said["basis"], said["count"]) == ("staff:7", "statutory_duty", 1)
    assert said["fields"] == ["receipt.evidence"]
    assert room.desk.evidence("f" * 32, "staff:7") is None


def test_nothing_in_the_database_leads_from_a_person_to_the_evidence(room: Room) -> None:
    """Its row has four columns: a hash of the number, class, epoch, sealed text. None is anywhere else."""
    decided = agreed(room)
    subject, number = room.subject(token_of(decided)), number_of(decided)
    (row,) = evidence_rows(room)
    assert row.keys() == {"mark", "class", "epoch", "evidence_sealed"}
    assert row["mark"] == hashlib.sha256(number.encode()).digest()
    assert (row["class"], row["epoch"]) == ("evidence", "2026-09")
    for needle in (subject, decided.decision_ids[0], number):
        assert needle.encode() not in row["evidence_sealed"]
        assert bytes.fromhex(needle) not in row["evidence_sealed"]
    assert bytes.fromhex(number) not in room.bytes_on_disk()
    assert number.encode() not in room.bytes_on_disk()
    assert room.bytes_on_disk().count(row["mark"]) >= 1, "the scan sees what is there"
    with room.register.reading() as reading:
        tables = reading.receipts._connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        others = [name for (name,) in tables if name != "receipts"]
        cells = [
            value if isinstance(value, bytes) else str(value).encode()
            for name in others
            for line in reading.receipts._connection.exec_driver_sql(f"SELECT * FROM {name}")  # noqa: S608
            for value in line
        ]
    assert any(subject.encode() in cell for cell in cells), "the person stands elsewhere"
    assert not any(row["mark"] in cell or row["mark"].hex().encode() in cell for cell in cells)


def test_the_file_does_not_keep_the_order_in_which_evidence_came(room: Room) -> None:
    marks = [mark_of(number_of(agreed(room))) for _ in range(12)]
    with room.register.reading() as reading:
        (made,) = reading.receipts._connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'receipts'")
    stored = [row["mark"] for row in evidence_rows(room)]
    assert "WITHOUT ROWID" in made[0]
    assert stored == sorted(marks)
    assert stored != marks


def test_evidence_that_was_moved_to_another_number_or_altered_is_not_opened(room: Room) -> None:
    one, two = agreed(room), agreed(room)
    with room.register.reading() as reading:
        copy = reading.receipts.find(mark_of(number_of(one)))
    assert copy is not None
    permit = room.desk.permit("choice", None, "staff:7", "X-01")
    assert room.vault.open_for(permit, [sealed_value(copy)])
    moved = structs.replace(copy, mark=mark_of(number_of(two)))
    altered = structs.replace(copy, blob=copy.blob[:-1] + bytes([copy.blob[-1] ^ 1]))
    for wrong in (moved, altered):
        with pytest.raises(Tampered):
            room.vault.open_for(permit, [sealed_value(wrong)])
    assert "●" in repr(copy)


def test_when_the_statutory_term_is_over_the_evidence_is_gone_for_the_house_too(room: Room) -> None:
    decided = agreed(room)
    assert room.desk.evidence(number_of(decided), "staff:7") is not None
    room.clock.move_to(room.clock.now() + timedelta(days=1096 + 31))
    room.vault.drop_epoch("evidence", "2026-09")
    with pytest.raises(Expired):
        room.desk.evidence(number_of(decided), "staff:7")
    assert check_receipt(issued(room, decided), room.keys), "what the person holds is still valid"


def test_the_term_of_evidence_is_the_policys_and_decides_its_epochs(tmp_path: Path, clock: SetClock) -> None:
    policy = demo_policy()
    assert evidence_days(policy) == 1096
    kept = policy.retention["evidence"]
    short = structs.replace(kept, criteria=structs.replace(kept.criteria, special_days=30))
    brief = structs.replace(policy, retention={**policy.retention, "evidence": short})
    room = Room(tmp_path, clock, brief)
    decided = agreed(room)
    with room.register.reading() as reading:
        copy = reading.receipts.find(mark_of(number_of(decided)))
        ((_, payload),) = reading.ledger.payloads_of(room.subject(token_of(decided)))
    assert copy is not None
    assert copy.epoch == payload.epoch == "2026-09-15", "a class kept under 62 days has an epoch a day"
    room.close()


def test_a_policy_that_does_not_say_how_long_evidence_is_kept_is_refused(tmp_path: Path, clock: SetClock) -> None:
    policy = demo_policy()
    others = {key: kept for key, kept in policy.retention.items() if kept.class_ != "evidence"}
    without = structs.replace(policy, retention=others)
    with pytest.raises(PolicyError, match="how long evidence is kept") as refused:
        evidence_days(without)
    assert "class: evidence" in refused.value.fix
    room = Room(tmp_path, clock, without)
    with pytest.raises(PolicyError):
        agreed(room)
    assert room.entries() == []
    room.close()


def test_a_house_does_not_start_with_such_a_policy(houses: Houses) -> None:
    text = demo_policy_text()
    start = text.index("  evidence:\n    class: evidence")
    without = text[:start] + text[text.index("\nminors:") :]
    with pytest.raises(PolicyError, match="how long evidence is kept"):
        houses.open(without)
    assert houses.open(text)


def test_evidence_made_before_the_first_version_is_in_force_takes_the_coming_ones_term(room: Room) -> None:
    early = room.clock.now().replace(year=2026, month=7)
    assert VaultSealer(room.vault, room.versions).epoch_at(early) == "2026-07"


def test_both_engines_find_evidence_alike(room: Room) -> None:
    decided = agreed(room)
    assert decided.receipt is not None
    (numbered,) = [each for each in room.entries() if each.entry.kind == "consent"]
    memory = MemoryReceipts([Numbered(numbered.seq, numbered.entry)])
    with room.register.reading() as reading:
        copy = reading.receipts.find(mark_of(decided.receipt.number))
        assert copy is not None
        memory.keep(copy)
        for shelf in (reading.receipts, memory):
            assert shelf.find(copy.mark) == copy
            assert shelf.find(b"\0" * 32) is None
            assert shelf.place_of(numbered.entry.at, numbered.entry.commitment) == numbered.seq
            assert shelf.place_of(numbered.entry.at + timedelta(seconds=1), numbered.entry.commitment) is None
            assert shelf.place_of(numbered.entry.at, b"\0" * 32) is None
    assert isinstance(copy, SealedCopy)


# One order for everybody


def test_two_decisions_of_one_person_in_one_millisecond_have_an_order(room: Room) -> None:
    token = room.agree()
    now = room.clock.now()
    assert room.refuse(token).withdrawn == {"statistics"}
    assert room.agree(token) == token
    assert room.desk.withdraw(token).withdrawn == {"statistics"}
    decisions = room.desk.decisions(token)[::-1]
    assert [each.at - now for each in decisions] == [MILLISECOND * step for step in range(4)]
    assert [each.event for each in decisions] == ["given", "withdrawn", "given", "withdrawn"]
    assert room.desk.standing(token) is None
    subject = room.subject(token)
    lawful = [room.desk.lawful_at(subject, "statistics", each.at) for each in decisions]
    assert lawful == [True, False, True, False]


def test_two_decisions_at_the_very_same_time_do_not_share_a_moment_or_an_event(room: Room) -> None:
    token = room.agree()
    start = threading.Barrier(6)

    def decide(number: int) -> None:
        start.wait()
        if number % 2:
            room.agree(token)
        else:
            room.refuse(token)

    threads = [threading.Thread(target=decide, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decisions = room.desk.decisions(token)[::-1]
    assert len(decisions) == 7
    assert len({each.at for each in decisions}) == 7
    holds = False
    for each in decisions:
        yes = each.purposes["statistics"]
        assert (
            each.event
            == {
                (False, True): "given",
                (True, True): "renewed",
                (True, False): "withdrawn",
                (False, False): "refused",
            }[holds, yes]
        )
        holds = yes
    assert (room.desk.standing(token) is not None) == holds


def test_a_decision_in_another_process_meanwhile_is_taken_into_account(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = room.agree()
    elsewhere = ConsentDesk(room.register, room.vault, room.versions, room.clock, room.receipt_signer)
    change, others = room.register.change, [room.choice({"statistics": False})]

    def late() -> Any:
        if others:
            elsewhere.decide(others.pop(), token)
        return change()

    monkeypatch.setattr(room.register, "change", late)
    decided = room.desk.decide(room.choice(), token)
    monkeypatch.undo()
    assert decided.receipt is not None
    assert decided.receipt.statement.event == "given", "not renewed: it was taken back in between"
    assert [each.event for each in room.desk.decisions(token)] == ["given", "withdrawn", "given"]
    assert len({each.at for each in room.desk.decisions(token)}) == 3
    assert len([each for each in room.entries() if each.entry.kind in ("consent", "withdrawal")]) == 3


# The record of ISO/IEC TS 27560


def record(room: Room, **said: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(issued(room, agreed(room, **said)))
    return body


def test_the_record_has_the_headers_and_sections_of_the_standard(room: Room) -> None:
    body = record(room)
    assert body["schema_version"].startswith("ISO/IEC TS 27560:2023")
    assert body["record_id"] == body["pii_principal_id"] == body["decision"]["receipt"]
    assert {"pii_processing", "party_identification", "event"} <= body.keys()
    (event,) = body["event"]
    assert (event["event_type"], event["event_state"]) == ("given", "consent_given")
    assert event["event_time"] == "2026-09-15T04:00:00.000Z"
    assert event["validity_duration"] == {"x_until": "2027-03-14T04:00:00.000Z"}
    assert (event["x_how"], event["x_layer"], event["x_purposes"]) == ("banner", 1, ["statistics"])


def test_the_record_says_everything_the_version_promises_for_the_purpose(room: Room) -> None:
    policy = room.versions.at(room.clock.now()).policy
    body = record(room)
    processing = body["pii_processing"]
    notice, (purpose,) = processing["privacy_notice"], processing["purposes"]
    assert (notice["x_policy"], notice["x_version"], notice["x_hash"]) == ("acme-site", "2026.1", "a" * 64)
    assert processing["language"] == "en"
    assert (purpose["purpose"], purpose["purpose_type"]) == ("Visit statistics", "statistics")
    assert (purpose["lawful_basis"], purpose["x_consent_kind"]) == ("consent", "general")
    assert purpose["x_lawful_basis"]["x_pipl"]
    items = {item["pii_attribute_id"]: item for item in purpose["pii_information"]}
    assert items.keys() == policy.facts_for("statistics").keys()
    assert items["ip"]["x_precision"] == "sealed"
    assert (items["geo"]["x_precision"], items["geo"]["x_kept_as"]) == ("coarse", "country and province")
    assert items["search_terms"]["sensitive_pii_category"] is True
    assert all({"pii_type", "pii_optional", "special_pii_category"} <= item.keys() for item in items.values())
    assert [(kept["x_id"], kept["x_days"], kept["x_then"]) for kept in purpose["retention_period"]] == [
        ("visits", 395, "delete")
    ]
    assert (purpose["storage_locations"], purpose["processing_locations"]) == (["CN"], ["CN"])
    assert purpose["geographic_restrictions"] == "nothing leaves the country"
    assert [law["x_law"] for law in purpose["jurisdiction"]] == ["cn-pipl"]
    assert purpose["withdrawal_method"]["x_email"] == "privacy@acme.example"
    assert purpose["privacy_rights"]["x_reply_working_days"] == 15
    assert purpose["authority_party"].startswith("If our answer")
    assert {item["x_name"] for item in purpose["x_stored_on_device"]} == {"troth_id", "_va", "_va_*"}
    parties = {party["party_id"]: party for party in body["party_identification"]}
    assert purpose["pii_controllers"] == ["controller"]
    assert parties["controller"]["party_name"] == "Acme Silicon Co., Ltd."
    assert parties["controller"]["x_officer"]["party_email"] == "privacy@acme.example"
    named = [party["party_id"] for party in purpose["recipient_third_parties"]]
    assert named == ["recipient.vendor_example", "sdk.visitor_analytics"]
    assert parties["recipient.vendor_example"]["party_role"] == "pii_processor"
    assert parties["sdk.visitor_analytics"]["party_name"] == "Vendor Example Ltd"
    assert set(purpose["recipient_third_parties"][1]["x_pii"]) == {"ip", "page", "ts", "ua_browser", "screen"}


def test_the_record_speaks_the_language_that_was_shown_and_else_the_policys_first(room: Room) -> None:
    chinese = record(room, language="zh-CN")["pii_processing"]
    assert (chinese["language"], chinese["purposes"][0]["purpose"]) == ("zh-CN", "访问统计")
    token = room.agree()
    withdrawn = json.loads(issued(room, room.desk.withdraw(token)))
    assert withdrawn["decision"]["language"] == ""
    assert withdrawn["pii_processing"]["language"] == "zh-CN"


def test_names_that_are_not_the_standards_can_be_told_by_their_beginning(room: Room) -> None:
    """ISO/IEC TS 27560 via the W3C guide: these names, and no other without x_."""
    standard = {
        "privacy_notice", "language", "purposes", "purpose", "purpose_type", "lawful_basis", "pii_information",
        "pii_controllers", "collection_method", "processing_method", "storage_locations", "retention_period",
        "processing_locations", "geographic_restrictions", "jurisdiction", "recipient_third_parties",
        "withdrawal_method", "privacy_rights", "codes_of_conduct", "impact_assessment", "authority_party",
        "pii_type", "pii_attribute_id", "pii_optional", "sensitive_pii_category", "special_pii_category",
        "party_id", "party_name", "party_role", "party_contact", "party_type", "party_address", "party_email",
        "party_phone", "party_url", "event_time", "validity_duration", "entity_id", "event_type", "event_state",
    }  # fmt: skip
    body = record(room)
    names: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            names.update(value)
            for each in value.values():
                collect(each)
        elif isinstance(value, list):
            for each in value:
                collect(each)

    for section in ("pii_processing", "party_identification", "event"):
        collect(body[section])
    assert {name for name in names if not name.startswith("x_")} <= standard
    assert len(names & standard) > 35


def test_links_lead_to_the_form_and_to_the_very_version(tmp_path: Path, clock: SetClock) -> None:
    room = Room(tmp_path, clock)
    room.desk._receipts._records._links = Links("https://a.test/troth/choices", "https://p.a.test/privacy/policy")
    processing = record(room)["pii_processing"]
    assert processing["privacy_notice"]["x_url"] == "https://p.a.test/privacy/policy/" + "a" * 16
    assert processing["purposes"][0]["withdrawal_method"]["x_url"] == "https://a.test/troth/choices"
    room.close()


def test_a_purpose_served_by_a_form_names_its_fields(tmp_path: Path, clock: SetClock) -> None:
    policy = with_purpose(demo_policy(), "newsletter")
    form = structs.replace(policy.forms["contact"], purpose="newsletter")
    room = Room(tmp_path, clock, structs.replace(policy, forms={**policy.forms, "letter": form}))
    body = record(room, purposes={"statistics": False, "newsletter": True})
    purposes = {each["purpose_type"]: each for each in body["pii_processing"]["purposes"]}
    fields = {item["pii_attribute_id"]: item for item in purposes["newsletter"]["pii_information"]}
    assert fields["letter.email"]["pii_optional"] is False
    assert fields["letter.phone"]["pii_optional"] is True
    assert purposes["newsletter"]["retention_period"][0]["x_id"] == "enquiries"
    states = {event["event_state"]: event["x_purposes"] for event in body["event"]}
    assert states == {"consent_given": ["newsletter"], "consent_refused": ["statistics"]}
    room.close()


def test_shared_sections_are_rendered_once_and_hold_nobody(room: Room) -> None:
    for _ in range(5):
        issued(room, agreed(room))
    assert room.desk._receipts._records._shared.cache_info().misses == 1
    assert isinstance(check_receipt(issued(room, agreed(room)), room.keys), Checked)
