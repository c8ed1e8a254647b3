"""Clause 3: which bases the published versions declare, from when and until when; the policy calls on these itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from msgspec import Struct, structs

from troth.consent.bases import FOREVER
from troth.policy.declared import Purpose
from troth.policy.versions import Version


class Ground(Struct, frozen=True):
    """A basis other than consent that the versions declare for a purpose, unchanged, from `start` before `end`."""

    purpose: str
    basis: str
    evidence: str
    start: datetime
    end: datetime


def grounds_of(versions: Iterable[Version]) -> list[Ground]:
    """Return the declared grounds in the order of their start.

    A ground goes on through later versions while purpose, basis and the named law or contract stay the same; its
    evidence names the version that declared it first.
    """
    in_order = sorted(versions, key=lambda version: (version.in_force_from, version.published_at))
    ends = [later.in_force_from for _, later in pairwise(in_order)] + [FOREVER]
    done: list[Ground] = []
    open_: dict[str, tuple[Purpose, Ground]] = {}
    for version, end in zip(in_order, ends, strict=True):
        if version.in_force_from == end:
            continue  # another version took its place before it was in force
        declared = {name: each for name, each in version.policy.purposes.items() if not each.needs_consent}
        going_on = {name: pair for name, pair in open_.items() if _is_same(pair[0], declared.get(name))}
        done += [ground for name, (_, ground) in open_.items() if name not in going_on]
        open_ = {
            name: (purpose, structs.replace(going_on[name][1], end=end))
            if name in going_on
            else (purpose, _begun(version, name, purpose, end))
            for name, purpose in declared.items()
        }
    return sorted(done + [ground for _, ground in open_.values()], key=lambda ground: (ground.start, ground.purpose))


def _is_same(before: Purpose, now: Purpose | None) -> bool:
    return now is not None and (before.basis, before.law, before.reference) == (now.basis, now.law, now.reference)


def _begun(version: Version, name: str, purpose: Purpose, end: datetime) -> Ground:
    named = purpose.law or purpose.reference
    words = f": {named.in_(version.policy.languages[0])}" if named else ""
    return Ground(name, purpose.basis, f"version {version.hash[:16]}{words}", version.in_force_from, end)


def declared_until(grounds: Sequence[Ground], start: datetime) -> datetime:
    """Return the first moment from `start` on at which none of these grounds is declared; `start` itself if none is."""
    moment = start
    while True:
        covering = next((ground for ground in grounds if ground.start <= moment < ground.end), None)
        if covering is None:
            return moment
        moment = covering.end


def uncovered(
    start: datetime, end: datetime, spans: Iterable[tuple[datetime, datetime]]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of the time from `start` before `end` that lie in none of the spans."""
    moment = start
    for begins, ends in sorted(spans):
        if moment < min(begins, end):
            yield moment, min(begins, end)
        moment = max(moment, ends)
    if moment < end:
        yield moment, end
