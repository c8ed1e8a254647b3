"""Clause 5: what is kept is sealed per person and month, opens through one door, and ends twice: erasure and expiry."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from troth.clock import SetClock
from troth.engines.keys import create_key_file, open_key_file
from troth.engines.memory import MemoryReadings
from troth.engines.sql.identity import SqliteIdentity, open_identity
from troth.errors import (
    Erased,
    Expired,
    ReadingStopped,
    Restricted,
    StoreError,
    Tampered,
    UnusableInput,
    VaultError,
    WrongKey,
)
from troth.ledger.encode import encode
from troth.policy.permit import Permit, SubjectId
from troth.vault import Key, Label, Named, Opened, Reading, Sealed, Vault, epoch_of, seal
from troth.vault.seal import _seal, derive_row_key, derive_site_row_key, derive_visitor_key, unseal

GOLDEN = Path(__file__).parents[1] / "golden"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOKEN = "5f1d9a" * 5 + "77"
MAIL = "canary.visitor@example.com"
PLAIN = b"203.0.113.9 canary"
STATISTICS = Permit("statistics", "consent", None, "loader", "2")
SECURITY = Permit("security", "statutory_duty", None, "staff:1", "7")


class House:
    """A vault on a real identity file, as one process sees it."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(NOON)
        self.key_path = folder / "keys" / "troth.json"
        self.path = folder / "data" / "identity.sqlite"
        if not self.key_path.exists():
            create_key_file(self.key_path, self.clock, [folder / "data"])
        self.keys = open_key_file(self.key_path, [folder / "data"])
        self.identity: SqliteIdentity = open_identity(self.path, self.keys)
        self.readings = MemoryReadings()
        self.vault = Vault(self.identity, self.keys, self.readings, self.clock)

    def browser(self, token: str = TOKEN) -> SubjectId:
        return self.vault.create_subject("browser", [Named("browser", "consent", token)])

    def sealed(self, subject: SubjectId, record_id: str = "r1", plain: bytes = PLAIN) -> Sealed:
        label = Label("visit", "ip", subject, record_id, 0, "visits", "2026-11")
        return Sealed(label, seal(self.vault.row_key(subject, "visits", "2026-11"), label, plain))

    def bytes_on_disk(self) -> bytes:
        return b"".join(file.read_bytes() for file in sorted(self.path.parent.iterdir()))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.identity.close()


def golden(name: str) -> dict[str, str]:
    return json.loads((GOLDEN / f"vault-{name}.json").read_text())


def key(text: str) -> Key:
    return Key(bytes.fromhex(text))


