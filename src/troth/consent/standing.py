"""Clauses 4 and 8: how consent stands, now and on any past day, read from the intervals.

A consent covers what was shown when it was given: where a later version goes further for a purpose, the old yes does
not reach the new version, and the purpose is not granted until the person was asked again. Neither is one that needs a
purpose which is not granted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache

from troth.consent.asking import widenings
from troth.consent.before import Before
from troth.consent.model import Interval, Standing
from troth.consent.needs import Needs, needs_of, running
from troth.consent.stores import ConsentRegister
from troth.policy.permit import Grant, SubjectId
from troth.policy.versions import VersionsInForce


class Consents:
    """Answers from the register; keeps grants in memory, and nothing about a person."""

    def __init__(self, register: ConsentRegister, versions: VersionsInForce) -> None:
        self._register = register
        self._versions = versions
        self._covers = lru_cache(maxsize=4096)(self._compare)
        self._needs = lru_cache(maxsize=64)(self._read_needs)
        self._grants: dict[str, Grant] = {}  # a grant never changes, and there are few: versions times purposes

    def standings(self, subjects: Collection[SubjectId], now: datetime) -> dict[SubjectId, Standing]:
        """Return what each of these people grants now; whoever grants nothing is missing. Two queries for all."""
        with self._register.reading() as reading:
            holding = [each for each in reading.consents.open_intervals_of(subjects) if each.holds_at(now)]
            missing = {each.grant_id for each in holding} - self._grants.keys()
            if missing:
                self._grants.update(reading.consents.grants(missing))
        covered: dict[SubjectId, list[Interval]] = {}
        for each in holding:
            if self._is_covered(self._grants.get(each.grant_id), now):
                covered.setdefault(each.subject, []).append(each)
        granted = {subject: self._granted(own, now) for subject, own in covered.items()}
        return {subject: _standing(subject, own, self._grants) for subject, own in granted.items() if own}

    def lawful_at(self, subject: SubjectId, purpose: str, moment: datetime) -> bool:
        """Whether collecting for a purpose was lawful at `moment`; later withdrawals change nothing about it (P15)."""
        with self._register.reading() as reading:
            intervals = [each for each in reading.consents.intervals(subject) if each.holds_at(moment)]
            grants = reading.consents.grants([each.grant_id for each in intervals])
        covered = [each for each in intervals if self._is_covered(grants.get(each.grant_id), moment)]
        return any(each.purpose == purpose for each in self._granted(covered, moment))

    def consenting(self, purpose: str, now: datetime, among: Collection[SubjectId] | None) -> frozenset[SubjectId]:
        """Return who consents to a purpose now; `among` = only of these people, None = of everybody."""
        with self._register.reading() as reading:
            # What was taken back is over, even where it is dated ahead of a clock that was set back.
            holding = [each for each in reading.consents.holding(purpose, now, among) if each.end is None]
            grants = reading.consents.grants({each.grant_id for each in holding})
        people = frozenset(each.subject for each in holding if self._is_covered(grants.get(each.grant_id), now))
        for other in self._needs(self._versions.at(now).hash).get(purpose, ()) if people else ():
            people = self.consenting(other, now, people)
        return people

    def before(self, subject: SubjectId, now: datetime) -> Before:
        """Return what stands for a person just before they decide."""
        with self._register.reading() as reading:
            open_ = reading.consents.open_intervals(subject)
            last_at = reading.consents.last_at(subject)
            missing = {each.grant_id for each in open_} - self._grants.keys()
            if missing:
                self._grants.update(reading.consents.grants(missing))
        widened = {each.purpose for each in open_ if not self._is_covered(self._grants.get(each.grant_id), now)}
        needs = self._needs(self._versions.at(now).hash)
        return Before(open=tuple(open_), last_at=last_at, widened=frozenset(widened), needs=needs)

    def _granted(self, covered: list[Interval], moment: datetime) -> list[Interval]:
        """Return those of one person's intervals whose purpose may run: what it needs is among them."""
        if not covered:
            return []
        runs = running({each.purpose for each in covered}, self._needs(self._versions.at(moment).hash))
        return [each for each in covered if each.purpose in runs]

    def _read_needs(self, hash_: str) -> Needs:
        version = self._versions.by_hash(hash_)
        return {} if version is None else needs_of(version.policy)

    def _is_covered(self, grant: Grant | None, moment: datetime) -> bool:
        if grant is None:
            return False
        current = self._versions.at(moment)
        return current.hash == grant.policy_hash or self._covers(grant.policy_hash, current.hash, grant.purpose)

    def _compare(self, then_hash: str, current_hash: str, purpose: str) -> bool:
        then, current = self._versions.by_hash(then_hash), self._versions.by_hash(current_hash)
        if then is None or current is None or purpose not in current.policy.consent_purposes:
            return False
        return not widenings(then.policy, current.policy, purpose)


def _standing(subject: SubjectId, covered: Iterable[Interval], grants: dict[str, Grant]) -> Standing:
    by_start = sorted(covered, key=lambda each: each.start)
    return Standing(
        subject=subject,
        granted=frozenset(each.purpose for each in by_start),
        grants={each.purpose: grants[each.grant_id] for each in by_start},
        starts={each.purpose: each.start for each in by_start},
        policy_hash=grants[by_start[-1].grant_id].policy_hash,
        since=by_start[0].start,
        until=min(each.until for each in by_start),
    )
