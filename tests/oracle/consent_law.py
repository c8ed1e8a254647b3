"""The law of consent in naive lines, written from the duties and not from the product: clauses 4, 8.3, 9, 10 and 12.

It imports nothing of the product and nothing that is clever. Whoever can read the table of duties can check it: each
paragraph names its duty. Every question is answered by going through everything a person ever said, from the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from said import Act, Channel, Choice, Memory, Proof, Relation, Version

YES = "yes"
NAME_AT_LEAST = 16


class Law:
    """The paragraphs. A wrong law, for testing the test, overrides one of them."""

    # C12-01: the version that is served is the one that is in force; an effective day begins in the policy's own zone.

    def __init__(self) -> None:
        self.known_starts: dict[Version, datetime] = {}

    def starts(self, version: Version) -> datetime:
        if version not in self.known_starts:
            if len(self.known_starts) > 1000:
                self.known_starts.clear()
            self.known_starts[version] = max(self.day_begins(version), version.published)
        return self.known_starts[version]

    def day_begins(self, version: Version) -> datetime:
        return datetime.combine(version.effective, time(0, 0), tzinfo=ZoneInfo(version.zone)).astimezone(UTC)

    def in_force(self, versions: Sequence[Version], moment: datetime) -> Version | None:
        """The version that began last; of two that began together the one published later."""
        found: Version | None = None
        for version in versions:
            begins = self.starts(version)
            if begins > moment:
                continue
            if found is None or (begins, version.published) >= (self.starts(found), found.published):
                found = version
        return found

    # C10-01, C8.3-04, PIPL 14: a yes covers what was shown. More data, more parties, longer, further away: ask again.

    def goes_further(self, old: Version, new: Version, purpose: str) -> bool:
        if not self.rests_on_consent(old, purpose):
            return True
        before, after = old.purposes[purpose].kind, new.purposes[purpose].kind
        if after != "general" and after != before:
            return True  # P18: a general yes is no separate one; a guardian's is nobody else's, nor the other way round
        if self.what_is_done(new, purpose) - self.what_is_done(old, purpose):
            return True
        kept_before, kept_after = self.how_long(old, purpose), self.how_long(new, purpose)
        return any(what in kept_before and days > kept_before[what] for what, days in kept_after.items())  # P9

    def what_is_done(self, version: Version, purpose: str) -> set[tuple[str, ...]]:
        done: set[tuple[str, ...]] = {("kept in", version.country)}
        if version.abroad:
            done.add(("goes abroad",))
        for name, fact in version.facts.items():
            if purpose in fact.purposes and fact.precision != "off":
                done.add(("reads", name))
                if fact.precision == "sealed":
                    done.add(("keeps in full", name))
        for name, form in version.forms.items():
            if form.purpose == purpose:
                done |= {("asks", name, question, category) for question, category in form.fields.items()}
        for name, cookie in version.cookies.items():
            if cookie.purpose == purpose:
                done.add(("stores", name))
        for name, code in version.code.items():
            if code.purpose == purpose:
                done.add(("runs", name))
                done |= {("runs", name, "from", host) for host in code.hosts}
                done |= {("runs", name, "on", data) for data in code.data}
                if code.sends_away:
                    done.add(("runs", name, "and sends away"))
        for name, recipient in version.recipients.items():
            if recipient.purpose == purpose:
                done.add(("gives to", name, "as", recipient.role))
                done |= {("gives to", name, category) for category in recipient.categories}
        return done

    def how_long(self, version: Version, purpose: str) -> dict[tuple[str, str], int]:
        days = {}
        for name, fact in version.facts.items():
            if purpose in fact.purposes and fact.precision != "off":
                days["fact", name] = self.longest(version.keep[fact.keep])
        for name, form in version.forms.items():
            if form.purpose == purpose:
                days["form", name] = self.longest(version.keep[form.keep])
        for name, cookie in version.cookies.items():
            if cookie.purpose == purpose:
                days["cookie", name] = cookie.days
        return days

    def longest(self, criteria: Mapping[str, int]) -> int:
        return max(criteria.values())  # C5.2-02: whichever is longer

    # X-05, P16: a purpose has one basis; what does not rest on consent is not a matter of choice.

    def rests_on_consent(self, version: Version, purpose: str) -> bool:
        return purpose in version.purposes and version.purposes[purpose].basis == "consent"

    def asked_about(self, version: Version) -> list[str]:
        return [purpose for purpose in version.purposes if self.rests_on_consent(version, purpose)]

    # Which choice is acceptable. C8.3-01: purpose by purpose; P18: one click never stands for a separate consent.

    def objection(self, choice: Choice, versions: Sequence[Version], person: Relation | None, now: datetime) -> str:
        """Why the choice cannot be taken; "" if it can."""
        version = self.in_force(versions, now)
        assert version is not None, "a history starts with a version in force"
        if len(choice.on) < NAME_AT_LEAST or not version.name.startswith(choice.on):
            return "made on another version"  # PIPL 14: informed
        if choice.language not in version.languages:
            return "in a language the policy does not have"
        if choice.layer not in (1, 2):
            return "in no layer we have"
        if len(choice.words) != 64 or choice.words.strip("0123456789abcdef"):
            return "without a proof of what was shown"
        for purpose in choice.answers:
            if purpose not in version.purposes:
                return "for a purpose that is not declared"
            if not self.rests_on_consent(version, purpose):
                return "for a purpose on another basis"
        for purpose in self.asked_in(choice, version):
            if purpose not in choice.answers:
                return "an answer is missing"
        objection = self.objection_to_speaker(choice, version, now)
        if objection:
            return objection
        for purpose, yes in choice.answers.items():
            objection = self.objection_to_yes(choice, version, purpose) if yes else ""
            if objection:
                return objection
        if person is not None and person.is_restricted and any(choice.answers.values()):
            return "a yes while processing is stopped"  # C8.2-06, C8.2-07
        return ""

    def asked_in(self, choice: Choice, version: Version) -> list[str]:
        """The banner asks for general consent; the details for separate consent too; a guardian's only a guardian."""
        kinds = {"general"}
        if choice.layer == 2:
            kinds.add("separate")
        if choice.how == "guardian":
            kinds.add("guardian")
        return [purpose for purpose in self.asked_about(version) if version.purposes[purpose].kind in kinds]

    def objection_to_speaker(self, choice: Choice, version: Version, now: datetime) -> str:
        if choice.how == "gpc" and not version.hears_gpc:
            return "a signal that the policy does not listen to"  # P19: the policy decides
        if choice.how != "guardian":
            return "" if choice.proof is None else "a guardian's proof with somebody else's choice"
        if choice.proof is None or not self.proves(choice.proof, version, now):
            return "a guardian without proof"
        return ""

    # C9-02, P6, security rule 25: another channel than the child's; a second confirmation, or a call by staff.

    def proves(self, proof: Proof, version: Version, now: datetime) -> bool:
        if proof.guardians.means == "browser":
            return False  # whoever sits at a browser may be the child
        if self.same_channel(proof.childs, proof.guardians) or proof.said_at > now:
            return False
        if proof.method == "staff_call":
            return proof.staff != ""
        if proof.again_at is None or proof.again_at > now:
            return False
        return proof.again_at >= proof.said_at + timedelta(hours=version.guardian_hours)

    def same_channel(self, one: Channel, other: Channel) -> bool:
        return one.means == other.means and self.reduced(one) == self.reduced(other)

    def reduced(self, channel: Channel) -> str:
        """An address without case, plus and dots: they lead to the same mailbox."""
        if channel.means != "email":
            return channel.address
        box, _, host = channel.address.lower().partition("@")
        return box.split("+")[0].replace(".", "") + "@" + host

    def objection_to_yes(self, choice: Choice, version: Version, purpose: str) -> str:
        if choice.how == "gpc":
            return "a signal that says yes"  # C10-04: only a person agrees
        kind = version.purposes[purpose].kind
        if kind == "guardian" and choice.how != "guardian":
            return "a child cannot give a guardian's consent"  # C9-02, P6
        if kind == "separate" and (choice.layer == 1 or choice.how == "banner"):
            return "a separate consent in one click"  # P18
        for other in self.needs(version, purpose):
            if not choice.answers.get(other):
                return "without what it needs"
        return ""

    # How long an answer is remembered. P17, NDSMR 22: after a no nobody is asked before the cool-down is over.

    def lasts(self, version: Version, answers: Mapping[str, bool]) -> timedelta:
        return timedelta(days=version.remember_days if any(answers.values()) else version.ask_again_days)

    # "What was true on date X": what one person decided has one order for ever, so no two of it share a moment.

    def moment_of(self, acts: Sequence[Act], now: datetime) -> datetime:
        if acts and acts[-1].at >= now:
            return acts[-1].at + timedelta(milliseconds=1)
        return now

    # May we collect? What was said last about a purpose counts, as far as it reaches (C8.3-01, C8.3-04, C10-01).

    def may_collect(self, acts: Sequence[Act], version: Version | None, purpose: str, moment: datetime) -> str:
        """Return "yes", or why not, by what was said, under a version in force at a moment."""
        if version is None or not self.rests_on_consent(version, purpose):
            return "it is no matter of consent"
        said = [act for act in acts if purpose in act.answers]
        if not said:
            return "never asked"
        last = said[-1]
        if not last.answers[purpose]:
            return self.why_not(said, purpose)
        if self.has_lapsed(last, moment):
            return "lapsed"
        if not self.covers(last, version, purpose):
            return "the policy goes further"
        for other in self.needs(version, purpose):
            if self.may_collect(acts, version, other, moment) != YES:
                return "what it needs is not granted"
        return YES

    def has_lapsed(self, yes: Act, moment: datetime) -> bool:
        return moment >= yes.until

    def covers(self, yes: Act, version: Version, purpose: str) -> bool:
        """Whether a yes reaches what a version does."""
        if not self.rests_on_consent(version, purpose):
            return False
        return yes.version is version or not self.goes_further(yes.version, version, purpose)

    def needs(self, version: Version, purpose: str) -> list[str]:
        """What must be granted too before this one may run. What rests on another basis runs anyway."""
        return [other for other in version.purposes[purpose].needs if self.rests_on_consent(version, other)]

    def why_not(self, said: Sequence[Act], purpose: str) -> str:
        """Was the last no a refusal, or did it take back a yes that had not lapsed?"""
        last, before = said[-1], said[-2:-1]
        if not any(act.answers[purpose] and not self.has_lapsed(act, last.at) for act in before):
            return "refused"
        return "ended by the signal" if last.by == "signal" else "withdrawn"

    # Now: everything that was said counts at once, a withdrawal above all (C8.3-03).

    def may_collect_now(self, person: Relation | None, version: Version | None, purpose: str, now: datetime) -> str:
        if person is not None and person.is_restricted:
            return "processing is stopped"  # C8.2-06: only storage and security go on
        return self.may_collect(person.acts if person else [], version, purpose, now)

    # Then: what was said by then, under the version in force then. What came later changes nothing (C8.3-02, P15).

    def was_lawful(self, person: Relation, versions: Sequence[Version], purpose: str, moment: datetime) -> str:
        said_by_then = [act for act in person.acts if act.at <= moment]
        return self.may_collect(said_by_then, self.in_force(versions, moment), purpose, moment)

    # What stands: every yes that was not taken back and has not lapsed, whatever version it was given on.

    def standing(self, acts: Sequence[Act], now: datetime) -> dict[str, Act]:
        last = {purpose: act for act in acts for purpose in act.answers}
        return {each: act for each, act in last.items() if act.answers[each] and not self.has_lapsed(act, now)}

    # P19: the browser's signal is a no to everything but a yes that reaches here. What it does to that yes the policy
    # says: "keep", or "withdraw", which ends a yes given without the signal. One given with it on was given knowingly.

    def standing_here(self, acts: Sequence[Act], version: Version, now: datetime) -> dict[str, Act]:
        return {each: yes for each, yes in self.standing(acts, now).items() if self.covers(yes, version, each)}

    def outlives_the_signal(self, yes: Act, version: Version) -> bool:
        return version.gpc_over_consent == "keep" or yes.gpc

    # Must we ask? P17: never again before the day that was promised, unless a new version goes further (C10-01).

    def must_ask(
        self, memory: Memory | None, versions: Sequence[Version], now: datetime, remembers_a_no: bool = False
    ) -> tuple[bool, str]:
        """Whether to ask a browser, and why. It forgets an answer when it is told to, or a no some time later."""
        version = self.in_force(versions, now)
        assert version is not None, "a history starts with a version in force"
        if not self.asked_about(version):
            return False, "there is nothing to ask"
        if memory is None:
            return True, "never asked"
        if now >= memory.until and (memory.granted or not remembers_a_no):
            return True, "the yes has lapsed" if memory.granted else "the no is forgotten"
        decided_on = next((each for each in versions if each.name.startswith(memory.version)), None)
        if decided_on is None:
            return True, "it was about a version nobody knows"
        why = self.why_an_answer_falls(decided_on, version)
        if why:
            return True, why
        if memory.granted:
            return False, "a yes stands"
        if now >= memory.decided_at + self.cool_down(decided_on, version):
            return True, "the cool-down is over"
        return False, "a no rests"

    def why_an_answer_falls(self, then: Version, current: Version) -> str:
        """Why an answer about one version is none about another; "" if it stands."""
        asked = self.asked_about(current)
        if any(purpose not in then.purposes for purpose in asked):
            return "a new purpose"
        return "the policy goes further" if any(self.goes_further(then, current, each) for each in asked) else ""

    def cool_down(self, then: Version, current: Version) -> timedelta:
        """The person was told a day, and a later policy does not break that promise (NDSMR 22, C0-03)."""
        return timedelta(days=max(then.ask_again_days, current.ask_again_days))