def naive_hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with the standard library: the oracle of the vectors."""
    prk = hmac.digest(salt, secret, "sha256")
    blocks, last = b"", b""
    for number in range(1, 3):
        last = hmac.digest(prk, last + info + bytes([number]), "sha256")
        blocks += last
    return blocks[:length]


# What is stored stays readable: frozen forms


def test_a_row_key_is_the_frozen_one_and_the_one_the_rule_describes() -> None:
    v = golden("row-key")
    row_key = derive_row_key(
        SubjectId(v["subject"]), 1, key(v["subject_key"]), v["class"], v["epoch"], key(v["epoch_key"])
    )
    both = bytes.fromhex(v["subject_key"] + v["epoch_key"])
    info = encode((v["subject"], "1", v["class"], v["epoch"]))
    assert naive_hkdf(b"troth/row-key/v1", both, info, 40).hex() == v["key"] + v["check"]
    label = Label("visit", "ip", SubjectId(v["subject"]), "r1", 0, v["class"], v["epoch"])
    assert seal(row_key, label, b"x")[1:9].hex() == v["check"]


def test_a_site_row_key_is_the_frozen_one() -> None:
    v = golden("site-row-key")
    row_key = derive_site_row_key(v["class"], v["epoch"], key(v["epoch_key"]))
    info = encode(("", "0", v["class"], v["epoch"]))
    expected = naive_hkdf(b"troth/site-row-key/v1", bytes.fromhex(v["epoch_key"]), info, 40)
    assert expected.hex() == v["key"] + v["check"]
    label = Label("log", "line", "", "r1", 0, v["class"], v["epoch"])
    assert seal(row_key, label, b"x")[1:9].hex() == v["check"]


def test_a_sealed_value_is_the_frozen_one_and_opens() -> None:
    v = golden("seal")
    row_key = derive_row_key(
        SubjectId(v["subject"]), 1, key(v["subject_key"]), v["class"], v["epoch"], key(v["epoch_key"])
    )
    label = Label(
        v["kind"], v["field"], SubjectId(v["subject"]), v["record_id"], int(v["revision"]), v["class"], v["epoch"]
    )
    assert _seal(row_key, label, bytes.fromhex(v["plain"]), bytes.fromhex(v["nonce"])).hex() == v["sealed"]
    assert unseal(row_key, label, bytes.fromhex(v["sealed"])).hex() == v["plain"]


def test_a_visitor_key_is_the_frozen_one() -> None:
    v = golden("visitor-key")
    made = derive_visitor_key(SubjectId(v["subject"]), 1, key(v["subject_key"]), v["month"], key(v["epoch_key"]))
    info = encode((v["subject"], "1", "visits", v["month"]))
    both = bytes.fromhex(v["subject_key"] + v["epoch_key"])
    assert made.hex() == v["visitor_key"] == naive_hkdf(b"troth/visitor/v1", both, info, 16).hex()


@pytest.mark.parametrize("change", ["subject", "generation", "subject_key", "class", "epoch", "epoch_key"])
def test_any_other_input_gives_another_row_key(change: str) -> None:
    v = golden("row-key")
    parts = {"subject": v["subject"], "class": v["class"], "epoch": v["epoch"], "generation": "1"}
    keys = {"subject_key": v["subject_key"], "epoch_key": v["epoch_key"]}
    if change in keys:
        keys[change] = "ff" * 32
    else:
        parts[change] = {"subject": "ee" * 16, "generation": "2", "class": "enquiries", "epoch": "2026-12"}[change]
    row_key = derive_row_key(
        SubjectId(parts["subject"]),
        int(parts["generation"]),
        key(keys["subject_key"]),
        parts["class"],
        parts["epoch"],
        key(keys["epoch_key"]),
    )
    label = Label("visit", "ip", SubjectId(parts["subject"]), "r1", 0, parts["class"], parts["epoch"])
    assert seal(row_key, label, b"x")[1:9].hex() != v["check"]


parts_lists = st.lists(st.binary(max_size=6), max_size=6)


@given(parts_lists, parts_lists)
def test_two_different_lists_never_encode_alike(one: list[bytes], other: list[bytes]) -> None:
    assert (encode(one) == encode(other)) == (one == other)


@given(st.lists(st.binary(min_size=1, max_size=6), min_size=1, max_size=4), st.data())
def test_moving_a_boundary_between_parts_changes_the_encoding(parts: list[bytes], data: st.DataObject) -> None:
    joined = b"".join(parts)
    cut = data.draw(st.integers(0, len(joined)))
    other = [joined[:cut], joined[cut:]]
    assert (encode(parts) == encode(other)) == (parts == other)


# Sealed values


def test_a_sealed_value_with_any_one_bit_flipped_is_refused(house: House) -> None:
    subject = house.browser()
    item = house.sealed(subject)
    row_key = house.vault.row_key(subject, "visits", "2026-11")
    assert unseal(row_key, item.label, item.blob) == PLAIN
    for bit in range(len(item.blob) * 8):
        changed = bytearray(item.blob)
        changed[bit // 8] ^= 1 << (bit % 8)
        with pytest.raises((Tampered, WrongKey)):
            unseal(row_key, item.label, bytes(changed))


@pytest.mark.parametrize("length", [0, 1, 9, 21, 36])
def test_a_sealed_value_cut_short_is_tampered(house: House, length: int) -> None:
    item = house.sealed(house.browser())
    with pytest.raises((Tampered, WrongKey)):
        house.vault.open_for(STATISTICS, [replace(item, blob=item.blob[:length])])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "enquiry"}, Tampered),
        ({"field": "agent"}, Tampered),
        ({"record_id": "r2"}, Tampered),
        ({"revision": 1}, Tampered),
        ({"class_": "enquiries"}, WrongKey),
        ({"epoch": "2026-12"}, WrongKey),
        ({"subject": "another"}, WrongKey),
        ({"subject": ""}, WrongKey),
    ],
)
def test_a_value_moved_to_another_place_is_refused(
    house: House, change: dict[str, str | int], error: type[VaultError]
) -> None:
    item = house.sealed(house.browser())
    other = house.browser("00" * 16)
    house.sealed(other)
    house.vault.row_key(other, "enquiries", "2026-11")
    house.vault.row_key(other, "visits", "2026-12")
    if change.get("subject") == "another":
        change = {"subject": other}
    assert house.vault.open_for(STATISTICS, [item]) == [PLAIN]
    with pytest.raises(error):
        house.vault.open_for(STATISTICS, [replace(item, label=replace(item.label, **change))])


def test_a_row_key_seals_only_rows_of_its_own_subject_class_and_epoch(house: House) -> None:
    subject = house.browser()
    row_key = house.vault.row_key(subject, "visits", "2026-11")
    right = Label("visit", "ip", subject, "r1", 0, "visits", "2026-11")
    assert seal(row_key, right, PLAIN)
    for change in ({"subject": SubjectId("00" * 16)}, {"class_": "enquiries"}, {"epoch": "2026-12"}):
        with pytest.raises(ValueError, match="belongs to another"):
            seal(row_key, replace(right, **change), PLAIN)


def test_two_seals_of_one_value_differ(house: House) -> None:
    subject = house.browser()
    assert house.sealed(subject).blob != house.sealed(subject).blob


def test_a_row_without_a_person_opens_after_every_person_is_gone(house: House) -> None:
    label = Label("log", "line", "", "r1", 0, "network_log", "2026-11")
    item = Sealed(label, seal(house.vault.site_row_key("network_log", "2026-11"), label, PLAIN))
    subject = house.browser()
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)
    assert house.vault.open_for(SECURITY, [item]) == [PLAIN]


# The five ways to fail


def test_an_erased_person_is_erased(house: House) -> None:
    item = house.sealed(subject := house.browser())
    assert house.vault.open_for(STATISTICS, [item]) == [PLAIN]
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)
    with pytest.raises(Erased):
        house.vault.open_for(STATISTICS, [item])
    with pytest.raises(Erased):
        house.vault.open_for(SECURITY, [item])
    with pytest.raises(Erased):
        house.vault.row_key(subject, "visits", "2026-11")
    with pytest.raises(Erased):
        house.vault.register_index(subject, "browser", "consent", TOKEN)
    assert house.vault.state_of(subject) == "erased"


def test_nobody_reads_while_an_erasure_runs(house: House) -> None:
    item = house.sealed(subject := house.browser())
    assert house.vault.open_for(SECURITY, [item]) == [PLAIN]
    house.vault.begin_erasing(subject)
    with pytest.raises(Erased):
        house.vault.open_for(SECURITY, [item])


def test_an_ended_epoch_is_expired_for_everybody_and_its_key_is_never_made_again(house: House) -> None:
    item = house.sealed(subject := house.browser())
    assert house.vault.open_for(STATISTICS, [item]) == [PLAIN]
    house.vault.drop_epoch("visits", "2026-11")
    for refused in (
        lambda: house.vault.open_for(STATISTICS, [item]),
        lambda: house.vault.row_key(subject, "visits", "2026-11"),
        lambda: house.vault.site_row_key("visits", "2026-11"),
        lambda: house.vault.visitor_key(subject, "2026-11"),
        lambda: house.vault.arrive(TOKEN, "visits", "2026-11"),
    ):
        with pytest.raises(Expired):
            refused()
    assert house.vault.row_key(subject, "visits", "2026-12")


def test_a_row_is_read_one_second_before_its_end_and_not_one_second_after(house: House) -> None:
    item = replace(house.sealed(house.browser()), keep_until=NOON + timedelta(days=30))
    house.clock.move_to(NOON + timedelta(days=30, seconds=-1))
    assert house.vault.open_for(STATISTICS, [item]) == [PLAIN]
    house.clock.move_to(NOON + timedelta(days=30, seconds=1))
    with pytest.raises(Expired):
        house.vault.open_for(STATISTICS, [item])


def test_a_restricted_person_is_read_by_security_only_until_it_is_lifted(house: House) -> None:
    item = house.sealed(subject := house.browser())
    house.vault.restrict(subject)
    with pytest.raises(Restricted):
        house.vault.open_for(STATISTICS, [item])
    with pytest.raises(Restricted):
        house.vault.row_key(subject, "visits", "2026-11")
    assert house.vault.open_for(SECURITY, [item]) == [PLAIN]
    house.vault.lift(subject)
    assert house.vault.open_for(STATISTICS, [item]) == [PLAIN]


def test_a_subject_this_store_never_made_is_a_wrong_key_to_read_and_unusable_to_write(house: House) -> None:
    item = house.sealed(house.browser())
    stranger = SubjectId("ab" * 16)
    with pytest.raises(WrongKey):
        house.vault.open_for(STATISTICS, [replace(item, label=replace(item.label, subject=stranger))])
    with pytest.raises(UnusableInput):
        house.vault.row_key(stranger, "visits", "2026-11")
    with pytest.raises(UnusableInput):
        house.vault.state_of(stranger)


def test_an_empty_value_is_a_value(house: House) -> None:
    assert house.vault.open_for(STATISTICS, [house.sealed(house.browser(), plain=b"")]) == [b""]


# The breaker


def tampered(item: Sealed) -> Sealed:
    return replace(item, blob=item.blob[:-1] + bytes([item.blob[-1] ^ 1]))


def test_three_tampered_values_within_a_minute_stop_all_reading(house: House) -> None:
    item = house.sealed(house.browser())
    for _ in range(3):
        assert house.vault.healthy
        with pytest.raises(Tampered):
            house.vault.open_for(STATISTICS, [tampered(item)])
        house.clock.forward(timedelta(seconds=30))
    assert not house.vault.healthy
    with pytest.raises(ReadingStopped):
        house.vault.open_for(STATISTICS, [item])
    house.vault.resume_reading()
    assert house.vault.open_for(STATISTICS, [item]) == [PLAIN]
    assert house.vault.healthy


def test_three_tampered_values_in_more_than_a_minute_do_not(house: House) -> None:
    item = house.sealed(house.browser())
    for _ in range(6):
        with pytest.raises(Tampered):
            house.vault.open_for(STATISTICS, [tampered(item)])
        house.clock.forward(timedelta(seconds=31))
    assert house.vault.healthy


def test_the_breaker_stops_in_the_middle_of_a_bulk_reading(house: House) -> None:
    item = house.sealed(house.browser())
    results = house.vault.open_each_for(STATISTICS, [item, *[tampered(item)] * 3, item])
    assert [type(result) for result in results] == [Opened, Tampered, Tampered, Tampered, ReadingStopped]


def test_one_damaged_key_counts_once_however_many_values_it_keeps_closed(house: House) -> None:
    item = house.sealed(house.browser())
    stranger = replace(item, label=replace(item.label, subject=SubjectId("ab" * 16)))
    results = house.vault.open_each_for(STATISTICS, [*[stranger] * 5, item])
    assert [type(result) for result in results] == [*[WrongKey] * 5, Opened]
    assert house.vault.healthy


def test_erased_and_expired_values_do_not_trip_the_breaker(house: House) -> None:
    item = house.sealed(subject := house.browser())
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)
    for _ in range(5):
        with pytest.raises(Erased):
            house.vault.open_for(STATISTICS, [item])
    assert house.vault.healthy


# The one door


class OrderedReadings(MemoryReadings):
    """Does something the moment a reading is recorded."""

    def __init__(self, then: object) -> None:
        super().__init__()
        self.then = then

    def record(self, reading: Reading) -> None:
        super().record(reading)
        self.then()  # type: ignore[operator]


def test_a_reading_is_recorded_with_its_ids_count_filter_and_permit(house: House) -> None:
    one, other = house.browser(), house.browser("00" * 16)
    permit = Permit("statistics", "consent", frozenset({one, other}), "staff:1", "8", "00ff00ff00ff00ff")
    items = [house.sealed(one), house.sealed(other), house.sealed(other, "r2")]
    assert house.vault.open_for(permit, items, selection="form = contact") == [PLAIN] * 3
    (reading,) = house.readings.records
    assert reading.permit == permit
    assert set(reading.subjects) == {one, other}
    assert (reading.count, reading.selection, reading.fields, reading.at) == (3, "form = contact", ("visit.ip",), NOON)
    assert "canary" not in repr(reading)


def test_a_bulk_reading_is_one_record_with_a_count_and_no_list_of_people(house: House) -> None:
    items = [house.sealed(house.browser(f"{n:032x}")) for n in range(4)]
    house.vault.open_for(STATISTICS, items, selection="month = 2026-11")
    assert [(r.count, r.subjects) for r in house.readings.records] == [(4, ())]


def test_a_reading_of_nothing_is_no_reading(house: House) -> None:
    assert house.vault.open_for(STATISTICS, []) == []
    assert house.readings.records == []


def test_nothing_is_returned_when_the_reading_cannot_be_recorded(house: House) -> None:
    item = house.sealed(house.browser())

    def fail() -> None:
        raise StoreError("disk full")

    vault = Vault(house.identity, house.keys, OrderedReadings(fail), house.clock)
    with pytest.raises(StoreError):
        vault.open_for(STATISTICS, [item])
    with pytest.raises(StoreError):
        vault.open_each_for(STATISTICS, [item])


def test_keys_are_read_after_the_reading_is_recorded_not_before(house: House) -> None:
    item = house.sealed(subject := house.browser())

    def erase() -> None:
        house.vault.begin_erasing(subject)
        house.vault.erase(subject)

    vault = Vault(house.identity, house.keys, OrderedReadings(erase), house.clock)
    with pytest.raises(Erased):
        vault.open_for(STATISTICS, [item])


def test_a_permit_for_one_person_opens_nothing_of_another_and_records_nothing(house: House) -> None:
    mine, theirs = house.browser(), house.browser("00" * 16)
    items = [house.sealed(mine), house.sealed(theirs)]
    permit = replace(STATISTICS, subjects=frozenset({mine}))
    assert house.vault.open_for(permit, items[:1]) == [PLAIN]
    with pytest.raises(VaultError, match="does not cover"):
        house.vault.open_for(permit, items)
    assert len(house.readings.records) == 1


def test_one_erased_person_in_a_bulk_reading_does_not_hide_the_others(house: House) -> None:
    gone, here = house.browser(), house.browser("00" * 16)
    items = [house.sealed(gone), house.sealed(here)]
    house.vault.begin_erasing(gone)
    house.vault.erase(gone)
    first, second = house.vault.open_each_for(STATISTICS, items)
    assert isinstance(first, Erased)
    assert isinstance(second, Opened)
    assert second.plain == PLAIN
    assert "canary" not in repr(second)


# Erasure is seen everywhere at once

IN_ANOTHER_PROCESS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from troth.clock import SetClock
from troth.engines.keys import open_key_file
from troth.engines.memory import MemoryReadings
from troth.engines.sql.identity import open_identity
from troth.vault import Vault
keys = open_key_file(Path(sys.argv[1]))
vault = Vault(open_identity(Path(sys.argv[2]), keys), keys, MemoryReadings(), SetClock(datetime.now(UTC)))
vault.begin_erasing(sys.argv[3])
print(vault.erase(sys.argv[3]))
"""


