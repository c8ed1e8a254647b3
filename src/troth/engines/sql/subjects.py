"""Security rule 13, late writers: a write about a person asks inside its own transaction if the person is live."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from troth.errors import Erased
from troth.policy.permit import SubjectId
from troth.vault import State
from troth.vault.identity import check_live


class Subjects(Protocol):
    """Who is live; the identity store answers."""

    def state_of(self, subject: SubjectId) -> State | None:
        """Return the state, None for a subject never made here."""
        ...


class _Asked:
    """What one change was told; another change asks again."""

    def __init__(self, subjects: Subjects) -> None:
        self._subjects = subjects
        self._told: dict[SubjectId, State | None] = {}

    def state_of(self, subject: SubjectId) -> State | None:
        """Return the state as it was when this change first asked."""
        if subject not in self._told:
            self._told[subject] = self._subjects.state_of(subject)
        return self._told[subject]


class LateWriters:
    """Refuses writes about people who are not live any more."""

    def __init__(self, subjects: Subjects) -> None:
        self._subjects = subjects

    def in_one_change(self) -> LateWriters:
        """Return the same for one change, which asks about each person once, inside its own transaction."""
        return LateWriters(_Asked(self._subjects))

    def refuse_unless_live(self, people: Collection[SubjectId]) -> None:
        """Return if all are live. Raises Erased, Restricted, UnusableInput."""
        for subject in people:
            check_live(subject, self._subjects.state_of(subject))

    def refuse_if_erased(self, subject: SubjectId) -> None:
        """Return if the person may still end something: live or restricted. Raises Erased."""
        if self._subjects.state_of(subject) not in ("live", "restricted"):
            raise Erased(f"subject {subject} is erased")
