"""Random histories for the oracle of consent: what was published, and what browsers said and did, at which millisecond.

A history is its seed and a list of events in order of time. Each event carries its own moment, so that any part of it
is a history again: that is how a failure is made small. Standard library only.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from consent_law import Law
from said import Channel, Choice, Proof, Version
from versions import START, first_version, needed, next_version

MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BROWSERS = 2


# Events ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Publish:
    at: datetime
    version: Version


@dataclass(frozen=True)
class Decide:
    """A choice, and which token comes with it.

    token   "own" = what the browser holds, "old" = the last it ever held, "none", "forged"; "elsewhere" = a guardian
            decides for whoever held it, from another place
    """

    at: datetime
    browser: int
    choice: Choice
    token: str = "own"


@dataclass(frozen=True)
class Withdraw:
    at: datetime
    browser: int
    purposes: tuple[str, ...] | None = None  # None = all
    token: str = "own"


@dataclass(frozen=True)
class Restrict:
    at: datetime
    browser: int
    lift: bool = False


@dataclass(frozen=True)
class Damage:
    """The browser's memory of its last decision comes to name a version that never was."""

    at: datetime
    browser: int


@dataclass(frozen=True)
class Look:
    """Nothing happens; everybody is asked all questions."""

    at: datetime


Event = Publish | Decide | Withdraw | Restrict | Damage | Look


@dataclass(frozen=True)
class History:
    seed: int
    events: tuple[Event, ...]
    moments: tuple[datetime, ...]  # past moments to be asked about at the end

    def only(self, kept: Sequence[int]) -> History:
        """The same history with these events alone, by their places."""
        return replace(self, events=tuple(self.events[place] for place in kept))


# Timelines: what was published, shared by a few histories ------------------------------------------------------------


LAW = Law()  # it remembers when versions start


@dataclass(frozen=True)
class Timeline:
    versions: tuple[Version, ...]

    def known(self, at: datetime) -> list[Version]:
        return [version for version in self.versions if version.published <= at]

    def in_force(self, at: datetime) -> Version:
        version = LAW.in_force(self.known(at), at)
        assert version is not None
        return version


@lru_cache(maxsize=8)
def timeline(seed: int) -> Timeline:
    """One to four versions, the first of them in force from before the start."""
    rng = random.Random(f"versions {seed}")
    versions = [first_version(rng)]
    at = START
    for _ in range(rng.choice((0, 1, 2, 3))):
        at += timedelta(milliseconds=rng.randrange(1, rng.choice((2 * 86_400_000, 60 * 86_400_000, 200 * 86_400_000))))
        versions.append(next_version(rng, rng.choice(versions[-2:]), at))
    return Timeline(tuple(versions))


# Histories ------------------------------------------------------------------------------------------------------------

SHARED_BY = 25


