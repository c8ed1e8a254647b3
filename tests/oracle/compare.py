"""Runs one history past the law and past the product, and says where they disagree."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from consent_law import YES, Law
from histories import BROWSERS, Damage, Decide, Event, History, Publish, Restrict, Withdraw
from product import Product, Publisher
from record import Browser, Outcome, World
from said import Memory, Relation, Version

from troth.consent import Decided
from troth.errors import TrothError
from troth.policy.permit import SubjectId

PAST_QUESTIONS = 10


@dataclass(frozen=True)
class Disagreement:
    """A question that the law and the product answer differently."""

    kind: str
    question: str
    at: datetime
    law: object
    product: object

    def __str__(self) -> str:
        return f"{self.question} at {self.at.isoformat()}: the law says {self.law}, the product says {self.product}"


class Disagree(Exception):
    """Ends the run of a history at the first disagreement."""

    def __init__(self, found: Disagreement) -> None:
        super().__init__(str(found))
        self.found = found


Open = Callable[[], Product]
Verdicts = Counter[tuple[str, str]]


class Run:
    """One history on both sides."""

    def __init__(self, law: Law, product: Product, publisher: Publisher, verdicts: Verdicts) -> None:
        self.world, self.product, self.publisher, self.verdicts = World(law), product, publisher, verdicts
        self.subjects: dict[int, SubjectId] = {}  # by the relation's place
        self.rng = random.Random(0)
        self.actor: int | None = None  # whose browser the event was about
        self.now = datetime.min.replace(tzinfo=UTC)

    def run(self, history: History) -> None:
        """Raise Disagree at the first question that is answered differently."""
        self.rng = random.Random(history.seed)
        for event in history.events:
            self.now = max(event.at, self.now)
            self.product.clock.move_to(self.now)
            self.happen(event)
            self.let_pass_what_was_dated_ahead()
            self.actor = getattr(event, "browser", None)
            if self.world.law.in_force(self.world.versions, self.now) is not None:
                self.ask_about_now()
        self.ask_about_the_past(history)

    def let_pass_what_was_dated_ahead(self) -> None:
        """A second decision in one millisecond is dated in the next: let that come before anybody asks."""
        self.now = max([self.now, *(each.acts[-1].at for each in self.world.relations if each.acts)])
        self.product.clock.move_to(self.now)

    def happen(self, event: Event) -> None:
        world, product = self.world, self.product
        if isinstance(event, Publish):
            world.versions.append(event.version)
            product.published.publish(self.publisher.version(event.version))
        elif isinstance(event, Decide):
            outcome = world.decide(event.browser, event.choice, event.token, self.now)
            self.compare_outcome("choice", outcome, product.decide(event.browser, event.choice, event.token))
            self.get_to_know(event.browser)
        elif isinstance(event, Withdraw):
            outcome = world.withdraw(event.browser, event.purposes, event.token, self.now)
            self.compare_outcome("withdrawal", outcome, product.withdraw(event.browser, event.purposes, event.token))
        elif isinstance(event, Restrict):
            person = world.browser(event.browser).holds
            if person is not None:
                person.is_restricted = not event.lift
            product.restrict(event.browser, event.lift)
        elif isinstance(event, Damage):
            browser = world.browser(event.browser)
            if browser.memory is not None:
                browser.memory = replace(browser.memory, version="never published")
            product.damage(event.browser)

    def compare_outcome(self, question: str, law: Outcome, product: Decided | None) -> None:
        self.verdicts[question, f"no: {law.refused}" if law.refused else "yes"] += 1
        self.check(question, f"is this {question} taken", not law.refused, product is not None, law.refused)
        if product is None:
            return
        self.check("granted", "what is granted then", sorted(law.granted), sorted(product.granted))
        self.check("withdrawn", "what is withdrawn then", sorted(law.withdrawn), sorted(product.withdrawn))
        self.check("until", "until when it is remembered", law.until, product.until)
        self.check("signal", "was all of it granted with the signal on", law.is_knowing, product.gpc)

    def get_to_know(self, number: int) -> None:
        """Learn under which id the product knows the relation that a browser now has the token of."""
        token, person = self.product.browser(number).token, self.world.browser(number).holds
        if token is not None and person is not None:
            place = next(place for place, each in enumerate(self.world.relations) if each is person)
            if place not in self.subjects:
                self.subjects[place] = self.product.subject(token)

    def ask_about_now(self) -> None:
        """Ask about every browser that has done something, and now and then about one that has not."""
        world, law = self.world, self.world.law
        version = law.in_force(world.versions, self.now)
        assert version is not None
        numbers = [number for number in range(BROWSERS) if self.is_worth_asking(number)]
        for number, product in zip(numbers, self.product.may_collect(numbers), strict=True):
            browser = world.browser(number) if number in world.browsers else Browser()
            for purpose in self.asked_for(version, product):
                said = law.may_collect_now(browser.holds, version, purpose, self.now)
                why = said if browser.holds else self.why_nobody_is_shown(browser, version, purpose)
                self.verdicts["collect", why] += 1
                self.check(
                    "collect",
                    f"may we collect for {purpose} from browser {number}",
                    said == YES,
                    purpose in product,
                    why,
                )
            if self.rng.random() < 0.4:
                self.ask_whether_to_ask(number, browser)
            if browser.memory is not None and self.rng.random() < 0.15:
                self.ask_the_script(number, browser.memory, version)
            if browser.ever_held is not None and self.rng.random() < 0.5:
                self.ask_for_leave(number, browser.ever_held, version)

    def asked_for(self, version: Version, product: frozenset[str]) -> list[str]:
        """Every purpose on consent, everything the product grants, and some of what is no matter of consent."""
        on_consent = self.world.law.asked_about(version)
        others = [purpose for purpose in version.purposes if purpose not in on_consent and self.rng.random() < 0.4]
        return [*on_consent, *others, *sorted(product.difference(on_consent, others))]

    def is_worth_asking(self, number: int) -> bool:
        has_decided = number in self.world.browsers and self.world.browsers[number].memory is not None
        is_concerned = self.actor in (None, number)
        return self.rng.random() < (0.1 if not has_decided else 1.0 if is_concerned else 0.2)

    def why_nobody_is_shown(self, browser: Browser, version: Version, purpose: str) -> str:
        """Why a browser has no token to show: for the table of reasons only, the answer is no."""
        if browser.memory is None:
            return "never asked"
        acts = browser.ever_held.acts if browser.ever_held else []
        why = self.world.law.may_collect(acts, version, purpose, self.now)
        return {YES: "no token is shown", "never asked": "refused"}.get(why, why)

    def ask_whether_to_ask(self, number: int, browser: Browser) -> None:
        """Some browsers keep their memory of a no longer than they were told; a yes is forgotten on time."""
        is_late = self.rng.random() < 0.5
        asks, why = self.world.law.must_ask(browser.memory, self.world.versions, self.now, is_late)
        self.verdicts["ask", f"{'yes' if asks else 'no'}: {why}"] += 1
        self.check("ask", f"must we ask browser {number}", asks, self.product.must_ask(number, is_late), why)

    def ask_the_script(self, number: int, memory: Memory, version: Version) -> None:
        """Ask what the script is told about the version that a browser remembers."""
        about = next((each for each in self.world.versions if each.name == memory.version), None)
        why = "nobody knows it" if about is None else self.world.law.why_an_answer_falls(about, version)
        self.verdicts["script", why or "its answers stand"] += 1
        stands = self.product.stands_in_the_script(number)
        self.check("script", f"does the answer of browser {number} stand in the script", not why, stands, why)

    def ask_for_leave(self, number: int, person: Relation, version: Version) -> None:
        """Ask for leave to read under one purpose: it rests on consent alone (X-05), whatever else is declared."""
        asked = self.world.law.asked_about(version)
        if asked:
            purpose = self.rng.choice(asked)
            said = self.world.law.may_collect(person.acts, version, purpose, self.now)
            self.verdicts["permit", said] += 1
            product = self.product.may_read(number, purpose)
            self.check("permit", f"may we read for {purpose} about browser {number}", said == YES, product, said)

    def ask_about_the_past(self, history: History) -> None:
        """At the end, after everything that came later (P15)."""
        world = self.world
        purposes = sorted({purpose for version in world.versions for purpose in world.law.asked_about(version)})
        asked = [
            (place, purpose, moment) for place in self.subjects for purpose in purposes for moment in history.moments
        ]
        for place, purpose, moment in self.rng.sample(asked, min(len(asked), PAST_QUESTIONS)):
            said = world.law.was_lawful(world.relations[place], world.versions, purpose, moment)
            self.verdicts["lawful", said] += 1
            self.now = moment
            product = self.product.was_lawful(self.subjects[place], purpose, moment)
            self.check(
                "lawful", f"was it lawful to collect for {purpose} from relation {place}", said == YES, product, said
            )

    def check(self, kind: str, question: str, law: object, product: object, why: str = "") -> None:
        if law != product:
            told = f"{law} ({why})" if why else law
            raise Disagree(Disagreement(kind, question, self.now, told, product))


def disagreement(
    history: History, law: Law, open_product: Open, publisher: Publisher, verdicts: Verdicts
) -> Disagreement | None:
    """Return the first disagreement on a history, if any; a question that is not answered is one too."""
    run = Run(law, open_product(), publisher, verdicts)
    try:
        run.run(history)
    except Disagree as disagree:
        return disagree.found
    except TrothError as error:
        return Disagreement("answer", "is there an answer", run.now, "there is one", type(error).__name__)
    return None


def shrunk(history: History, still_fails: Callable[[History], bool]) -> tuple[int, ...]:
    """Return the places of those events of a failing history of which none can be left out."""
    kept = list(range(len(history.events)))
    for place in reversed(range(1, len(history.events))):  # the first version stays: without it nothing can happen
        shorter = [each for each in kept if each != place]
        if still_fails(history.only(shorter)):
            kept = shorter
    return tuple(kept)
