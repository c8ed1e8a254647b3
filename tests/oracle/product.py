"""The product behind the oracle's questions: the real consent desk, vault and policy types, on stores in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

import said as law
from msgspec import structs

from troth.clock import SetClock
from troth.consent import (
    Choice,
    ChoiceRefused,
    ConsentDesk,
    Decided,
    LastDecision,
    NotPermitted,
    UnknownToken,
)
from troth.consent.guardian import Channel, GuardianProof
from troth.consent.sealing import EVIDENCE_CLASS
from troth.errors import Restricted
from troth.policy import Policy, load_policy_text
from troth.policy.declared import Cookie, DeclaredFact, Field, Form, Purpose, Sdk
from troth.policy.kept import Criteria, Recipient, Retention, Storage
from troth.policy.permit import SubjectId
from troth.policy.text import Text
from troth.policy.versions import Version, VersionList
from troth.vault import Vault
from troth.web.script import standing_versions

# From the law's words to the policy's types ---------------------------------------------------------------------------

CHOICE_COOKIE = "troth"


def demo_policy() -> Policy:
    """A whole policy, for everything that the law of consent says nothing about."""
    return load_policy_text(resources.files("troth.demo").joinpath("policy.yaml").read_text("utf-8")).policy


class Publisher:
    """Makes the product's version out of the law's; the same one for the same one."""

    def __init__(self, demo: Policy) -> None:
        self._demo = demo
        self._text: Text = demo.title
        self._made: dict[int, tuple[law.Version, Version]] = {}

    def version(self, said: law.Version) -> Version:
        """Return the same version in the product's types."""
        if id(said) not in self._made:
            if len(self._made) > 100:
                self._made.clear()
            made = Version(hash=said.name, policy=self.policy(said), published_at=said.published)
            self._made[id(said)] = said, made
        return self._made[id(said)][1]

    def policy(self, said: law.Version) -> Policy:
        """Return its policy."""
        demo, text = self._demo, self._text
        choice_cookie = structs.replace(demo.cookies[CHOICE_COOKIE], lifetime_days=said.remember_days)
        return structs.replace(
            demo,
            policy=structs.replace(
                demo.policy, languages=said.languages, time_zone=said.zone, effective=said.effective
            ),
            storage=Storage(location=said.country, abroad="declared" if said.abroad else "none"),
            purposes={name: self._purpose(each) for name, each in said.purposes.items()},
            facts={
                name: DeclaredFact(precision=each.precision, purposes=each.purposes, retention=each.keep)
                for name, each in said.facts.items()
            },
            forms={
                name: Form(
                    title=text,
                    purpose=each.purpose,
                    retention=each.keep,
                    fields={key: Field(label=text, category=category) for key, category in each.fields.items()},
                )
                for name, each in said.forms.items()
            },
            cookies={CHOICE_COOKIE: choice_cookie} | {name: self._cookie(each) for name, each in said.cookies.items()},
            sdks={name: self._sdk(each) for name, each in said.code.items()},
            recipients={
                name: Recipient(
                    name=text,
                    contact="contact@vendor.example",
                    purpose=each.purpose,
                    method=text,
                    categories=each.categories,
                    role=each.role,
                )
                for name, each in said.recipients.items()
            },
            retention={EVIDENCE_CLASS: demo.retention[EVIDENCE_CLASS]}
            | {
                name: Retention(
                    criteria=Criteria(**{f"{key}_days": days for key, days in each.items()}),
                    after="delete",
                    class_=name,
                    text=text,
                )
                for name, each in said.keep.items()
            },
            consent=structs.replace(
                demo.consent,
                reask_after_days=said.ask_again_days,
                honour_gpc=said.hears_gpc,
                gpc_over_consent=said.gpc_over_consent,
            ),
            minors=structs.replace(demo.minors, guardian_wait_hours=said.guardian_hours),
        )

    def _purpose(self, said: law.Purpose) -> Purpose:
        kind = said.kind if said.basis == "consent" else None
        return Purpose(title=self._text, text=self._text, basis=said.basis, consent=kind, needs=said.needs)

    def _cookie(self, said: law.Cookie) -> Cookie:
        return Cookie(
            party="first",
            purpose=said.purpose,
            set_by="site",
            lifetime_days=said.days,
            content="random_id",
            text=self._text,
        )

    def _sdk(self, said: law.Code) -> Sdk:
        return Sdk(
            product=self._text,
            purpose=said.purpose,
            scene=self._text,
            data=said.data,
            method=self._text,
            company=self._text,
            statement_url="https://vendor.example/privacy",
            hosts=said.hosts,
            egress="declared" if said.sends_away else "none",
            retention=self._text,
        )


class Published:
    """The versions in force, to which a history adds."""

    def __init__(self) -> None:
        self._versions: list[Version] = []
        self._list = VersionList(())

    def publish(self, version: Version) -> None:
        self._versions.append(version)
        self._list = VersionList(self._versions)

    def at(self, moment: datetime) -> Version:
        return self._list.at(moment)

    def by_hash(self, hash_: str) -> Version | None:
        return self._list.by_hash(hash_)

    def published(self) -> Sequence[Version]:
        return self._list.published()


