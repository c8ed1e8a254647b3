"""Clauses 4 and 8: take a choice, end a consent, say how it stands.

Identity and register are two stores, so the order of the steps decides what a crash in between leaves behind:

    a first yes    1 identity: the subject and its token   2 register: decision, intervals, ledger entry
                   in between: a subject without a consent; nothing is collected, it is swept after 24 hours
    a withdrawal   1 this process answers "nothing granted"   2 identity: generation + 1, every collector lets go
                   3 register: intervals end, duty `erase_withdrawn`, ledger entry   4 identity: generation + 1 again
                   in between: nothing was acknowledged, and collectors have let go already. Step 4 drops what a
                   collector in another process read again between 2 and 3.

What a decision does to what stood before is read before its change and looked at again inside it: if the person decided
something else meanwhile, it is worked out anew, so that every decision has its moment and its event.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct, structs

from troth.clock import Clock, from_ms, to_ms
from troth.consent.answering import decided_as, unchanged
from troth.consent.asking import must_ask
from troth.consent.before import NOTHING, Before
from troth.consent.checking import BY_SIGNAL, check_choice
from troth.consent.drafting import (
    decision_of,
    erasure_due,
    following,
    lifetime,
    withdrawal_of,
    write_down,
)
from troth.consent.footing import Footings
from troth.consent.keeping import Overtaken, write_decision
from troth.consent.model import (
    Choice,
    ChoiceRefused,
    Decided,
    Decision,
    LastDecision,
    NotPermitted,
    Standing,
    UnknownToken,
)
from troth.consent.permits import basis_of, permit_by_consent
from troth.consent.receipt import Receipt, ReceiptSigner
from troth.consent.receipt_desk import ReceiptDesk
from troth.consent.record_27560 import Links
from troth.consent.sealing import VaultSealer
from troth.consent.signals import spared_by_signal
from troth.consent.standing import Consents
from troth.consent.stores import ConsentRegister
from troth.consent.turns import Turns
from troth.errors import Erased, Restricted, StoreError
from troth.policy.permit import Grant, Permit, SubjectId
from troth.policy.versions import Version, VersionsInForce
from troth.vault import Named, Vault

TOKEN_BYTES = 16
MOST_TRIES = 8


class Person(Struct, frozen=True):
    """Somebody who decided here before; `is_live` is false while their processing is stopped."""

    subject: SubjectId
    is_live: bool


class ConsentDesk:
    """Where choices are taken. Safe to call from several threads at once."""

    def __init__(
        self,
        register: ConsentRegister,
        vault: Vault,
        versions: VersionsInForce,
        clock: Clock,
        signer: ReceiptSigner,
        links: Links = Links(),  # noqa: B008 - frozen
    ) -> None:
        self._register = register
        self._vault = vault
        self._versions = versions
        self._clock = clock
        self._sealer = VaultSealer(vault, versions)
        self._consents = Consents(register, versions)
        self._footings = Footings(register, versions)
        self._receipts = ReceiptDesk(register, vault, versions, clock, signer, links)
        self._turns = Turns()
        self._stopping: set[SubjectId] = set()
        self._newest = datetime.min.replace(tzinfo=UTC)

    def decide(self, choice: Choice, token: str | None) -> Decided:
        """Take a choice and return what is granted now.

        A refusal by a browser we do not know makes no subject and no token: it is only counted.
        Raises StaleChoice, ChoiceRefused, Restricted, StoreError; nothing is stored then.
        """
        now = self._now()
        version = self._versions.at(now)
        check_choice(choice, version, now)
        known = self._person(token)
        if known is not None and choice.how == BY_SIGNAL:
            return self._by_signal(choice, token, known, version, now)
        return self._take(choice, token, known, version, now)

    def decide_for(self, choice: Choice, subject: SubjectId) -> Decided:
        """Take a guardian's choice for a child whose browser is elsewhere: nobody holds a token here (C9-02).

        Raises as `decide`, and Erased.
        """
        now = self._now()
        version = self._versions.at(now)
        check_choice(choice, version, now)
        if choice.guardian is None:
            raise ChoiceRefused("only a guardian decides for somebody else", "decide with the browser's own token")
        known = self._known(subject)
        if known is None:
            raise Erased(f"subject {subject} is erased")
        return self._take(choice, None, known, version, now)

    def withdraw(self, token: str, purposes: Collection[str] | None = None) -> Decided:
        """End the consent to these purposes (None = to all of them); what was done before stays lawful.

        A running collector stops within a second, and deleting what rested on the consent is due at once.
        Raises UnknownToken, StoreError.
        """
        now = self._now()
        known = self._person(token)
        if known is None:
            raise UnknownToken("no browser with this token has decided anything here")
        before = self._consents.before(known.subject, now)
        held = {each.purpose for each in before.open if now < each.until}
        ending = held if purposes is None else held & set(purposes)
        decision = withdrawal_of(known.subject, ending, self._versions.at(now), now)
        if not ending:
            granted = before.granted_at(self._moment())
            token_kept, gpc = token if granted else None, before.is_over_signal(granted)
            return unchanged(decision.policy_hash, token_kept, granted, decision.until, now, gpc)
        return self._store(decision, token, known, {})

    # Receipts

    def issue(self, receipt: Receipt) -> bytes:
        """Return the signed document of a receipt: canonical JSON that can be checked without us."""
        return self._receipts.issue(receipt)

    def receipt(self, number: str, token: str) -> Receipt | None:
        """Return a browser's own receipt; None for a wrong token and for an unknown number alike (rule 31)."""
        known = self._person(token)
        return None if known is None else self._receipts.find(number, known.subject)

    def receipt_of(self, decision_id: str, token: str) -> Receipt | None:
        """Return the receipt of one of a browser's decisions, None if it is not theirs. Raises Restricted."""
        known = self._person(token)
        return None if known is None else self._receipts.of_decision(decision_id, known.subject)

    def decisions(self, token: str) -> list[Decision]:
        """Return what the browser with this token decided, the newest first; nothing sealed is opened for it."""
        known = self._person(token)
        if known is None:
            return []
        with self._register.reading() as reading:
            return reading.consents.decisions(known.subject)[::-1]

    def evidence(self, number: str, actor: str) -> Receipt | None:
        """Return what was decided under a number, whether or not the person still exists here (X-01).

        actor   "staff:<id>"; the reading is recorded before anything is shown, on a basis other than consent
        """
        return self._receipts.evidence(number, actor)

    # How it stands

    def standing(self, token: str) -> Standing | None:
        """Return what the browser with this token grants now, None if nothing or unknown."""
        return self.standings([token])[0]

    def standings(self, tokens: Sequence[str]) -> list[Standing | None]:
        """Return the same for many browsers at once, in order."""
        now = self._moment()
        found = [self._vault.find("browser", "consent", token) for token in tokens]
        subjects = [people[-1] if people and people[-1] not in self._stopping else None for people in found]
        standing = self._consents.standings([subject for subject in subjects if subject], now)
        return [standing.get(subject) if subject else None for subject in subjects]

    def lawful_at(self, subject: SubjectId, purpose: str, moment: datetime) -> bool:
        """Whether processing for a purpose was lawful at `moment`; the answer never changes afterwards."""
        return self._consents.lawful_at(subject, purpose, moment)

    def consenting(self, purpose: str, among: Collection[SubjectId] | None = None) -> frozenset[SubjectId]:
        """Return who consents to a purpose now: of these people, or of everybody."""
        return self._consents.consenting(purpose, self._moment(), among) - self._stopping

    def must_ask(self, last: LastDecision | None) -> bool:
        """Whether a browser that remembers this decision is asked now."""
        now = self._now()
        current = self._versions.at(now).policy
        then = self._versions.by_hash(last.policy_hash) if last else None
        told = then.policy.consent.reask_after_days if then else 0  # a promise: no later policy asks them sooner
        cool_down = timedelta(days=max(told, current.consent.reask_after_days))
        return must_ask(last, then.policy if then else None, current, now, cool_down)

    def permit(self, purpose: str, subjects: Collection[SubjectId] | None, actor: str, clause: str) -> Permit:
        """Return leave to read under a purpose; NotPermitted if one of these people does not consent to it now.

        subjects   None = everybody under the purpose; where it rests on consent: everybody who consents now
        """
        now = self._now()
        version = self._versions.at(now)
        if basis_of(version, purpose) != "consent":
            return self._footings.permit(purpose, subjects, now, actor, clause)
        consenting = self.consenting(purpose, subjects)
        if subjects is not None and not consenting.issuperset(subjects):
            raise NotPermitted(f"consent to {purpose} does not hold for everybody asked for", "leave those people out")
        return permit_by_consent(version, purpose, consenting, actor, clause)

    def _take(
        self, choice: Choice, token: str | None, known: Person | None, version: Version, now: datetime
    ) -> Decided:
        granted = frozenset(name for name, yes in choice.purposes.items() if yes)
        if known is None and not granted:
            return self._count_refusal(choice, version, now)
        if known is not None and not known.is_live and granted:
            raise Restricted("processing is stopped for this person", "lift the restriction first")
        if known is None:
            token, subject = self._new_browser()
        else:
            subject = known.subject
        decision, grants = decision_of(choice, version, subject, now)
        return self._store(decision, token, known, grants)

    def _by_signal(self, choice: Choice, token: str | None, known: Person, version: Version, now: datetime) -> Decided:
        """Take a browser's signal as the policy says: after a yes it may change nothing, or end that yes (P19)."""
        before = self._consents.before(known.subject, now)
        moment = self._moment()
        standing = [each for each in before.open if each.purpose not in before.widened and each.holds_at(moment)]
        spared = spared_by_signal(standing, version.policy.consent)
        if standing and len(spared) == len(standing):
            until = min(each.until for each in standing)
            granted = before.granted_at(moment)
            return unchanged(version.hash, token, granted, until, now, before.is_over_signal(granted))
        said = [*choice.purposes, *(each.purpose for each in standing)]  # it speaks to all, whatever the page named
        answered = {purpose: False for purpose in said if purpose not in spared}
        return self._take(structs.replace(choice, purposes=answered), token, known, version, now)

    def _store(
        self, decision: Decision, token: str | None, known: Person | None, grants: Mapping[str, Grant]
    ) -> Decided:
        """Keep a decision, worked out anew if the same person decided something else meanwhile."""
        if known is None:
            return self._store_after(NOTHING, following(decision, NOTHING), token, known, grants)
        with self._turns.of(decision.subject):
            for _ in range(MOST_TRIES):
                before = self._consents.before(decision.subject, decision.at)
                try:
                    return self._store_after(before, following(decision, before), token, known, grants)
                except Overtaken:
                    continue
        raise StoreError("one person decides faster than it can be kept", "try again")

    def _store_after(
        self,
        before: Before,
        decision: Decision,
        token: str | None,
        known: Person | None,
        grants: Mapping[str, Grant],
    ) -> Decided:
        """Keep a decision in the order the head of this file gives. Raises Overtaken."""
        written = write_down(self._sealer, decision, before, is_live=known is None or known.is_live)
        copy = self._receipts.seal(written)
        withdrawn = before.withdrawn_by(decision)
        if withdrawn:
            self._stopping.add(decision.subject)
            self._vault.ended(decision.subject, "withdraw")
        with self._register.change() as change:
            appended = write_decision(change, decision, grants, written, copy, before)
            if withdrawn:
                change.duties.add(erasure_due(decision, withdrawn, min(decision.at, self._now())))
        if withdrawn:
            self._vault.ended(decision.subject, "withdraw")
        self._newest = max(self._newest, decision.at)
        self._stopping.discard(decision.subject)
        receipt = Receipt(written.statement, written.plain, written.salt, appended)
        return decided_as(decision, token, before, withdrawn, receipt)

    def _now(self) -> datetime:
        """Return now in whole milliseconds, as it is stored."""
        return from_ms(to_ms(self._clock.now()))

    def _moment(self) -> datetime:
        """Return now for a question about how it stands: never before a decision that is kept already.

        A second decision in one millisecond is kept in the next (`following`); it holds at once all the same.
        """
        return max(self._now(), self._newest)

    def _person(self, token: str | None) -> Person | None:
        """Return who a token belongs to, unless they are erased."""
        people = self._vault.find("browser", "consent", token) if token is not None else []
        return self._known(people[-1]) if people else None

    def _known(self, subject: SubjectId) -> Person | None:
        state = self._vault.state_of(subject)
        return Person(subject, state == "live") if state in ("live", "restricted") else None

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
