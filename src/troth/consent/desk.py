"""Clauses 4 and 8: take a choice, end a consent, say how it stands.

Identity and register are two stores, so the order of the steps decides what a crash in between leaves behind:

    a first yes    1 identity: the subject and its token   2 register: decision, intervals, ledger entry
                   in between: a subject without a consent; nothing is collected, it is swept after 24 hours
    a withdrawal   1 this process answers "nothing granted"   2 identity: generation + 1, every collector lets go
                   3 register: intervals end, duty `erase_withdrawn`, ledger entry   4 identity: generation + 1 again
                   in between: nothing was acknowledged, and collectors have let go already. Step 4 drops what a
                   collector in another process read again between 2 and 3.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from troth.clock import Clock, from_ms, to_ms
from troth.consent.asking import must_ask
from troth.consent.checking import check_choice
from troth.consent.drafting import decision_of, draft_of, erasure_due, lifetime, withdrawal_of
from troth.consent.intervals import begun_by, withdrawn_by
from troth.consent.model import (
    Choice,
    Decided,
    Decision,
    Interval,
    LastDecision,
    NotPermitted,
    Standing,
    UnknownToken,
)
from troth.consent.permits import basis_of, permit_by_consent, permit_by_law
from troth.consent.sealing import EVIDENCE_CLASS, EVIDENCE_DAYS, VaultSealer
from troth.consent.standing import Consents
from troth.consent.stores import ConsentChange, ConsentRegister
from troth.errors import Restricted
from troth.ledger import Draft
from troth.policy.permit import Grant, Permit, SubjectId
from troth.policy.versions import Version, VersionsInForce
from troth.vault import Arrival, Named, Vault, epoch_of

TOKEN_BYTES = 16


class ConsentDesk:
    """Where choices are taken. Safe to call from several threads at once."""

    def __init__(self, register: ConsentRegister, vault: Vault, versions: VersionsInForce, clock: Clock) -> None:
        self._register = register
        self._vault = vault
        self._versions = versions
        self._clock = clock
        self._sealer = VaultSealer(vault)
        self._consents = Consents(register, versions)
        self._stopping: set[SubjectId] = set()

    def decide(self, choice: Choice, token: str | None) -> Decided:
        """Take a choice and return what is granted now.

        A refusal by a browser we do not know makes no subject and no token: it is only counted.
        Raises StaleChoice, ChoiceRefused, Restricted, StoreError; nothing is stored then.
        """
        now = self._now()
        version = self._versions.at(now)
        check_choice(choice, version)
        known = self._arrival(token, now)
        granted = frozenset(name for name, yes in choice.purposes.items() if yes)
        if known is None and not granted:
            return self._count_refusal(choice, version, now)
        if known is not None and known.state != "live" and granted:
            raise Restricted("processing is stopped for this person", "lift the restriction first")
        if known is None or token is None:
            token, subject = self._new_browser()
        else:
            subject = known.subject
        decision, grants = decision_of(choice, version, subject, now)
        return self._store(decision, token, known, grants)

    def withdraw(self, token: str, purposes: Collection[str] | None = None) -> Decided:
        """End the consent to these purposes (None = to all of them); what was done before stays lawful.

        A running collector stops within a second, and deleting what rested on the consent is due at once.
        Raises UnknownToken, StoreError.
        """
        now = self._now()
        known = self._arrival(token, now)
        if known is None:
            raise UnknownToken("no browser with this token has decided anything here")
        with self._register.reading() as reading:
            held = {each.purpose for each in reading.consents.open_intervals(known.subject) if each.holds_at(now)}
        ending = held if purposes is None else held & set(purposes)
        decision = withdrawal_of(known.subject, ending, self._versions.at(now), now)
        if not ending:
            return _decided(decision, token if held else None, frozenset(held), frozenset(), ())
        return self._store(decision, token, known, {})

    def standing(self, token: str) -> Standing | None:
        """Return what the browser with this token grants now, None if nothing or unknown."""
        return self.standings([token])[0]

    def standings(self, tokens: Sequence[str]) -> list[Standing | None]:
        """Return the same for many browsers at once, in order."""
        now = self._now()
        found = [self._vault.find("browser", "consent", token) for token in tokens]
        subjects = [people[-1] if people and people[-1] not in self._stopping else None for people in found]
        standing = self._consents.standings([subject for subject in subjects if subject], now)
        return [standing.get(subject) if subject else None for subject in subjects]

    def lawful_at(self, subject: SubjectId, purpose: str, moment: datetime) -> bool:
        """Whether processing for a purpose was lawful at `moment`; the answer never changes afterwards."""
        return self._consents.lawful_at(subject, purpose, moment)

    def consenting(self, purpose: str, among: Collection[SubjectId] | None = None) -> frozenset[SubjectId]:
        """Return who consents to a purpose now: of these people, or of everybody."""
        return self._consents.consenting(purpose, self._now(), among) - self._stopping

    def must_ask(self, last: LastDecision | None) -> bool:
        """Whether a browser that remembers this decision is asked now."""
        now = self._now()
        current = self._versions.at(now).policy
        then = self._versions.by_hash(last.policy_hash) if last else None
        cool_down = timedelta(days=current.consent.reask_after_days)
        return must_ask(last, then.policy if then else None, current, now, cool_down)

    def permit(self, purpose: str, subjects: Collection[SubjectId] | None, actor: str, clause: str) -> Permit:
        """Return leave to read under a purpose; NotPermitted if one of these people does not consent to it now.

        subjects   None = everybody under the purpose; where it rests on consent: everybody who consents now
        """
        now = self._now()
        version = self._versions.at(now)
        if basis_of(version, purpose) != "consent":
            return permit_by_law(version, purpose, subjects, actor, clause)
        consenting = self.consenting(purpose, subjects)
        if subjects is not None and not consenting.issuperset(subjects):
            raise NotPermitted(f"consent to {purpose} does not hold for everybody asked for", "leave those people out")
        return permit_by_consent(version, purpose, consenting, actor, clause)

    def _store(self, decision: Decision, token: str, known: Arrival | None, grants: Mapping[str, Grant]) -> Decided:
        """Keep a decision in the order the head of this file gives."""
        draft = draft_of(self._sealer, decision, is_live=known is None or known.state == "live")
        if known is not None:
            self._let_go(decision)
        with self._register.change() as change:
            open_ = change.decisions.open_intervals(decision.subject) if known is not None else []
            withdrawn = withdrawn_by(decision, open_)
            _write(change, decision, grants, draft, open_)
            if withdrawn:
                change.duties.add(erasure_due(decision, withdrawn))
        if withdrawn:
            self._vault.ended(decision.subject, "withdraw")
        self._stopping.discard(decision.subject)
        others = {
            each.purpose for each in open_ if each.purpose not in decision.purposes and each.holds_at(decision.at)
        }
        granted = frozenset(grants) | others
        return _decided(decision, token if granted else None, granted, withdrawn, (decision.decision_id,))

    def _let_go(self, decision: Decision) -> None:
        """Make every collector drop the person before the register says so, if this decision withdraws anything."""
        with self._register.reading() as reading:
            open_ = reading.consents.open_intervals(decision.subject)
        if withdrawn_by(decision, open_):
            self._stopping.add(decision.subject)
            self._vault.ended(decision.subject, "withdraw")

    def _now(self) -> datetime:
        """Return now in whole milliseconds, as it is stored."""
        return from_ms(to_ms(self._clock.now()))

    def _arrival(self, token: str | None, now: datetime) -> Arrival | None:
        if token is None:
            return None
        arrival = self._vault.arrive(token, EVIDENCE_CLASS, epoch_of(EVIDENCE_CLASS, now, EVIDENCE_DAYS))
        return arrival if arrival and arrival.state in ("live", "restricted") else None

    def _new_browser(self) -> tuple[str, SubjectId]:
        token = secrets.token_hex(TOKEN_BYTES)
        return token, self._vault.create_subject("browser", [Named("browser", "consent", token)])

    def _count_refusal(self, choice: Choice, version: Version, now: datetime) -> Decided:
        with self._register.change() as change:
            change.counters.add(now.astimezone(version.policy.zone).date(), "consent", f"refused by {choice.how}")
        return Decided(
            token=None,
            granted=frozenset(),
            until=now + lifetime(version, granted=False),
            withdrawn=frozenset(),
            decision_ids=(),
            policy_hash=version.hash,
            decided_at=now,
        )


def _write(
    change: ConsentChange, decision: Decision, grants: Mapping[str, Grant], draft: Draft, open_: Sequence[Interval]
) -> None:
    for grant in grants.values():
        change.decisions.keep_grant(grant)
    change.decisions.keep(decision)
    ending = [each.purpose for each in open_ if each.purpose in decision.purposes]
    if ending:
        change.decisions.end(decision.subject, ending, decision.at, decision.decision_id)
    begun = begun_by(decision, {name: grant.kind for name, grant in grants.items()})
    if begun:
        change.decisions.begin(begun)
    change.ledger.append(draft)


def _decided(
    decision: Decision, token: str | None, granted: frozenset[str], withdrawn: frozenset[str], ids: tuple[str, ...]
) -> Decided:
    return Decided(
        token=token,
        granted=granted,
        until=decision.until,
        withdrawn=withdrawn,
        decision_ids=ids,
        policy_hash=decision.policy_hash,
        decided_at=decision.at,
    )
