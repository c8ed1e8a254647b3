"""The naive record that the law of consent goes by: what was published, what everybody did, what browsers remember.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent_law import YES, Law
from said import Act, Choice, Memory, Relation, Version


@dataclass
class Browser:
    holds: Relation | None = None  # whose token it has
    ever_held: Relation | None = None
    memory: Memory | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a choice or a withdrawal: refused and why, or what is granted now."""

    refused: str = ""
    granted: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    until: datetime | None = None
    is_knowing: bool = False  # everything that is granted was agreed to while the signal was on (P19)


class World:
    """Everything that was published and done, under one law."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.versions: list[Version] = []
        self.relations: list[Relation] = []
        self.browsers: dict[int, Browser] = {}

    def browser(self, number: int) -> Browser:
        return self.browsers.setdefault(number, Browser())

    def whose(self, number: int, token: str) -> Relation | None:
        browser = self.browser(number)
        return {"own": browser.holds, "old": browser.ever_held, "elsewhere": browser.ever_held}.get(token)

    def version_at(self, now: datetime) -> Version:
        version = self.law.in_force(self.versions, now)
        assert version is not None, "a history starts with a version in force"
        return version

    def decide(self, number: int, choice: Choice, token: str, now: datetime) -> Outcome:
        person = self.whose(number, token)
        if person is None and token == "elsewhere":
            return Outcome("for nobody we know")
        refused = self.law.objection(choice, self.versions, person, now)
        if refused:
            return Outcome(refused)
        version = self.version_at(now)
        if choice.how == "gpc":
            return self.hear_signal(number, choice, person, version, now)
        if person is None and any(choice.answers.values()):
            person = Relation()
            self.relations.append(person)
        whose = None if token == "elsewhere" else number
        return self.take(whose, person, version, choice.answers, now, "choice", choice.gpc)

    def hear_signal(
        self, number: int, choice: Choice, person: Relation | None, version: Version, now: datetime
    ) -> Outcome:
        """P19: nobody clicked; nothing happens where every yes outlives the signal."""
        standing = self.law.standing_here(person.acts, version, now) if person else {}
        ended = [each for each, yes in standing.items() if not self.law.outlives_the_signal(yes, version)]
        if standing and not ended:
            return self.remember(number, person, version, now, min(yes.until for yes in standing.values()))
        answers = {each: False for each in [*choice.answers, *ended] if each not in standing or each in ended}
        return self.take(number, person, version, answers, now, "signal", gpc=True)

    def withdraw(self, number: int, purposes: Sequence[str] | None, token: str, now: datetime) -> Outcome:
        person = self.whose(number, token)
        if person is None:
            return Outcome("nobody knows this token")
        version = self.version_at(now)
        standing = self.law.standing(person.acts, now)
        ended = {each: False for each in standing if purposes is None or each in purposes}
        if not ended:
            return self.remember(number, person, version, now, now + self.law.lasts(version, {}))
        return self.take(number, person, version, ended, now, "withdrawal")

    def take(
        self,
        number: int | None,
        person: Relation | None,
        version: Version,
        answers: Mapping[str, bool],
        now: datetime,
        by: str,
        gpc: bool = False,
    ) -> Outcome:
        """Write it down. What somebody we do not know refuses is only counted (security rule 35).

        number  None: a guardian spoke from elsewhere, and the child's browser is told nothing
        """
        acts = person.acts if person else []
        at = self.law.moment_of(acts, now)
        until = at + self.law.lasts(version, answers)
        withdrawn = frozenset(each for each in self.law.standing(acts, at) if answers.get(each) is False)
        acts.append(Act(at, until, version, dict(answers), by, gpc))
        return self.remember(number, person, version, at, until, withdrawn)

    def remember(
        self,
        number: int | None,
        person: Relation | None,
        version: Version,
        at: datetime,
        until: datetime,
        withdrawn: frozenset[str] = frozenset(),
    ) -> Outcome:
        """Let the browser remember the answer, and a token only if something is granted (security rule 32)."""
        acts = person.acts if person else []
        asked = self.law.asked_about(version)
        granted = frozenset(each for each in asked if self.law.may_collect(acts, version, each, at) == YES)
        if number is not None:
            browser = self.browser(number)
            browser.holds = person if granted else None
            browser.ever_held = browser.holds or browser.ever_held
            browser.memory = Memory(version.name, at, granted, until)
        standing = self.law.standing(acts, at)
        return Outcome("", granted, withdrawn, until, bool(granted) and all(standing[each].gpc for each in granted))