def test_a_person_erased_in_one_process_is_unreadable_to_the_next_read_in_another(house: House) -> None:
    item = house.sealed(subject := house.browser())
    assert house.vault.open_for(STATISTICS, [item]) == [PLAIN]
    before = house.vault.generation()
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, str(house.key_path), str(house.path), subject]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    with pytest.raises(Erased):
        house.vault.open_for(STATISTICS, [item])
    assert house.vault.generation() == int(done.stdout) > before


def test_each_erasure_restriction_and_withdrawal_raises_the_generation_and_says_whose(house: House) -> None:
    subject = house.browser()
    start = house.vault.generation()
    house.vault.ended(subject, "withdraw")
    house.vault.restrict(subject)
    house.vault.lift(subject)
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)
    endings = house.vault.ended_since(start)
    assert [(e.subject, e.why) for e in endings] == [
        (subject, why) for why in ("withdraw", "restrict", "erase", "erase")
    ]
    assert [e.generation for e in endings] == [start + n for n in (1, 2, 3, 4)]
    assert house.vault.generation() == start + 4
    assert house.vault.ended_since(start + 4) == []


def test_an_erasure_cut_short_is_repeated_without_harm(house: House) -> None:
    subject = house.browser()
    house.vault.begin_erasing(subject)
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)
    after = house.vault.erase(subject)
    assert house.vault.begin_erasing(subject) == after
    assert len(house.vault.ended_since(0)) == 2


