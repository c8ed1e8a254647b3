"""Subjects and their two-way and one-way moves: made, restricted, lifted, erased (clauses 5 and 8)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from troth.clock import Clock, to_ms
from troth.policy.permit import SubjectId
from troth.vault.identity import Ending, IdentityStore, IndexRow, Kind, NewSubject, State, Why, known
from troth.vault.keyring import Keyring, subject_aad


class Subjects:
    """The only place that makes a subject, so that nothing else ever makes a key for somebody erased."""

    def __init__(self, identity: IdentityStore, keyring: Keyring, clock: Clock) -> None:
        self._identity = identity
        self._keyring = keyring
        self._clock = clock

    def create(self, kind: Kind, each: Sequence[Sequence[IndexRow]]) -> list[SubjectId]:
        """Return new live subjects, one for each list of index rows, in one transaction."""
        at_ms = to_ms(self._clock.now())
        made = [self._new(kind, tuple(rows), at_ms) for rows in each]
        self._identity.add_subjects(made)
        return [subject.subject for subject in made]

    def state_of(self, subject: SubjectId) -> State:
        """Return the state. Raises UnusableInput for a subject never made here."""
        return known(subject, self._identity.state_of(subject))

    def move(self, subject: SubjectId, to: State, why: Why | None) -> int:
        """Change the state and return the generation now in force."""
        return self._identity.move(subject, to, why, to_ms(self._clock.now()))

    def end(self, subject: SubjectId, why: Why) -> int:
        """Raise the generation without a change of state: a purpose of theirs ended."""
        return self._identity.end(subject, why, to_ms(self._clock.now()))

    def endings_after(self, generation: int) -> list[Ending]:
        """Return what ended since."""
        return self._identity.endings_after(generation)

    def _new(self, kind: Kind, rows: tuple[IndexRow, ...], at_ms: int) -> NewSubject:
        subject = SubjectId(secrets.token_hex(16))
        return NewSubject(subject, kind, self._keyring.mint(subject_aad(subject, 1)), at_ms, rows)
