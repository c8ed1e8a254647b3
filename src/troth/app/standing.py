"""`troth bases`: what each purpose stands on at a moment, read without changing anything (clause 3)."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

from msgspec import Struct

from troth.consent import BasisEvent
from troth.engines.sql.policy_rows import PublishedVersions
from troth.engines.sql.register import Witness
from troth.policy import load_policy_text
from troth.settings import Settings


class Called(Struct, frozen=True, kw_only=True):
    """An event that stands. Whom it is about is not said, only that it is about one person.

    until  when it ends, as far as that is known
    """

    event_id: str
    about: str
    evidence: str
    actor: str
    start: datetime
    until: datetime | None


class PurposeStands(Struct, frozen=True):
    """One purpose, the basis the version in force declares for it, and the events that carry it."""

    purpose: str
    basis: str
    events: tuple[Called, ...]


def what_stands(settings: Settings, moment: datetime) -> list[PurposeStands]:
    """Return every purpose of the version in force at `moment`, in the order of the file.

    Raises UnusableInput if there is no register, PolicyError if no version was in force yet.
    """
    with closing(Witness(settings.register_place)) as register:
        policy = PublishedVersions(register, lambda source: load_policy_text(source).policy).at(moment).policy
        with register.reading() as reading:
            events = reading.bases.at(moment)
    return [
        PurposeStands(
            name,
            purpose.basis,
            tuple(_called(each) for each in events if (each.purpose, each.basis) == (name, purpose.basis)),
        )
        for name, purpose in policy.purposes.items()
    ]


def _called(event: BasisEvent) -> Called:
    return Called(
        event_id=event.event_id,
        about="everybody" if event.subject is None else "one person",
        evidence=event.evidence,
        actor=event.actor,
        start=event.start,
        until=None if event.until is None and event.end is None else event.last,
    )