def test_a_subject_is_not_erased_before_its_erasure_began(house: House) -> None:
    item = house.sealed(subject := house.browser())
    with pytest.raises(VaultError, match="begin the erasure first"):
        house.vault.erase(subject)
    assert house.vault.open_for(STATISTICS, [item]) == [PLAIN]


def test_who_writes_late_is_told_by_the_state_of_the_moment(house: House) -> None:
    subject = house.browser()
    house.vault.require_live(subject)
    house.vault.restrict(subject)
    with pytest.raises(Restricted):
        house.vault.require_live(subject)
    house.vault.begin_erasing(subject)
    with pytest.raises(Erased):
        house.vault.require_live(subject)
    with pytest.raises(UnusableInput):
        house.vault.require_live(SubjectId("ab" * 16))


# What is left in the file


def pieces(blob: bytes) -> list[bytes]:
    return [blob[at : at + 12] for at in range(0, len(blob) - 11, 12)]


def crowd(house: House) -> None:
    """Fill several pages, so that rows moved between pages while they were live."""
    house.vault.create_subjects("browser", [[Named("browser", "consent", f"crowd {n}")] for n in range(600)])


def test_the_bytes_of_a_key_leave_the_file_and_its_log_with_the_erasure(house: House) -> None:
    crowd(house)
    item = house.sealed(subject := house.browser())
    crowd(house)
    held = house.identity.held(subject, "visits", "2026-11")
    assert held is not None
    assert held.subject_key is not None
    needles = [*pieces(held.subject_key.blob), house.vault.index("browser", "consent", TOKEN)]
    assert all(needle in house.bytes_on_disk() for needle in needles)
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)
    assert house.vault.checkpoint()
    assert not any(needle in house.bytes_on_disk() for needle in needles)
    assert house.vault.find("browser", "consent", TOKEN) == []
    assert bytes.fromhex(item.label.subject) in house.bytes_on_disk()  # the tombstone


