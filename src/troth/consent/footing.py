"""Clause 3: what a purpose stands on at a moment, read from the events; the answer about a past moment stays (P30)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from troth.consent.bases import Footing
from troth.consent.permits import basis_of, permit_by_law
from troth.consent.stores import ConsentRegister
from troth.policy.permit import Permit, SubjectId
from troth.policy.versions import VersionsInForce


class Footings:
    """Answers from the register, each time anew; keeps nothing about a person."""

    def __init__(self, register: ConsentRegister, versions: VersionsInForce) -> None:
        self._register = register
        self._versions = versions

    def at(self, purpose: str, moment: datetime, among: Collection[SubjectId] | None) -> Footing:
        """Return what the purpose stands on for these people (None = for everybody); NotPermitted if undeclared.

        An event counts only while the version in force declares its basis for the purpose.
        """
        basis = basis_of(self._versions.at(moment), purpose)
        with self._register.reading() as reading:
            events = reading.bases.standing(purpose, basis, moment, among)
            refused = reading.bases.refused(purpose, moment, among)
            asked = self._was_on_consent(purpose)
            withdrew = reading.bases.withdrew(purpose, moment, among) if asked else frozenset()
        return Footing(
            for_everybody=next((event for event in events if event.subject is None), None),
            about={event.subject: event for event in events if event.subject is not None},
            refused=refused,
            withdrew=withdrew,
        )

    def permit(
        self, purpose: str, subjects: Collection[SubjectId] | None, now: datetime, actor: str, clause: str
    ) -> Permit:
        """Return leave to read on the declared basis; NotPermitted unless an event stands for everybody asked for."""
        footing = self.at(purpose, now, subjects)
        return permit_by_law(self._versions.at(now), purpose, subjects, footing, actor, clause)

    def _was_on_consent(self, purpose: str) -> bool:
        return any(purpose in version.policy.consent_purposes for version in self._versions.published())