def history(seed: int) -> History:
    """The history of this seed."""
    return Teller(seed, timeline(seed // SHARED_BY)).tell()


class Teller:
    """Makes up one history on a timeline."""

    def __init__(self, seed: int, versions: Timeline) -> None:
        self.rng = random.Random(f"history {seed}")
        self.seed = seed
        self.versions = versions
        self.now = START
        self.events: list[Event] = []
        self.starts = [LAW.starts(version) for version in versions.versions]
        self.marks: list[datetime] = []  # moments at which an answer lapses, or its cool-down is over
        self.said_yes: set[int] = set()
        self.signals = [self.rng.random() < 0.25 for _ in range(BROWSERS)]

    def tell(self) -> History:
        for _ in range(self.rng.choice((3, 4, 4, 5, 6))):
            self.pass_time()
            self.events.append(self.something())
        self.pass_time()
        self.events.append(Look(self.now))
        told = [Publish(version.published, version) for version in self.versions.known(self.now)]
        events = sorted([*told, *self.events], key=lambda event: event.at)
        moments = tuple(self.some_moment() for _ in range(5))
        return History(self.seed, tuple(events), moments)

    def pass_time(self) -> None:
        """Move on: not at all, a little, days, or exactly to where something turns."""
        chance = self.rng.random()
        if chance < 0.06:
            return
        if chance < 0.10:
            self.now += MS
        elif chance < 0.32:
            self.now += timedelta(milliseconds=self.rng.randrange(1, 5 * 86_400_000))
        elif chance < 0.42:
            self.now += timedelta(milliseconds=self.rng.randrange(1, 120 * 86_400_000))
        elif chance < 0.72:
            self.now = self.at_a_mark(self.starts)
        else:
            self.now = self.at_a_mark(self.marks)

    def at_a_mark(self, marks: list[datetime]) -> datetime:
        ahead = [mark for mark in marks if mark > self.now]
        return (
            max(self.rng.choice(ahead) + self.rng.choice((-MS, timedelta(), MS)), self.now) if ahead else self.now + DAY
        )

    def some_moment(self) -> datetime:
        happened = [event.at for event in self.events] + self.starts + self.marks
        moment = self.rng.choice(happened) + self.rng.choice((-MS, timedelta(), MS, HOUR, 20 * DAY))
        return min(moment, self.now)

    def something(self) -> Event:
        browser = self.rng.choice((0, 0, 0, 1))
        chance = self.rng.random()
        if browser not in self.said_yes:
            if chance < 0.85:
                return self.decide(browser, self.rng.choice((None, 0.7, 1.0)))
            return self.withdraw(browser) if chance < 0.9 else Look(self.now)
        if self.events and isinstance(self.events[-1], Restrict) and chance < 0.9:
            return self.decide(self.events[-1].browser, likes=1.0)
        if chance < 0.26:
            return self.decide(browser)
        if chance < 0.33:
            return self.decide(browser, likes=0.0, token="none")
        if chance < 0.48:
            return Decide(self.now, browser, self.signal(self.versions.in_force(self.now)))
        if chance < 0.71:
            return self.withdraw(browser)
        if chance < 0.83:
            return Restrict(self.now, browser, lift=self.rng.random() < 0.2)
        if chance < 0.88:
            return Damage(self.now, browser)
        return Look(self.now)

    def token(self) -> str:
        return self.rng.choices(("own", "old", "none", "forged"), (92, 4, 2, 2))[0]

    def withdraw(self, browser: int) -> Withdraw:
        purposes = None
        if self.rng.random() < 0.7:
            version = self.versions.in_force(self.now)
            if needed(version) and self.rng.random() < 0.8:
                return Withdraw(self.now, browser, (self.rng.choice(needed(version)),), self.token())
            purposes = tuple(name for name in [*version.purposes, "undeclared"] if self.rng.random() < 0.4)
        return Withdraw(self.now, browser, purposes, self.token())

    def decide(self, browser: int, likes: float | None = None, token: str | None = None) -> Decide:
        version = self.versions.in_force(self.now)
        self.marks += [
            self.now + timedelta(days=version.remember_days),
            self.now + timedelta(days=version.ask_again_days),
        ]
        if self.rng.random() < 0.2:
            self.signals[browser] = not self.signals[browser]
        choice = self.good_choice(version, self.signals[browser], likes)
        if likes != 0.0 and self.rng.random() < 0.35:
            choice = self.rng.choice(FAULTS)(self, version, choice)
        elif any(choice.answers.values()):
            self.said_yes.add(browser)
        if choice.how == "guardian" and self.rng.random() < (0.5 if browser in self.said_yes else 0.1):
            token = "elsewhere"
        return Decide(self.now, browser, choice, token or self.token())

    def good_choice(self, version: Version, signal: bool, likes: float | None) -> Choice:
        """A choice that can be taken, as a page makes it: all, nothing, or one by one."""
        rng = self.rng
        if signal and likes is None and rng.random() < 0.2:
            return self.signal(version)
        layer = rng.choice((1, 1, 2))
        how = "banner" if layer == 1 else rng.choice(("details", "form"))
        asked = [name for name in asked_about(version) if layer == 2 or version.purposes[name].kind == "general"]
        likes = rng.choice((0.0, 0.5, 0.8, 1.0, 1.0)) if likes is None else likes
        answers = {name: rng.random() < likes for name in asked}
        proof = None
        if layer == 2 and any(version.purposes[name].kind == "guardian" for name in asked):
            if rng.random() < 0.6:
                proof, how = self.good_proof(version), "guardian"
            else:  # a child's click says no to what is the guardian's, or nothing about it
                guardians = [name for name in asked if version.purposes[name].kind == "guardian"]
                answers = {name: yes for name, yes in answers.items() if name not in guardians}
                answers |= dict.fromkeys(guardians, False) if rng.random() < 0.5 else {}
        for _ in asked:  # a yes only with a yes to what it needs
            for name in asked:
                missing = [other for other in version.purposes[name].needs if not answers.get(other)]
                if name in answers and any(other in asked_about(version) for other in missing):
                    answers[name] = False
        language = rng.choice(version.languages)
        on = version.name[: rng.choice((16, 40, 64))]
        return Choice(answers, on, language=language, layer=layer, how=how, gpc=signal, proof=proof)

    def signal(self, version: Version) -> Choice:
        """What the script sends where the signal speaks: no to everything, or to what the banner asks for."""
        general = [name for name in asked_about(version) if version.purposes[name].kind == "general"]
        named = asked_about(version) if self.rng.random() < 0.7 else general
        return Choice(dict.fromkeys(named, False), version.name[:16], how="gpc", gpc=True)

    def good_proof(self, version: Version) -> Proof:
        wait = version.guardian_hours
        said_at = self.now - HOUR * self.rng.choice((wait, wait + 1, 3 * wait))
        childs, guardians = Channel("browser"), Channel("email", "parent@post.example")
        if self.rng.random() < 0.3:
            return Proof("staff_call", childs, Channel("phone", "+86 571 0000 0101"), said_at, staff="staff:7")
        return Proof("second_confirmation", childs, guardians, said_at, again_at=said_at + HOUR * wait)


def asked_about(version: Version) -> list[str]:
    return [name for name, purpose in version.purposes.items() if purpose.basis == "consent"]


# What may be wrong with a choice -------------------------------------------------------------------------------------

Fault = Callable[[Teller, Version, Choice], Choice]


def on_another_version(teller: Teller, version: Version, choice: Choice) -> Choice:
    others = [each.name for each in teller.versions.versions if each is not version]
    return replace(choice, on=teller.rng.choice([*others, *others, "0" * 64, version.name[:15], ""]))


def in_another_language(teller: Teller, version: Version, choice: Choice) -> Choice:
    return replace(choice, language=teller.rng.choice(("zh-CN", "de", "")))


def in_another_layer(teller: Teller, version: Version, choice: Choice) -> Choice:
    return replace(choice, layer=teller.rng.choice((0, 3, -1)))


def without_proof_of_words(teller: Teller, version: Version, choice: Choice) -> Choice:
    return replace(choice, words=teller.rng.choice(("", "5" * 63, "5" * 65, "g" * 64, "5" * 63 + "\n")))


def for_an_undeclared_purpose(teller: Teller, version: Version, choice: Choice) -> Choice:
    return replace(choice, answers={**choice.answers, "undeclared": teller.rng.random() < 0.5})


def for_another_basis(teller: Teller, version: Version, choice: Choice) -> Choice:
    others = [name for name in version.purposes if name not in asked_about(version)]
    return replace(choice, answers={**choice.answers, **dict.fromkeys(others, teller.rng.random() < 0.5)})


def with_an_answer_missing(teller: Teller, version: Version, choice: Choice) -> Choice:
    missing = teller.rng.choice([*choice.answers, ""])
    return replace(choice, answers={name: yes for name, yes in choice.answers.items() if name != missing})


def by_signal(teller: Teller, version: Version, choice: Choice) -> Choice:
    return replace(choice, answers=dict.fromkeys(asked_about(version), True), how="gpc", gpc=True)


def all_at_once(teller: Teller, version: Version, choice: Choice) -> Choice:
    layer, how = teller.rng.choice(((1, "banner"), (2, "banner"), (1, "details"), (2, "details")))
    return replace(choice, answers=dict.fromkeys(asked_about(version), True), layer=layer, how=how, proof=None)


def without_what_it_needs(teller: Teller, version: Version, choice: Choice) -> Choice:
    needed = {other for purpose in version.purposes.values() for other in purpose.needs}
    answers = {name: name not in needed for name in choice.answers}
    return replace(choice, answers=answers)


def with_a_bad_proof(teller: Teller, version: Version, choice: Choice) -> Choice:
    good = teller.good_proof(version)
    childs = Channel("email", "parent@post.example")
    bad = teller.rng.choice(
        (
            None,
            replace(good, childs=good.guardians),
            replace(good, childs=childs, guardians=Channel("email", "P.arent+kid@Post.example")),
            replace(good, guardians=Channel("browser", "b")),
            replace(good, method="second_confirmation", again_at=None),
            replace(good, method="second_confirmation", again_at=good.said_at + HOUR * version.guardian_hours - MS),
            replace(good, method="second_confirmation", again_at=teller.now + MS),
            replace(good, method="staff_call", staff=""),
            replace(good, said_at=teller.now + MS),
        )
    )
    answers = dict.fromkeys(asked_about(version), True)
    return replace(choice, answers=answers, layer=2, how="guardian", proof=bad)


def with_a_proof_of_nobody(teller: Teller, version: Version, choice: Choice) -> Choice:
    return replace(choice, proof=teller.good_proof(version))


FAULTS: tuple[Fault, ...] = (
    with_a_proof_of_nobody,
    on_another_version,
    in_another_language,
    in_another_layer,
    without_proof_of_words,
    for_an_undeclared_purpose,
    for_another_basis,
    with_an_answer_missing,
    by_signal,
    all_at_once,
    all_at_once,
    without_what_it_needs,
    without_what_it_needs,
    with_a_bad_proof,
)


def some_histories(first: int, count: int) -> Iterator[History]:
    return (history(seed) for seed in range(first, first + count))