def test_the_bytes_of_an_epoch_key_leave_the_file_when_it_is_dropped(house: House) -> None:
    house.sealed(house.browser())
    held = house.identity.epoch("visits", "2026-11")
    assert held is not None
    assert held.key is not None
    assert held.key.blob in house.bytes_on_disk()
    house.vault.drop_epoch("visits", "2026-11")
    assert not any(piece in house.bytes_on_disk() for piece in pieces(held.key.blob))


def test_a_reader_keeps_the_key_in_the_file_and_the_checkpoint_says_so_until_it_lets_go(house: House) -> None:
    subject = house.browser()
    held = house.identity.held(subject, "visits", "2026-11")
    assert held is not None
    assert held.subject_key is not None
    reader = sqlite3.connect(house.path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM subjects").fetchone() == (1,)
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)
    assert not house.identity.checkpoint_truncate(tries=2)
    assert held.subject_key.blob in house.bytes_on_disk()
    reader.execute("COMMIT")
    assert house.vault.checkpoint()
    assert not any(piece in house.bytes_on_disk() for piece in pieces(held.subject_key.blob))
    reader.close()


def test_a_dump_of_the_store_holds_no_name_in_plain(house: House) -> None:
    subject = house.vault.create_subject("submission", [Named("email", "respond", MAIL)])
    house.vault.register_index(subject, "browser", "consent", TOKEN)
    assert house.vault.find("email", "respond", MAIL) == [subject]
    dump = "\n".join(sqlite3.connect(house.path).iterdump())
    assert house.vault.index("email", "respond", MAIL).hex() in dump.lower()
    raw = house.bytes_on_disk()
    for name in (MAIL, TOKEN):
        plain_hash = hashlib.sha256(name.encode())
        assert name not in dump
        assert name.encode() not in raw
        assert plain_hash.digest() not in raw
        assert plain_hash.digest()[:16] not in raw


