"""What bases need of the register, in the words of clause 3; `stores.py` says where a change and a reading have it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from troth.consent.bases import BasisEvent, BasisRefusal
from troth.policy.permit import SubjectId


class BasisBook(Protocol):
    """Bases inside one change."""

    def begin(self, event: BasisEvent) -> None:
        """Keep an event; one about a person only while nobody has erased them."""
        ...

    def lasting(self, moment: datetime) -> list[BasisEvent]:
        """Return the events that stand after `moment` or still may, the oldest first."""
        ...

    def end(self, event_id: str, at: datetime, by: str) -> None:
        """End an event; an end only ever moves forward in time to an earlier moment, never to a later one."""
        ...

    def refuse(self, refusal: BasisRefusal) -> bool:
        """Keep a refusal; False if the person had refused already, and the first one stays."""
        ...


class BasisShelf(Protocol):
    """Bases as a reader sees them."""

    def find(self, event_id: str) -> BasisEvent | None: ...

    def at(self, moment: datetime) -> list[BasisEvent]:
        """Return the events that stand at `moment`, the oldest first."""
        ...

    def standing(
        self, purpose: str, basis: str, moment: datetime, among: Collection[SubjectId] | None
    ) -> list[BasisEvent]:
        """Return the events of a purpose that stand at `moment`: for everybody, and about these people (None = all)."""
        ...

    def refused(self, purpose: str, moment: datetime, among: Collection[SubjectId] | None) -> frozenset[SubjectId]:
        """Return who of these people (None = of all) had refused the purpose by `moment`."""
        ...

    def withdrew(self, purpose: str, moment: datetime, among: Collection[SubjectId] | None) -> frozenset[SubjectId]:
        """Return who of these people (None = of all) had taken a consent to the purpose back by `moment`."""
        ...
