"""The comparison can fail: each wrong law, put in the place of the right one, is found in a few thousand histories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from consent_law import YES, Law
from histories import history
from many import Comparison, in_memory
from said import Act, Channel, Choice, Memory, Proof, Relation, Version

from troth.engines.keys import open_key_file

ENOUGH = 3000


class WithdrawalReachesBack(Law):
    """P15."""

    def was_lawful(self, person: Relation, versions: Sequence[Version], purpose: str, moment: datetime) -> str:
        now = self.may_collect(person.acts, self.in_force(versions, moment), purpose, moment)
        return now if now == "withdrawn" else super().was_lawful(person, versions, purpose, moment)


class ANewYesFillsTheGap(Law):
    """C8.3-02: an interval begins when it begins."""

    def was_lawful(self, person: Relation, versions: Sequence[Version], purpose: str, moment: datetime) -> str:
        then = super().was_lawful(person, versions, purpose, moment)
        later = self.may_collect(person.acts, self.in_force(versions, moment), purpose, moment)
        return YES if YES in (then, later) else then


class ARefusalIsForgottenAtANewVersion(Law):
    """P17."""

    def must_ask(
        self, memory: Memory | None, versions: Sequence[Version], now: datetime, remembers_a_no: bool = False
    ) -> tuple[bool, str]:
        version = self.in_force(versions, now)
        is_new = memory is not None and version is not None and memory.version != version.name
        asks, why = super().must_ask(memory, versions, now, remembers_a_no)
        return (True, "a new version") if is_new and why == "a no rests" else (asks, why)


class ACoolDownIsNoPromise(Law):
    """NDSMR 22."""

    def cool_down(self, then: Version, current: Version) -> timedelta:
        return timedelta(days=current.ask_again_days)


class NeedsAreIgnored(Law):
    def needs(self, version: Version, purpose: str) -> list[str]:
        return []


class NeedsAreIgnoredOnceGiven(Law):
    def may_collect(self, acts: Sequence[Act], version: Version | None, purpose: str, moment: datetime) -> str:
        said = super().may_collect(acts, version, purpose, moment)
        return YES if said == "what it needs is not granted" else said


class AYesLastsAMillisecondLonger(Law):
    def has_lapsed(self, yes: Act, moment: datetime) -> bool:
        return moment > yes.until


class AYesIsForEver(Law):
    def has_lapsed(self, yes: Act, moment: datetime) -> bool:
        return False


class EveryVersionIsCovered(Law):
    """C10-01, C8.3-04."""

    def goes_further(self, old: Version, new: Version, purpose: str) -> bool:
        return not self.rests_on_consent(old, purpose)


class ALongerRetentionIsCovered(Law):
    """P9."""

    def how_long(self, version: Version, purpose: str) -> dict[tuple[str, str], int]:
        return {}


class TheShortestCriterionWins(Law):
    """C5.2-02."""

    def longest(self, criteria: Mapping[str, int]) -> int:
        return min(criteria.values())


class OtherHandsAreCovered(Law):
    """C6.1-02."""

    def what_is_done(self, version: Version, purpose: str) -> set[tuple[str, ...]]:
        return {done for done in super().what_is_done(version, purpose) if done[0] != "gives to"}


class AStricterKindIsCovered(Law):
    """P18: the old general yes counts as a separate one."""

    def goes_further(self, old: Version, new: Version, purpose: str) -> bool:
        if not self.rests_on_consent(old, purpose):
            return True
        more = self.what_is_done(new, purpose) - self.what_is_done(old, purpose)
        before, after = self.how_long(old, purpose), self.how_long(new, purpose)
        return bool(more) or any(what in before and days > before[what] for what, days in after.items())


class OneClickIsEnough(Law):
    """P18."""

    def objection_to_yes(self, choice: Choice, version: Version, purpose: str) -> str:
        said = super().objection_to_yes(choice, version, purpose)
        return "" if said == "a separate consent in one click" else said


class AChildMayDecide(Law):
    """C9-02."""

    def objection_to_yes(self, choice: Choice, version: Version, purpose: str) -> str:
        said = super().objection_to_yes(choice, version, purpose)
        return "" if said == "a child cannot give a guardian's consent" else said


class PlusAndDotsMakeAnotherMailbox(Law):
    """P6, security rule 25."""

    def reduced(self, channel: Channel) -> str:
        return channel.address.lower()


class OneConfirmationIsEnough(Law):
    """Security rule 25."""

    def proves(self, proof: Proof, version: Version, now: datetime) -> bool:
        return super().proves(proof, version, now) or (
            proof.again_at is not None and proof.said_at < proof.again_at <= now and proof.guardians.means == "email"
        )


class TheSignalIsIgnored(Law):
    """P19."""

    def outlives_the_signal(self, yes: Act, version: Version) -> bool:
        return True


class TheSignalWinsOverAKnowingYes(Law):
    """P19."""

    def outlives_the_signal(self, yes: Act, version: Version) -> bool:
        return version.gpc_over_consent == "keep"


class TheSignalIsAlwaysHeard(Law):
    """P19: whether it is, the policy says."""

    def objection_to_speaker(self, choice: Choice, version: Version, now: datetime) -> str:
        return "" if choice.how == "gpc" else super().objection_to_speaker(choice, version, now)


class AnAnswerMayBeMissing(Law):
    """C8.3-01."""

    def asked_in(self, choice: Choice, version: Version) -> list[str]:
        return []


class ADayBeginsInGreenwich(Law):
    """C12-01."""

    def day_begins(self, version: Version) -> datetime:
        return datetime.combine(version.effective, time(0, 0), tzinfo=UTC)


class TheNewestIsInForceAtOnce(Law):
    """C12-01."""

    def starts(self, version: Version) -> datetime:
        return version.published


class ConsentFallsBackToAnotherBasis(Law):
    """P16, X-05."""

    def rests_on_consent(self, version: Version, purpose: str) -> bool:
        return purpose in version.purposes


class AStoppedPersonIsCollectedFrom(Law):
    """C8.2-06."""

    def may_collect_now(self, person: Relation | None, version: Version | None, purpose: str, now: datetime) -> str:
        return self.may_collect(person.acts if person else [], version, purpose, now)


WRONG_LAWS = [each for each in Law.__subclasses__() if each.__module__ == __name__]


@pytest.mark.parametrize("wrong", WRONG_LAWS)
def test_a_wrong_law_is_found(wrong: type[Law], key_file: Path) -> None:
    comparison = Comparison(wrong(), in_memory(open_key_file(key_file)))
    found = next((seed for seed in range(ENOUGH) if comparison.find(history(seed)) is not None), None)
    assert found is not None, f"{ENOUGH} histories do not tell this law from ours"


def test_a_failure_is_told_by_the_fewest_events_and_can_be_run_again(key_file: Path) -> None:
    comparison = Comparison(WithdrawalReachesBack(), in_memory(open_key_file(key_file)))
    seed = next(seed for seed in range(ENOUGH) if comparison.find(history(seed)) is not None)
    found = comparison.find(history(seed))
    assert found is not None
    assert found.kind == "lawful"
    places = comparison.places(history(seed), found)
    assert len(places) < len(history(seed).events)
    short = history(seed).only(places)
    again = comparison.find(short)
    assert again is not None
    assert again.kind == "lawful"
    for left_out in range(1, len(places)):
        still = comparison.find(short.only([place for place in range(len(places)) if place != left_out]))
        assert still is None or still.kind != "lawful", "no event of it can be left out"
    story = comparison.story(history(seed), found)
    assert "the law says False (withdrawn), the product says True" in story
    assert f".find(history({seed}).only({places}))" in story
