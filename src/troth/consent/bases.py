"""Clause 3: what stands in for consent is an event: which case, for what, on what evidence, called on by whom (X-04).

An event begins when it is written down or later, and it ends when that is written down or later. So what a past
moment stood on never changes afterwards (P30).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from troth.policy import bases
from troth.policy.permit import SubjectId

BY_POLICY = "policy"
"""Who calls on a basis that a published version declares. Stored in the database, never change it."""

FOREVER = datetime.max.replace(tzinfo=UTC)


class BasisEvent(Struct, frozen=True, kw_only=True):
    """One of the twelve cases, called on: it stands from `start`, before `end`, and never after `until`.

    subject   whom it is about; None = everybody under the purpose
    evidence  a reference: law, number of an order, contract id; never personal data
    actor     who called on it: "policy" or "staff:<id>"
    made_at   when it was written down
    until     when it ends by itself; None = only when somebody ends it
    """

    event_id: str
    basis: str
    purpose: str
    subject: SubjectId | None
    evidence: str
    actor: str
    made_at: datetime
    start: datetime
    until: datetime | None = None
    end: datetime | None = None
    ended_by: str | None = None

    @property
    def last(self) -> datetime:
        """The first moment it does not stand any more; FOREVER while nobody has said."""
        return min(self.until or FOREVER, self.end or FOREVER)


class Invocation(Struct, frozen=True, kw_only=True):
    """What somebody says when they call on a basis; `start` None = now. The fields are those of the event."""

    basis: str
    purpose: str
    evidence: str
    actor: str
    subject: SubjectId | None = None
    start: datetime | None = None
    until: datetime | None = None


class BasisRefusal(Struct, frozen=True, kw_only=True):
    """A person said no to a purpose that rests on published data; it holds from then on."""

    refusal_id: str
    subject: SubjectId
    purpose: str
    at: datetime


class Footing(Struct, frozen=True, kw_only=True):
    """What one purpose stands on at one moment, consent aside.

    refused   who refused it among the people asked for
    withdrew  who was asked for consent to this purpose once and took it back
    """

    for_everybody: BasisEvent | None
    about: Mapping[SubjectId, BasisEvent]
    refused: frozenset[SubjectId] = frozenset()
    withdrew: frozenset[SubjectId] = frozenset()

    @property
    def carries_everybody(self) -> bool:
        return self.for_everybody is not None and not self.refused and not self.withdrew

    def under(self, subject: SubjectId) -> BasisEvent | None:
        """Return the event that carries a person, None if there is none.

        Whoever said no is never carried by an event for everybody: no later basis stands in silently (X-05).
        """
        own = self.about.get(subject)
        if own is not None and not (subject in self.refused and bases()[own.basis].honours_refusal):
            return own
        if subject in self.refused or subject in self.withdrew:
            return None
        return self.for_everybody
