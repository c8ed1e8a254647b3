"""Clause 3: call on a basis, end it, refuse it, say what something stood on. Emergencies end by themselves (X-04).

A purpose on consent has no other road: no basis can be called on for it, before or after a withdrawal (P16, X-05).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from troth.clock import Clock, from_ms, to_ms
from troth.consent.bases import BasisEvent, BasisRefusal, Invocation
from troth.consent.basis_check import check_ending, check_invocation, check_refusal
from troth.consent.basis_drafting import draft_of_ending, draft_of_event, draft_of_refusal, erasure_due
from troth.consent.basis_follow import follow_versions
from troth.consent.footing import Footings
from troth.consent.model import Interval, NotPermitted
from troth.consent.sealing import VaultSealer
from troth.consent.standing import Consents
from troth.consent.stores import ConsentChange, ConsentRegister
from troth.policy.permit import Permit, SubjectId
from troth.policy.versions import Version, VersionList, VersionsInForce
from troth.vault import Vault


class BasisDesk:
    """Where bases beside consent are called on. Safe to call from several threads at once."""

    def __init__(self, register: ConsentRegister, vault: Vault, versions: VersionsInForce, clock: Clock) -> None:
        self._register = register
        self._vault = vault
        self._versions = versions
        self._clock = clock
        self._sealer = VaultSealer(vault, versions)
        self._footings = Footings(register, versions)
        self._consents = Consents(register, versions)

    def invoke(self, said: Invocation) -> BasisEvent:
        """Call on a basis and return the event; it stands once this returns, or from its later start.

        Raises NotPermitted if the purpose rests on consent or on another basis, or if the person refused it;
        UnusableInput if evidence, actor or a due end is missing; Erased, StoreError. Nothing is stored then.
        """
        now = self._now()
        version = self._versions.at(now)
        check_invocation(said, version, now)
        self._check_unrefused(said, now)
        event = _event_of(said, now)
        draft = draft_of_event(self._sealer, event, self._sealed_under(event.subject), version.hash)
        with self._register.change() as change:
            change.bases.begin(event)
            if event.until is not None:
                change.duties.add(
                    erasure_due(event.until, now, event.subject, "a basis ends by itself", event.event_id)
                )
            change.ledger.append(draft)
        return event

    def end(self, event_id: str, by: str) -> None:
        """End a basis now, or before it begins; what was done until now stays lawful.

        Raises UnusableInput if there is no such basis, it has ended, or the policy calls on it; StoreError.
        """
        now = self._now()
        with self._register.reading() as reading:
            event = check_ending(reading.bases.find(event_id), by, now)
        at = max(now, event.start)
        draft = draft_of_ending(self._sealer, event, at, by, self._versions.at(now).hash, now)
        with self._register.change() as change:
            change.bases.end(event_id, at, by)
            change.duties.add(erasure_due(at, now, event.subject, "a basis was ended", event_id))
            change.ledger.append(draft)

    def refuse(self, subject: SubjectId, purpose: str) -> None:
        """Take a person's no to a purpose that rests on published data; saying it again changes nothing.

        Raises NotPermitted for a purpose on another basis; Erased, StoreError.
        """
        now = self._now()
        version = self._versions.at(now)
        basis = check_refusal(purpose, version)
        refusal = BasisRefusal(refusal_id=secrets.token_hex(16), subject=subject, purpose=purpose, at=now)
        draft = draft_of_refusal(self._sealer, refusal, basis, self._sealed_under(subject), version.hash)
        with self._register.change() as change:
            if change.bases.refuse(refusal):
                change.duties.add(erasure_due(now, now, subject, f"refused {purpose}", refusal.refusal_id))
                change.ledger.append(draft)

    def events_at(self, moment: datetime) -> list[BasisEvent]:
        """Return every event that stands at a moment, the oldest first; about a past moment always the same."""
        with self._register.reading() as reading:
            return reading.bases.at(moment)

    def stands_on(self, subject: SubjectId, purpose: str, moment: datetime) -> BasisEvent | Interval | None:
        """Return what carried processing about a person for a purpose: a consent or an event; None if nothing did.

        The answer about a past moment never changes. Raises PolicyError before the first version was in force.
        """
        declared = self._versions.at(moment).policy.purposes.get(purpose)
        if declared is None:
            return None
        if not declared.needs_consent:
            return self._footings.at(purpose, moment, [subject]).under(subject)
        if not self._consents.lawful_at(subject, purpose, moment):
            return None
        with self._register.reading() as reading:
            intervals = reading.consents.intervals(subject, purpose)
        return next(each for each in intervals if each.holds_at(moment))

    def permit(self, purpose: str, subjects: Collection[SubjectId] | None, actor: str, clause: str) -> Permit:
        """Return leave to read under a purpose on another basis than consent.

        NotPermitted unless an event stands now for everybody asked for.
        """
        return self._footings.permit(purpose, subjects, self._now(), actor, clause)

    def follow(self, change: ConsentChange, version: Version) -> None:
        """Let the bases follow a version, inside the change that publishes it; again, it changes nothing."""
        published = [known for known in self._versions.published() if known.hash != version.hash]
        versions = VersionList([*published, self._versions.by_hash(version.hash) or version])
        follow_versions(change, versions.published(), VaultSealer(self._vault, versions), self._now())

    def _check_unrefused(self, said: Invocation, now: datetime) -> None:
        if said.subject is not None and said.subject in self._footings.at(said.purpose, now, [said.subject]).refused:
            raise NotPermitted(f"the person refused the purpose {said.purpose}", "leave this person out")

    def _sealed_under(self, subject: SubjectId | None) -> SubjectId | None:
        """Return whose key seals what is written about a person; the site's (None) while the person is restricted."""
        return subject if subject is not None and self._vault.state_of(subject) == "live" else None

    def _now(self) -> datetime:
        """Return now in whole milliseconds, as it is stored."""
        return from_ms(to_ms(self._clock.now()))


def _event_of(said: Invocation, now: datetime) -> BasisEvent:
    return BasisEvent(
        event_id=secrets.token_hex(16),
        basis=said.basis,
        purpose=said.purpose,
        subject=said.subject,
        evidence=said.evidence.strip(),
        actor=said.actor,
        made_at=now,
        start=said.start or now,
        until=said.until,
    )
