"""Clause 2.1: page views folded into visits; a visit ends after 30 minutes without a sign of life."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from msgspec import Struct, field

from troth.collect.journal import Before
from troth.collect.lines import Coarse, PingLine, SealLine, SegmentLine, ViewLine, VisitLine
from troth.policy.permit import SubjectId

IDLE_MS = 30 * 60 * 1000
LONGEST_VISIT_MS = 24 * 60 * 60 * 1000
REPLAY_WINDOW_MS = 24 * 60 * 60 * 1000


class View(Struct, gc=False):
    """One page view inside an open visit."""

    view: str
    at_ms: int
    page: str
    seq: int
    engaged_ms: int
    opened_ms: int | None = None


class OpenVisit(Struct):
    """A visit that may still go on, or waits to be loaded.

    sealed     the identifying facts sealed so far, in memory only, so that only changes are sealed again
    loaded     its month file holds it; set under the month files' lock, so nobody counts it twice
    since_ms   when the consent it rests on was given; another consent begins another visit
    unwritten  beacons folded into it that are not durable yet: until then it is not loaded
    """

    visit: str
    subject: SubjectId
    month: str
    visitor_key: str
    grant: str
    started_ms: int
    seen_ms: int
    coarse: Coarse
    views: dict[str, View] = field(default_factory=dict)
    seals: list[SealLine] = field(default_factory=list)
    sealed: dict[str, object] | None = None
    seal_count: int = 0
    loaded: bool = False
    since_ms: int = 0
    unwritten: int = 0

    def before(self, view: View | None = None) -> Before:
        """Return how the visit stands, and one view of it."""
        if view is None:
            return Before(self.seen_ms, len(self.seals))
        return Before(self.seen_ms, len(self.seals), view.seq, view.engaged_ms)

    def put_back(self, before: Before, view_id: str) -> None:
        """Undo what one beacon folded in; what was put back already by an earlier one stays so."""
        self.seen_ms = min(self.seen_ms, before.seen_ms)
        del self.seals[before.seals :]
        self.sealed = None
        view = self.views.get(view_id)
        if view is not None:
            view.seq = min(view.seq, before.seq)
            view.engaged_ms = min(view.engaged_ms, before.engaged_ms)

    def is_over(self, now_ms: int) -> bool:
        """Whether 30 minutes went by without a sign of life, or the visit reached a day."""
        return now_ms - self.seen_ms > IDLE_MS or now_ms - self.started_ms > LONGEST_VISIT_MS


class RecentViews:
    """The view ids of the last 24 hours, so that a replayed beacon finds its row already there."""

    def __init__(self) -> None:
        self._by_hour: dict[int, set[int]] = {}

    def __contains__(self, view: str) -> bool:
        number = int(view, 16)
        for hour in self._by_hour.values():  # noqa: SIM110  at most 25; a generator costs more than the look-ups
            if number in hour:
                return True
        return False

    def add(self, view: str, at_ms: int) -> None:
        """Remember a view; forget those older than the window."""
        hour = at_ms // 3_600_000
        if hour not in self._by_hour:
            oldest = (at_ms - REPLAY_WINDOW_MS) // 3_600_000
            self._by_hour = {kept: views for kept, views in self._by_hour.items() if kept >= oldest}
            self._by_hour[hour] = set()
        self._by_hour[hour].add(int(view, 16))

    def discard(self, view: str) -> None:
        """Forget a view that was not kept after all."""
        for hour in self._by_hour.values():
            hour.discard(int(view, 16))


class OpenVisits:
    """All visits that may still go on, by subject and by id; rebuilt from the segments at a start."""

    def __init__(self) -> None:
        self.by_subject: dict[SubjectId, OpenVisit] = {}
        self.by_id: dict[str, OpenVisit] = {}
        self.closing: dict[str, OpenVisit] = {}
        self.recent = RecentViews()

    def current(self, subject: SubjectId, now_ms: int) -> OpenVisit | None:
        """Return the subject's visit if it still goes on; one that is over is put aside to be loaded."""
        visit = self.by_subject.get(subject)
        if visit is not None and visit.is_over(now_ms):
            self.set_aside(visit)
            return None
        return visit

    def begin(self, line: VisitLine) -> OpenVisit:
        """Open the visit a line tells of."""
        visit = OpenVisit(
            line.visit, line.subject, line.month, line.visitor_key, line.grant, line.at_ms, line.at_ms, line.coarse
        )
        visit.since_ms = line.at_ms
        before = self.by_subject.get(line.subject)
        if before is not None:
            self.set_aside(before)
        self.by_subject[line.subject] = self.by_id[line.visit] = visit
        return visit

    def apply(self, line: SegmentLine) -> None:
        """Fold one line into its visit; lines of visits we no longer hold are passed over."""
        if isinstance(line, VisitLine):
            if line.visit not in self.by_id:
                self.begin(line)
            return
        visit = self.by_id.get(line.visit)
        if visit is None:
            return
        if isinstance(line, SealLine):
            visit.seals.append(line)
            visit.seal_count = line.number + 1
        elif isinstance(line, ViewLine):
            if line.view not in visit.views and line.view not in self.recent:
                visit.views[line.view] = View(line.view, line.at_ms, line.page, 0, line.engaged_ms, line.opened_ms)
                self.recent.add(line.view, line.at_ms)
            visit.seen_ms = max(visit.seen_ms, line.at_ms)
        else:
            fold_ping(visit, line)

    def take_over(self, now_ms: int) -> list[OpenVisit]:
        """Return every visit that is over and durable, oldest first; they stay `closing` until `forget` is called."""
        for visit in [visit for visit in self.by_subject.values() if visit.is_over(now_ms)]:
            self.set_aside(visit)
        durable = [visit for visit in self.closing.values() if not visit.unwritten]
        return sorted(durable, key=lambda visit: visit.started_ms)

    def forget(self, visits: Iterable[str]) -> None:
        """Let go of visits that are safely in their month file, or whose person is gone."""
        for visit_id in visits:
            visit = self.closing.pop(visit_id, None) or self.by_id.get(visit_id)
            self.by_id.pop(visit_id, None)
            if visit is not None and self.by_subject.get(visit.subject) is visit:
                del self.by_subject[visit.subject]

    def still_held(self) -> list[OpenVisit]:
        """Every visit not yet in a month file."""
        return [visit for visit in list(self.by_id.values()) if not visit.loaded]

    def set_aside(self, visit: OpenVisit) -> None:
        """End a visit now; it waits to be loaded."""
        self.by_subject.pop(visit.subject, None)
        self.closing[visit.visit] = visit


def fold_ping(visit: OpenVisit, line: PingLine) -> None:
    """Let a view go on: the largest engaged time wins, so lost or reordered pings do no harm."""
    view = visit.views.get(line.view)
    if view is not None:
        view.seq = max(view.seq, line.seq)
        view.engaged_ms = max(view.engaged_ms, line.engaged_ms)
    visit.seen_ms = max(visit.seen_ms, line.at_ms)


def new_visit_id() -> str:
    """Return a random visit id, 32 hex characters; it says nothing and leads nowhere."""
    return secrets.token_hex(16)