# Finding


def test_a_name_is_found_only_by_its_own_kind_and_purpose(house: House) -> None:
    subject = house.vault.create_subject("submission", [Named("email", "respond", MAIL)])
    assert house.vault.find("email", "respond", MAIL) == [subject]
    assert house.vault.find("email", "recruit", MAIL) == []
    assert house.vault.find("phone", "respond", MAIL) == []
    assert house.vault.find("email", "respond", MAIL.upper()) == []


def test_two_people_may_type_one_address_and_only_one_may_prove_it(house: House) -> None:
    one = house.vault.create_subject("submission", [Named("email", "respond", MAIL)])
    other = house.vault.create_subject("submission", [Named("email", "respond", MAIL)])
    assert set(house.vault.find("email", "respond", MAIL)) == {one, other}
    house.vault.register_index(one, "email", "respond", MAIL, verified=True)
    with pytest.raises(UnusableInput, match="already proved"):
        house.vault.register_index(other, "email", "respond", MAIL, verified=True)
    with pytest.raises(UnusableInput, match="already proved"):
        house.vault.create_subject("person", [Named("email", "respond", MAIL, verified=True)])
    assert set(house.vault.find("email", "respond", MAIL)) == {one, other}


def test_who_arrives_is_known_with_state_generation_and_key_at_once(house: House) -> None:
    subject = house.browser()
    arrival = house.vault.arrive(TOKEN, "visits", "2026-11")
    assert arrival is not None
    assert (arrival.subject, arrival.state, arrival.generation) == (subject, "live", 0)
    assert arrival.row_key is not None
    label = Label("visit", "ip", subject, "r1", 0, "visits", "2026-11")
    assert house.vault.open_for(STATISTICS, [Sealed(label, seal(arrival.row_key, label, PLAIN))]) == [PLAIN]
    assert house.vault.arrive("ff" * 16, "visits", "2026-11") is None


