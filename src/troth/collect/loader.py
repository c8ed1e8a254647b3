"""Clause 2.1: closed visits go from the segments into their month file, whole and exactly once.

A visit's id is the mark: what a month file already holds is never loaded again, and a segment is removed only when
every visit in it is safe. So a kill at any moment repeats work, and never loses or doubles a view.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

import msgspec

from troth.clock import Clock, from_ms, to_ms
from troth.collect.history import NEEDS_HISTORY, History, HistoryRegister, SealedHistory, add_visit, history_label
from troth.collect.history import read_history as _read_history
from troth.collect.journal import Journal, Segments
from troth.collect.lines import unpack
from troth.collect.plan import VISITS, CollectPlan
from troth.collect.rows import ClosedVisits, MonthFiles, SealRow, ViewRow, VisitRow
from troth.collect.sealing import seal_label, sealed_facts
from troth.collect.visit import REPLAY_WINDOW_MS, OpenVisit, OpenVisits
from troth.errors import Erased, Expired, Restricted, UnusableInput, VaultError
from troth.policy.permit import Permit, SubjectId
from troth.vault import Opened, RowKey, Sealed, State, epoch_of, seal

BATCH = 2_000


class LoaderVault(Protocol):
    """What the loader needs of the vault."""

    def state_of(self, subject: SubjectId) -> State: ...
    def row_key(self, subject: SubjectId, class_: str, epoch: str) -> RowKey: ...
    def open_each_for(
        self, permit: Permit, items: Sequence[Sealed], selection: str = ""
    ) -> list[Opened | VaultError]: ...


class Loader:
    """Folds what is over and loads it; runs beside the collector in the house process."""

    def __init__(
        self,
        *,
        plan: CollectPlan,
        visits: OpenVisits,
        journal: Journal,
        months: MonthFiles,
        register: HistoryRegister,
        vault: LoaderVault,
        permit: Callable[[Collection[SubjectId]], Permit | None],
        clock: Clock,
    ) -> None:
        self._plan = plan
        self._visits = visits
        self._journal = journal
        self._months = months
        self._register = register
        self._vault = vault
        self._permit = permit
        self._clock = clock

    # At a start --------------------------------------------------------------------------------------------------

    def rebuild(self, segments: Segments) -> int:
        """Rebuild the open visits from the segments; return how many there are. Nothing is loaded twice."""
        seen: set[str] = set()
        for lines in segments.read_back():
            for line in lines:
                seen.add(line.visit)
                self._visits.apply(line)
        done: set[str] = set()
        for month, ids in _by_month(self._visits.still_held()).items():
            done |= self._months.held(month, ids)
        self._visits.forget(done)
        open_ = {visit.visit for visit in self._visits.still_held()}
        if seen - open_:  # loaded, or the rest of a visit whose beginning went with an older segment
            self._journal.release(seen - open_)
        now_ms = to_ms(self._clock.now())
        for view, at_ms in self._months.views_since(now_ms - REPLAY_WINDOW_MS):
            self._visits.recent.add(view, at_ms)
        return len(self._visits.still_held())

    # Every few seconds -------------------------------------------------------------------------------------------

    async def load_closed(self) -> int:
        """Load every visit that is over; return how many. What fails stays in the segments for the next time."""
        over = self._visits.take_over(to_ms(self._clock.now()))
        for batch in _batches(over):
            await asyncio.to_thread(self._load, batch)
            done = [visit.visit for visit in batch]
            self._visits.forget(done)
            await asyncio.to_thread(self._journal.release, done)
        return len(over)

    def _load(self, over: Sequence[OpenVisit]) -> None:
        kept = [visit for visit in over if self._may_keep(visit)]
        histories = self._histories(kept)
        for month, ids in _by_month(kept).items():
            wanted = set(ids)
            held = self._months.held(month, wanted)
            batch = [visit for visit in kept if visit.visit in wanted]
            fresh = [visit for visit in batch if visit.visit not in held]
            closed = ClosedVisits(
                month,
                [self._visit_row(visit, histories.get(visit.visit)) for visit in fresh],
                [row for visit in fresh for row in self._view_rows(visit)],
                [row for visit in fresh for row in self._seal_rows(visit, histories.get(visit.visit))],
            )
            self._months.load(closed, lambda batch=batch: _mark_loaded(batch))  # type: ignore[misc]

    def _may_keep(self, visit: OpenVisit) -> bool:
        """Re-read the state: a visit of somebody erased meanwhile is let go, never loaded (security rule 13).

        So is one without a view: a kill tore its first view off, which was never acknowledged.
        """
        try:
            return bool(visit.views) and self._vault.state_of(visit.subject) in ("live", "restricted")
        except UnusableInput:
            return False

    # Last visit, first visit, frequency --------------------------------------------------------------------------

    def _histories(self, visits: Sequence[OpenVisit]) -> dict[str, History]:
        """Return the history as of each visit, and keep the newest of each person, sealed."""
        if not visits or not NEEDS_HISTORY & self._plan.facts.keys():
            return {}
        permit = self._permit({visit.subject for visit in visits})
        if permit is None or permit.subjects is None:
            return {}
        people = permit.subjects
        with self._register.reading() as reading:
            stored = {row.subject: row for row in reading.visit_histories.find_for_subjects(people)}
        opened = self._vault.open_each_for(permit, [row.sealed() for row in stored.values()], "visits that closed")
        known: dict[SubjectId, History] = {
            subject: _read_history(result.plain)
            for subject, result in zip(stored, opened, strict=True)
            if isinstance(result, Opened)
        }
        as_of: dict[str, History] = {}
        for visit in (visit for visit in visits if visit.subject in people):
            as_of[visit.visit] = known[visit.subject] = add_visit(
                known.get(visit.subject), visit.visit, visit.started_ms
            )
        sealed = [
            row
            for subject in known
            if (row := self._seal_history(subject, known[subject], stored.get(subject))) is not None
        ]
        with self._register.change() as change:
            for row in sealed:
                change.visit_histories.keep(row)
        return as_of

    def _seal_history(self, subject: SubjectId, history: History, before: SealedHistory | None) -> SealedHistory | None:
        epoch = epoch_of(VISITS, from_ms(history.last_ms), self._plan.class_days(VISITS))
        revision = before.revision + 1 if before else 1
        try:
            key = self._vault.row_key(subject, VISITS, epoch)
        except (Erased, Restricted, Expired):
            return None
        blob = seal(key, history_label(subject, revision, VISITS, epoch), msgspec.json.encode(history))
        return SealedHistory(subject=subject, revision=revision, class_=VISITS, epoch=epoch, blob=blob)

    # Rows --------------------------------------------------------------------------------------------------------

    def _visit_row(self, visit: OpenVisit, history: History | None) -> VisitRow:
        views = sorted(visit.views.values(), key=lambda view: view.at_ms)
        declared = {key for key, fact in self._plan.facts.items() if not fact.sealed}
        return VisitRow(
            visit=visit.visit,
            visitor_key=visit.visitor_key,
            grants=visit.grant,
            day=self._day(visit.started_ms),
            started_ms=visit.started_ms,
            pages=len(views) if "pages" in declared else None,
            duration_ms=visit_duration_ms(visit) if "duration" in declared else None,
            entry_page=views[0].page if views and "entry_path" in declared else None,
            exit_page=views[-1].page if views and "exit_path" in declared else None,
            is_first=history.count == 1 if history and "is_first" in declared else None,
            frequency=history.frequency if history and "freq" in declared else None,
            coarse=visit.coarse,
        )

    def _view_rows(self, visit: OpenVisit) -> list[ViewRow]:
        stay = "stay" in self._plan.facts
        return [
            ViewRow(
                visit=visit.visit,
                view=view.view,
                day=self._day(view.at_ms),
                seen_ms=view.at_ms,
                page=view.page,
                engaged_ms=view.engaged_ms if stay else None,
                opened_ms=view.opened_ms,
            )
            for view in visit.views.values()
        ]

    def _seal_rows(self, visit: OpenVisit, history: History | None) -> list[SealRow]:
        rows = [
            SealRow(visit=visit.visit, number=line.number, class_=line.class_, epoch=line.epoch, blob=unpack(line.blob))
            for line in visit.seals
        ]
        facts = self._history_facts(history) if history else {}
        number = visit.seal_count
        for class_, values in sorted(facts.items()):
            row = self._seal_late(visit, number, class_, values)
            rows.extend([row] if row else [])
            number += 1
        return rows

    def _history_facts(self, history: History) -> dict[str, dict[str, object]]:
        """Return the facts about earlier visits that are to be sealed, by retention class."""
        said = {"prev_visit": history.prior_ms, "is_first": history.count == 1, "freq": history.count}
        by_class: dict[str, dict[str, object]] = {}
        for key, value in said.items():
            fact = self._plan.facts.get(key)
            if fact is not None and fact.sealed and value is not None:
                by_class.setdefault(fact.class_, {})[key] = value
        return by_class

    def _seal_late(self, visit: OpenVisit, number: int, class_: str, facts: dict[str, object]) -> SealRow | None:
        epoch = epoch_of(class_, from_ms(visit.started_ms), self._plan.class_days(class_))
        try:
            key = self._vault.row_key(visit.subject, class_, epoch)
        except (Erased, Restricted, Expired):
            return None
        blob = seal(key, seal_label(visit.subject, visit.visit, number, class_, epoch), sealed_facts("", facts))
        return SealRow(visit=visit.visit, number=number, class_=class_, epoch=epoch, blob=blob)

    def _day(self, at_ms: int) -> str:
        return from_ms(at_ms).astimezone(self._plan.zone).date().isoformat()


def visit_duration_ms(visit: OpenVisit) -> int:
    """How long a visit took: from its first to its last sign of life, or the engaged time if that is longer."""
    return max(visit.seen_ms - visit.started_ms, sum(view.engaged_ms for view in visit.views.values()))


def _batches(visits: Sequence[OpenVisit]) -> Iterable[Sequence[OpenVisit]]:
    """Yield the visits a load at a time, oldest first, each person at most once in a load.

    A history is kept before its visit is loaded. If the load fails, or a kill comes between, the same visit comes
    first again, and the history that ends with it already is left as it is: it is counted once.
    """
    rounds: list[list[OpenVisit]] = []
    had: Counter[SubjectId] = Counter()
    for visit in visits:
        had[visit.subject] += 1
        if had[visit.subject] > len(rounds):
            rounds.append([])
        rounds[had[visit.subject] - 1].append(visit)
    return (visits[at : at + BATCH] for visits in rounds for at in range(0, len(visits), BATCH))


def _mark_loaded(visits: Iterable[OpenVisit]) -> None:
    for visit in visits:
        visit.loaded = True


def _by_month(visits: Iterable[OpenVisit]) -> dict[str, list[str]]:
    months: dict[str, list[str]] = {}
    for visit in visits:
        months.setdefault(visit.month, []).append(visit.visit)
    return months
