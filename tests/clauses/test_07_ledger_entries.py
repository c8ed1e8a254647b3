"""Clause 7: what is done stands in the ledger, without personal data; what it commits to is sealed under the person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from consents import Room
from hypothesis import given
from hypothesis import strategies as st

from troth.clock import SetClock
from troth.consent.permits import permit_for_own
from troth.consent.sealing import payload_label
from troth.errors import Erased, Expired, StoreError, Tampered
from troth.ledger import (
    Entry,
    Numbered,
    SealedPayload,
    commitment,
    draft_entry,
    leaf_bytes,
    read_payload,
    record,
)
from troth.policy.permit import SubjectId
from troth.vault import Label, Sealed, epoch_of, seal

ANN = SubjectId("a" * 32)
AT = datetime(2026, 11, 24, 12, 30, 15, 678_000, tzinfo=UTC)


@pytest.fixture
def room(tmp_path: Path, clock: SetClock) -> Iterator[Room]:
    room = Room(tmp_path, clock)
    yield room
    room.close()


class PlainSealer:
    """Seals nothing, so that a test sees what would have been sealed."""

    def seal_payload(self, subject: SubjectId | None, record_id: str, at: datetime, plain: bytes) -> SealedPayload:
        return SealedPayload(subject=subject, record_id=record_id, class_="evidence", epoch="2026-11", blob=plain)


def sealed(payload: SealedPayload) -> Sealed:
    label = payload_label(payload.subject, payload.record_id, payload.class_, payload.epoch)
    return Sealed(label, payload.blob)


def record_of_ann(room: Room, text: bytes = b"canary-4711") -> tuple[SubjectId, Sealed]:
    """A sealed value of a person, as a collector would have stored it."""
    subject = room.subject(room.agree())
    epoch = epoch_of("visits", room.clock.now(), 395)
    label = Label("visit", "facts", subject, "1", 1, "visits", epoch)
    return subject, Sealed(label, seal(room.vault.row_key(subject, "visits", epoch), label, text))


# The entry


def test_the_commitment_is_frozen() -> None:
    """Stored for ever and printed in receipts: a change here breaks every proof ever given."""
    by_hand = hashlib.sha256(
        b"\x00\x00\x00\x03"
        + b"\x00\x00\x00\x0ftroth/commit/v1"
        + b"\x00\x00\x00\x20"
        + b"s" * 32
        + b"\x00\x00\x00\x09"
        + b'{"a":"b"}'
    ).hexdigest()
    assert commitment(b"s" * 32, b'{"a":"b"}').hex() == by_hand
    assert by_hand == "a6d547d04a35f1a17f9d1e0ec2352af6b1a775dd1239aabdc330ebf132af11b3"


def test_what_the_tree_will_hash_is_frozen() -> None:
    entry = Entry(kind="consent", at=AT, policy_hash="p", clause="C8.3-01", commitment=b"c" * 32)
    parts = [b"troth/entry/v1", b"5", b"1", b"1795523415", b"consent", b"p", b"C8.3-01", b"c" * 32]
    expected = len(parts).to_bytes(4, "big") + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert leaf_bytes(Numbered(5, entry)) == expected


@given(field=st.sampled_from(["seq", "kind", "at", "policy_hash", "clause", "commitment", "version"]))
def test_every_part_of_an_entry_is_in_what_the_tree_will_hash(field: str) -> None:
    entry = Entry(kind="consent", at=AT, policy_hash="p", clause="C8.3-01", commitment=b"c" * 32)
    changed = {"at": AT + timedelta(seconds=1), "commitment": b"d" * 32, "version": 2}.get(field, "other")
    other = Numbered(6, entry) if field == "seq" else Numbered(5, msgspec.structs.replace(entry, **{field: changed}))
    assert leaf_bytes(other) != leaf_bytes(Numbered(5, entry))


def test_an_entry_tells_the_second_and_never_the_person() -> None:
    draft = draft_entry(
        PlainSealer(), "consent", "C8.3-01", {"subject": ANN}, subject=ANN, record_id="r", policy_hash="p", at=AT
    )
    assert draft.entry.at == datetime(2026, 11, 24, 12, 30, 15, tzinfo=UTC)
    assert ANN.encode() in draft.payload.blob, "who it is about is inside"
    assert ANN not in repr(draft.entry)
    assert ANN.encode() not in leaf_bytes(Numbered(0, draft.entry))


def test_the_same_payload_never_commits_alike_twice() -> None:
    def drafted() -> bytes:
        draft = draft_entry(PlainSealer(), "k", "C7", {"a": 1}, subject=None, record_id="r", policy_hash="p", at=AT)
        return draft.entry.commitment

    assert len({drafted() for _ in range(50)}) == 50


@given(where=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_a_payload_that_was_changed_does_not_fit_its_entry(where: int, flip: int) -> None:
    draft = draft_entry(
        PlainSealer(), "k", "C7", {"b": True, "a": "x"}, subject=None, record_id="r", policy_hash="p", at=AT
    )
    opened = bytearray(draft.payload.blob)
    assert read_payload(draft.entry, bytes(opened)) == b'{"a":"x","b":true}'
    opened[where % len(opened)] ^= flip
    with pytest.raises(Tampered):
        read_payload(draft.entry, bytes(opened))


# In the stores


def test_a_decision_has_one_entry_whose_payload_the_person_can_open_and_check(room: Room) -> None:
    token = room.desk.decide(room.choice(gpc=True), None).token
    assert token is not None
    subject = room.subject(token)
    (numbered,) = room.entries()
    with room.register.reading() as reading:
        ((seq, payload),) = reading.ledger.payloads_of(subject)
    assert seq == numbered.seq == 0
    (opened,) = room.vault.open_for(permit_for_own(subject), [sealed(payload)])
    said = msgspec.json.decode(read_payload(numbered.entry, opened))
    assert (said["purposes"], said["how"]) == ({"statistics": True}, "banner")
    assert subject.encode() not in opened, "whose it is, the key says that it is sealed under"
    assert numbered.entry.policy_hash == "a" * 64
    assert (said["text"], said["gpc"], said["layer"], said["language"]) == ("5" * 64, True, 1, "en")


def test_re_sealing_a_payload_changes_no_entry(room: Room) -> None:
    subject = room.subject(room.agree())
    (numbered,) = room.entries()
    with room.register.reading() as reading:
        ((_, payload),) = reading.ledger.payloads_of(subject)
    (opened,) = room.vault.open_for(permit_for_own(subject), [sealed(payload)])
    label = sealed(payload).label
    again = seal(room.vault.row_key(subject, payload.class_, payload.epoch), label, opened)
    assert again != payload.blob
    (opened_again,) = room.vault.open_for(permit_for_own(subject), [Sealed(label, again)])
    assert read_payload(numbered.entry, opened_again) == read_payload(numbered.entry, opened)


def test_after_an_erasure_the_entries_stay_and_their_payloads_are_closed(room: Room) -> None:
    subject = room.subject(room.agree())
    before = room.entries()
    with room.register.reading() as reading:
        ((_, payload),) = reading.ledger.payloads_of(subject)
    room.vault.begin_erasing(subject)
    room.vault.erase(subject)
    with pytest.raises(Erased):
        room.vault.open_for(permit_for_own(subject), [sealed(payload)])
    assert [numbered.entry for numbered in room.entries()][: len(before)] == [numbered.entry for numbered in before]


def test_record_seals_and_appends_in_one_go(room: Room) -> None:
    with room.register.change() as change:
        appended = record(
            change,
            PlainSealer(),
            "published",
            "C12-01",
            {"v": "1"},
            subject=None,
            record_id="r",
            policy_hash="p",
            at=AT,
        )
    assert [numbered.entry for numbered in room.entries()] == [appended.entry]


# Readings (security rule 48)


def test_a_reading_stands_in_the_ledger_before_the_text_is_handed_out(room: Room) -> None:
    subject, value = record_of_ann(room)
    assert room.vault.open_for(permit_for_own(subject), [value]) == [b"canary-4711"]
    entry = room.entries()[-1].entry
    assert (entry.kind, entry.clause, entry.policy_hash) == ("read", "C8.1-01", "a" * 64)
    with room.register.reading() as reading:
        _, payload = reading.ledger.payloads_of(subject)[-1]
    (opened,) = room.vault.open_for(permit_for_own(subject), [sealed(payload)])
    said = msgspec.json.decode(read_payload(entry, opened))
    assert (said["purpose"], said["actor"], said["count"], said["fields"]) == ("access", "subject", 1, ["visit.facts"])
    assert said["subjects"] == [subject]


def test_if_the_reading_cannot_be_recorded_nothing_is_opened(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    subject, value = record_of_ann(room)
    before = room.entries()

    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(room.register._commits, "_before_commit", broken)
    with pytest.raises(StoreError):
        room.vault.open_for(permit_for_own(subject), [value])
    monkeypatch.undo()
    assert room.entries() == before
    assert room.vault.open_for(permit_for_own(subject), [value]) == [b"canary-4711"]


def test_a_bulk_reading_is_one_entry_with_count_and_filter_under_the_sites_key(room: Room) -> None:
    values = [record_of_ann(room)[1] for _ in range(3)]
    room.publish()
    before = len(room.entries())
    permit = room.desk.permit("security", None, "staff:7", "X-02")
    assert len(room.vault.open_for(permit, values, "day 2026-09-15")) == 3
    (numbered,) = room.entries()[before:]
    with room.register.reading() as reading:
        payload = reading.ledger.payload_at(numbered.seq)
    assert payload is not None
    assert payload.subject is None
    (opened,) = room.vault.open_for(permit, [sealed(payload)])
    said = msgspec.json.decode(read_payload(numbered.entry, opened))
    assert (said["count"], said["selection"], said["actor"]) == (3, "day 2026-09-15", "staff:7")
    assert said["subjects"] == []


def test_an_attempt_to_read_somebody_erased_is_recorded_too(room: Room) -> None:
    subject, value = record_of_ann(room)
    room.vault.begin_erasing(subject)
    room.vault.erase(subject)
    before = len(room.entries())
    with pytest.raises(Erased):
        room.vault.open_for(permit_for_own(subject), [value])
    (numbered,) = room.entries()[before:]
    with room.register.reading() as reading:
        payload = reading.ledger.payload_at(numbered.seq)
    assert numbered.entry.kind == "read"
    assert payload is not None
    assert payload.subject is None


def test_when_the_epoch_of_the_evidence_ends_the_payloads_close_and_the_entries_stay(room: Room) -> None:
    subject = room.subject(room.agree())
    with room.register.reading() as reading:
        ((_, payload),) = reading.ledger.payloads_of(subject)
    assert room.vault.open_for(permit_for_own(subject), [sealed(payload)])
    entries = len(room.entries())
    room.clock.move_to(datetime(2029, 10, 1, tzinfo=UTC))
    room.vault.drop_epoch("evidence", payload.epoch)
    with pytest.raises(Expired):
        room.vault.open_for(permit_for_own(subject), [sealed(payload)])
    assert len(room.entries()) == entries + 1


# On disk


def test_nothing_of_a_payload_stands_in_the_register_in_clear(room: Room) -> None:
    room.agree()
    on_disk = room.bytes_on_disk()
    assert b'"statistics":true' in on_disk, "the decision itself is kept in clear, without anybody's name"
    assert b'"decision":"' not in on_disk
    assert b'"text":"' not in on_disk
