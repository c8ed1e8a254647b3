"""A register alone, for tests: who is live, who signs, what an entry is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from troth.engines.sql.register import Register, Witness
from troth.ledger import Draft, Entry, HeadSigner, SealedPayload
from troth.policy.permit import SubjectId
from troth.vault import State
from troth.vault.key import Key

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANN, BEN = SubjectId("a" * 32), SubjectId("b" * 32)
SEED = Key(b"test only, 32 bytes, no secret..")
SIGNER = HeadSigner("test/ledger", SEED, date(2026, 1, 1))


class People:
    """Who is live, as the identity store would say."""

    def __init__(self) -> None:
        self.states: dict[SubjectId, State] = {ANN: "live", BEN: "live"}

    def state_of(self, subject: SubjectId) -> State | None:
        return self.states.get(subject)


def open_register(url: str, people: People | None = None) -> Register:
    """A register, made if it is not there."""
    return Register(url, people or People(), SIGNER)


def draft(name: str, subject: SubjectId | None = None, at: datetime = NOON) -> Draft:
    """An entry whose commitment shows its name."""
    entry = Entry(kind="test", at=at, policy_hash="0" * 64, clause="C7-01", commitment=name.encode().ljust(32, b"."))
    payload = SealedPayload(subject=subject, record_id=name, class_="evidence", epoch="2026-11", blob=name.encode())
    return Draft(entry, payload)


def names(register: Register | Witness) -> list[str]:
    """The names of the entries, in order."""
    with register.reading() as reading:
        return [numbered.entry.commitment.rstrip(b".").decode() for numbered in reading.ledger.after(most=100_000)]


def counted(register: Register, reason: str) -> int:
    """How often a change counted this."""
    with register.reading() as reading:
        return reading.counters.between(date(2026, 1, 1), date(2026, 12, 31)).get((NOON.date(), "test", reason), 0)
