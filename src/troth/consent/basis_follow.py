"""Clause 3: the bases a published version declares are called on and ended by the version itself, and by nobody else.

Called in the change that publishes, and again at every start: then it finds everything as it should be.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import structs

from troth.consent.bases import BY_POLICY, FOREVER, BasisEvent
from troth.consent.basis_drafting import draft_of_ending, draft_of_event
from troth.consent.declared_bases import Ground, declared_until, grounds_of, uncovered
from troth.consent.stores import ConsentChange
from troth.ledger import Sealer
from troth.policy import bases
from troth.policy.versions import Version


def follow_versions(change: ConsentChange, versions: Sequence[Version], sealer: Sealer, now: datetime) -> None:
    """End what no version declares any more, then begin what is declared and does not stand yet.

    versions   every published one, in any order
    now        whole milliseconds; nothing is begun or ended before it
    A basis that is called on case by case is only ever ended here.
    """
    policy_hash = max(versions, key=lambda version: version.published_at).hash
    grounds = [ground for ground in grounds_of(versions) if ground.end > now]
    held: list[BasisEvent] = []
    for event in change.bases.lasting(now):
        until = declared_until([ground for ground in grounds if _rests_on(event, ground)], max(event.start, now))
        if until < event.last:
            change.bases.end(event.event_id, until, BY_POLICY)
            change.ledger.append(draft_of_ending(sealer, event, until, BY_POLICY, policy_hash, now))
        held.append(structs.replace(event, end=min(until, event.last)))
    for event in _missing(grounds, held, now):
        change.bases.begin(event)
        change.ledger.append(draft_of_event(sealer, event, None, policy_hash))


def _missing(grounds: Iterable[Ground], held: Sequence[BasisEvent], now: datetime) -> Iterator[BasisEvent]:
    """Yield an event for every time from now on that a ground covers and no event of it does."""
    for ground in grounds:
        if bases()[ground.basis].case_by_case:
            continue
        own = [event for event in held if event.actor == BY_POLICY and _rests_on(event, ground)]
        spans = [(event.start, event.last) for event in own]
        for start, end in uncovered(max(ground.start, now), ground.end, spans):
            yield BasisEvent(
                event_id=secrets.token_hex(16),
                basis=ground.basis,
                purpose=ground.purpose,
                subject=None,
                evidence=ground.evidence,
                actor=BY_POLICY,
                made_at=now,
                start=start,
                until=None if end == FOREVER else end,
            )


def _rests_on(event: BasisEvent, ground: Ground) -> bool:
    """Whether the ground carries the event; the policy's own event needs the same law or contract as well."""
    is_same = (event.purpose, event.basis) == (ground.purpose, ground.basis)
    return is_same and (event.actor != BY_POLICY or event.evidence == ground.evidence)