def test_a_restricted_person_who_arrives_gets_no_key_and_an_erased_one_is_unknown(house: House) -> None:
    subject = house.browser()
    house.vault.restrict(subject)
    arrival = house.vault.arrive(TOKEN, "visits", "2026-11")
    assert arrival is not None
    assert (arrival.state, arrival.row_key, arrival.generation) == ("restricted", None, 1)
    house.vault.begin_erasing(subject)
    house.vault.erase(subject)
    assert house.vault.arrive(TOKEN, "visits", "2026-11") is None


# Counting visitors


def test_a_visitor_is_the_same_within_a_month_and_another_in_the_next(house: House) -> None:
    subject, other = house.browser(), house.browser("00" * 16)
    november = house.vault.visitor_key(subject, "2026-11")
    assert len(november) == 16
    assert house.vault.visitor_key(subject, "2026-11") == november
    assert house.vault.visitor_key(subject, "2026-12") != november
    assert house.vault.visitor_key(other, "2026-11") != november


def test_a_visitor_key_is_computed_for_the_work_list_while_erasing_and_never_after(house: House) -> None:
    subject = house.browser()
    keys = {month: house.vault.visitor_key(subject, month) for month in ("2026-10", "2026-11")}
    house.vault.drop_epoch("visits", "2026-10")
    house.vault.begin_erasing(subject)
    assert house.vault.visitor_keys(subject) == {"2026-11": keys["2026-11"]}
    with pytest.raises(Erased):
        house.vault.visitor_key(subject, "2026-11")
    house.vault.erase(subject)
    with pytest.raises(Erased):
        house.vault.visitor_keys(subject)


# Epochs


def test_a_class_under_62_days_has_an_epoch_a_day_and_others_one_a_month() -> None:
    assert epoch_of("network_log", NOON, 61) == "2026-11-24"
    assert epoch_of("visits", NOON, 62) == "2026-11"


def test_an_epoch_is_a_month_of_utc_wherever_the_moment_was_taken() -> None:
    in_shanghai = datetime(2026, 12, 1, 7, 59, tzinfo=timezone(timedelta(hours=8)))
    assert epoch_of("visits", in_shanghai, 395) == "2026-11"
    with pytest.raises(ValueError, match="aware"):
        epoch_of("visits", datetime(2026, 12, 1), 395)  # noqa: DTZ001
