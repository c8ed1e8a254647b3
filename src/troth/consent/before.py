"""Clause 8.3: what stood for a person just before a decision, and what stands after it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from troth.consent.events import Event, event_of
from troth.consent.intervals import withdrawn_by
from troth.consent.model import Decision, Interval
from troth.consent.needs import Needs, running


class Before(Struct, frozen=True, kw_only=True):
    """What the register says of a person.

    open     the intervals that nobody has ended
    last_at  when their newest decision was; None if there is none
    widened  purposes that go further in the version in force than where they were agreed to: no yes reaches there
    needs    what purposes need of one another in the version in force
    """

    open: tuple[Interval, ...] = ()
    last_at: datetime | None = None
    widened: frozenset[str] = frozenset()
    needs: Needs = {}

    def held_at(self, moment: datetime) -> frozenset[str]:
        """Return the purposes that were agreed to and have not lapsed."""
        return frozenset(each.purpose for each in self.open if each.holds_at(moment))

    def granted_at(self, moment: datetime) -> frozenset[str]:
        """Return everything that is granted while nothing is decided."""
        return running(self.held_at(moment) - self.widened, self.needs)

    def is_over_signal(self, granted: frozenset[str]) -> bool:
        """Return whether all of these were agreed to while the browser's signal was on (P19)."""
        return bool(granted) and all(each.gpc for each in self.open if each.purpose in granted)

    def kept_by(self, decision: Decision) -> list[Interval]:
        """Return the intervals a decision leaves alone and that still cover what the version in force does."""
        return [
            each
            for each in self.open
            if each.purpose not in decision.purposes and each.purpose not in self.widened and each.holds_at(decision.at)
        ]

    def granted_by(self, decision: Decision) -> frozenset[str]:
        """Return everything that is granted after a decision, answered by it or kept."""
        given = {purpose for purpose, yes in decision.purposes.items() if yes}
        return running(given | {each.purpose for each in self.kept_by(decision)}, self.needs)

    def withdrawn_by(self, decision: Decision) -> frozenset[str]:
        """Return what held until this decision and does not any more."""
        return withdrawn_by(decision, self.open)

    def event_of(self, decision: Decision) -> Event:
        """Return what the decision did to what stood."""
        return event_of(self.held_at(decision.at), self.granted_by(decision), self.widened)


NOTHING = Before()
"""For somebody we do not know."""