# The desk, asked the oracle's questions -------------------------------------------------------------------------------


@dataclass
class BrowserStore:
    """The two cookies of a browser, kept as long as the answer said."""

    token: str | None = None
    last_token: str | None = None
    memory: LastDecision | None = None
    forgets_at: datetime | None = None


FORGED = "f" * 32
MADE_UP = "0" * 8


class Product:
    """One site: a desk on its stores and some browsers."""

    def __init__(self, desk: ConsentDesk, vault: Vault, published: Published, clock: SetClock) -> None:
        self.desk, self.vault, self.published, self.clock = desk, vault, published, clock
        self.browsers: dict[int, BrowserStore] = {}

    def browser(self, number: int) -> BrowserStore:
        return self.browsers.setdefault(number, BrowserStore())

    def token_of(self, number: int, token: str) -> str | None:
        browser = self.browser(number)
        return {"own": browser.token, "old": browser.last_token, "forged": FORGED}.get(token)

    def decide(self, number: int, said: law.Choice, token: str) -> Decided | None:
        """Return what became of the choice, None if it was refused."""
        choice = Choice(
            purposes=said.answers,
            language=said.language,
            layer=said.layer,
            how=said.how,
            text_hash=said.words,
            policy_hash=said.on,
            gpc=said.gpc,
            guardian=_proof(said.proof) if said.proof is not None else None,
        )
        try:
            if token == "elsewhere":
                return self._decide_elsewhere(number, choice)
            return self._remember(number, self.desk.decide(choice, self.token_of(number, token)))
        except (ChoiceRefused, Restricted):
            return None

    def _decide_elsewhere(self, number: int, choice: Choice) -> Decided | None:
        last = self.browser(number).last_token
        return self.desk.decide_for(choice, self.subject(last)) if last is not None else None

    def withdraw(self, number: int, purposes: Sequence[str] | None, token: str) -> Decided | None:
        """Return what became of the withdrawal, None if nobody knows the token."""
        try:
            return self._remember(number, self.desk.withdraw(self.token_of(number, token) or FORGED, purposes))
        except UnknownToken:
            return None

    def _remember(self, number: int, decided: Decided) -> Decided:
        browser = self.browser(number)
        browser.token = decided.token if decided.granted else None
        browser.last_token = browser.token or browser.last_token
        browser.memory = LastDecision(
            policy_hash=decided.policy_hash[:8], decided_at=decided.decided_at, granted=decided.granted
        )
        browser.forgets_at = decided.until
        return decided

    def damage(self, number: int) -> None:
        """Let the browser remember a version that never was."""
        browser = self.browser(number)
        if browser.memory is not None:
            browser.memory = structs.replace(browser.memory, policy_hash=MADE_UP)

    def subject(self, token: str) -> SubjectId:
        return self.vault.find("browser", "consent", token)[-1]

    def restrict(self, number: int, lift: bool) -> None:
        """Stop the processing of whoever's token the browser holds, or let it go on."""
        browser = self.browser(number)
        if browser.token is not None:
            subject = self.subject(browser.token)
            (self.vault.lift if lift else self.vault.restrict)(subject)

    def may_collect(self, numbers: Sequence[int]) -> list[frozenset[str]]:
        """Return what may be collected for from each browser now: what the collector goes by."""
        tokens = [self.browser(number).token for number in numbers]
        found = iter(self.desk.standings([token for token in tokens if token]))
        standings = [next(found) if token else None for token in tokens]
        return [
            each.granted if each is not None and self.vault.state_of(each.subject) == "live" else frozenset()
            for each in standings
        ]

    def may_read(self, number: int, purpose: str) -> bool:
        """Return whether there is leave to read about whoever the browser last had a token of."""
        subject = self.subject(self.browser(number).last_token or FORGED)
        try:
            return self.desk.permit(purpose, [subject], "loader", "C2.1-02").subjects == frozenset({subject})
        except NotPermitted:
            return False

    def must_ask(self, number: int, remembers_a_no: bool) -> bool:
        """Return whether the browser is asked now; a no may be remembered longer than it was told."""
        browser = self.browser(number)
        is_over = browser.forgets_at is not None and self.clock.now() >= browser.forgets_at
        if browser.memory is None or (is_over and (browser.memory.granted or not remembers_a_no)):
            return self.desk.must_ask(None)
        return self.desk.must_ask(browser.memory)

    def stands_in_the_script(self, number: int) -> bool:
        """Return whether the script takes the version a browser remembers for one whose answers still stand."""
        memory = self.browser(number).memory
        current = self.published.at(self.clock.now())
        standing = [current.hash, *standing_versions(self.published, current)]
        return memory is not None and memory.policy_hash in {hash_[:8] for hash_ in standing}

    def was_lawful(self, subject: SubjectId, purpose: str, moment: datetime) -> bool:
        return self.desk.lawful_at(subject, purpose, moment)


def _proof(said: law.Proof) -> GuardianProof:
    return GuardianProof(
        method=said.method,
        childs=Channel(said.childs.means, said.childs.address),
        guardians=Channel(said.guardians.means, said.guardians.address),
        confirmed_at=said.said_at,
        again_at=said.again_at,
        staff=said.staff,
    )
