"""Clause 2: one beacon from arrival to a durable acknowledgement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Literal, Protocol

from troth.clock import from_ms
from troth.collect.beacon import Beacon, undeclared
from troth.collect.browsers import Browser, Browsers
from troth.collect.device import Device
from troth.collect.drops import UNKNOWN_TOKEN, VISIT_CLOSED, WITHDRAWN, Drop, DropCounter
from troth.collect.geography import Place
from troth.collect.journal import Entry, Journal
from troth.collect.lines import PingLine, SealLine, ViewLine, VisitLine, pack, write_line
from troth.collect.pipeline import Arrival, Passing, run_steps
from troth.collect.plan import OTHER, VISITS, CollectPlan
from troth.collect.sealing import seal_label, sealed_facts
from troth.collect.visit import OpenVisit, OpenVisits, fold_ping, new_visit_id
from troth.errors import Erased, Restricted
from troth.policy.permit import SubjectId
from troth.vault import RowKey, epoch_of, seal

WHOLE_MONTH_DAYS = 365
"""Month files are named after the month in UTC, like the epochs whose keys end them."""


class VisitKeys(Protocol):
    """What the collector needs of the vault."""

    def row_key(self, subject: SubjectId, class_: str, epoch: str) -> RowKey: ...
    def visitor_key(self, subject: SubjectId, month: str) -> bytes: ...


class Collector:
    """Applies the policy to one beacon after the other and answers when it is durable."""

    def __init__(
        self,
        *,
        plan: CollectPlan,
        browsers: Browsers,
        visits: OpenVisits,
        journal: Journal,
        keys: VisitKeys,
        drops: DropCounter,
        look_up_place: Callable[[str], Place],
        look_up_device: Callable[[str, tuple[str, str, str]], Device],
    ) -> None:
        self.plan = plan
        self.browsers = browsers
        self.visits = visits
        self.journal = journal
        self.keys = keys
        self.drops = drops
        self.acknowledged = 0
        self._look_up_place = look_up_place
        self._look_up_device = look_up_device

    async def take(self, beacon: Beacon, unknown_members: int, arrival: Arrival) -> Drop | None:
        """Keep what the policy lets us keep and return None once it is durable, or return why it was refused.

        Raises StoreError if it could not be written, VaultError if there is no key; then nothing is remembered of it.
        """
        browser = self.browsers.remembered(beacon.token, arrival.at_ms)
        if browser is None:
            browser = await self.browsers.look_up(beacon.token, arrival.at_ms)
        if browser is None:
            return self.refuse(UNKNOWN_TOKEN, arrival.at_ms)
        for _ in range(unknown_members):
            self.drops.add(self._day(arrival.at_ms), undeclared(OTHER))
        drop = await self._keep(beacon, arrival, browser)
        if drop is WITHDRAWN:
            drop = await self._keep_anew(beacon, arrival, browser)
        if drop is not None:
            return self.refuse(drop, arrival.at_ms)
        self.acknowledged += 1
        return None

    async def _keep(self, beacon: Beacon, arrival: Arrival, browser: Browser) -> Drop | None:
        """Fold a beacon and write it; WITHDRAWN if this browser's consent ended since it was looked up."""
        try:
            entry = self._fold(beacon, arrival, browser)
        except (Erased, Restricted):  # remembered from before it ended; the journal's fence has not been asked yet
            return WITHDRAWN
        if isinstance(entry, Drop):
            return entry
        if entry is None:
            await self.journal.settled()
            return None if beacon.view in self.visits.recent else WITHDRAWN
        await self._write(entry)
        return WITHDRAWN if entry.ended else None

    async def _keep_anew(self, beacon: Beacon, arrival: Arrival, ended: Browser) -> Drop | None:
        """Ask once more who this is: they may have agreed again since the consent we remembered ended."""
        self.browsers.forget([ended.subject])
        browser = await self.browsers.look_up(beacon.token, arrival.at_ms)
        if browser is None or browser.generation <= ended.generation:
            return WITHDRAWN
        return await self._keep(beacon, arrival, browser)

    def refuse(self, drop: Drop, at_ms: int) -> Drop:
        """Count a refusal and give it back."""
        self.drops.add(self._day(at_ms), drop)
        return drop

    def take_back(self, entries: Sequence[Entry]) -> None:
        """Forget what was not written: called by the journal before anybody else runs."""
        for entry in reversed(entries):
            visit = self.visits.by_id.get(entry.visit)
            if entry.adds != "ping":
                self.visits.recent.discard(entry.view)
                if visit is not None:
                    visit.views.pop(entry.view, None)
            if visit is None:
                continue
            visit.put_back(entry.before, entry.view)
            if entry.adds == "visit":
                self.visits.forget([entry.visit])
            elif entry.ended:
                self.visits.set_aside(visit)

    async def _write(self, entry: Entry) -> None:
        """Return when the entry is durable; its visit is not loaded before."""
        visit = self.visits.by_id[entry.visit]
        visit.unwritten += 1
        try:
            await self.journal.append(entry)
        finally:
            visit.unwritten -= 1

    def _fold(self, beacon: Beacon, arrival: Arrival, browser: Browser) -> Entry | Drop | None:
        """Return what to write: a ping, or a view with perhaps a visit before it; None for a replay."""
        visit = self._current(browser, arrival.at_ms)
        view = visit.views.get(beacon.view) if visit is not None else None
        if visit is not None and view is not None:
            return self._ping(visit, beacon, arrival, browser) if beacon.seq > view.seq else None
        if beacon.view in self.visits.recent:
            return None if beacon.seq == 0 else VISIT_CLOSED
        return self._view(visit, beacon, arrival, browser)

    def _current(self, browser: Browser, at_ms: int) -> OpenVisit | None:
        """Return the visit that goes on; none is continued on another consent than the one it rests on (C8.3-03)."""
        visit = self.visits.current(browser.subject, at_ms)
        if visit is None or (visit.grant == browser.grant and visit.since_ms >= browser.since_ms):
            return visit
        self.visits.set_aside(visit)
        return None

    def _ping(self, visit: OpenVisit, beacon: Beacon, arrival: Arrival, browser: Browser) -> Entry:
        engaged_ms = beacon.engaged_ms if "stay" in browser.allowed else 0
        line = PingLine(visit.visit, beacon.view, arrival.at_ms, beacon.seq, engaged_ms)
        before = visit.before(visit.views[beacon.view])
        fold_ping(visit, line)
        return Entry(visit.subject, browser.generation, visit.visit, beacon.view, "ping", before, write_line(line))

    def _view(self, visit: OpenVisit | None, beacon: Beacon, arrival: Arrival, browser: Browser) -> Entry | Drop:
        passing = Passing(
            beacon,
            arrival,
            browser,
            self.plan,
            self._look_up_place,
            self._look_up_device,
            visit is None,
            {},
            {},
            [],
        )
        refusal = run_steps(passing)
        if refusal is not None:
            return refusal
        for name in passing.left_out:
            self.drops.add(self._day(arrival.at_ms), undeclared(name))
        data = b""
        began = visit is None
        if visit is None:
            line = self._visit_line(passing)
            seals = self._seal_changes(line.visit, line.subject, 0, {}, beacon.view, passing)
            visit = self.visits.begin(line)
            visit.since_ms = browser.since_ms
            data = write_line(line)
        else:
            seals = self._seal_changes(
                visit.visit, visit.subject, visit.seal_count, visit.sealed or {}, beacon.view, passing
            )
        before = visit.before()
        for sealed in seals:
            self.visits.apply(sealed)
            data += write_line(sealed)
        if seals or visit.sealed is None:
            visit.sealed = {**(visit.sealed or {}), **passing.identifying}
        engaged_ms = beacon.engaged_ms if passing.may("stay") else 0
        view_line = ViewLine(visit.visit, beacon.view, arrival.at_ms, passing.page, engaged_ms, passing.opened_ms)
        self.visits.apply(view_line)
        visit.views[beacon.view].seq = beacon.seq
        data += write_line(view_line)
        adds: Literal["visit", "view"] = "visit" if began else "view"
        return Entry(visit.subject, browser.generation, visit.visit, beacon.view, adds, before, data)

    def _visit_line(self, passing: Passing) -> VisitLine:
        at_ms = passing.arrival.at_ms
        month = epoch_of(VISITS, from_ms(at_ms), WHOLE_MONTH_DAYS)
        subject = passing.browser.subject
        visitor_key = self.keys.visitor_key(subject, month).hex()
        grant = passing.browser.grant
        return VisitLine(new_visit_id(), subject, month, visitor_key, grant, at_ms, passing.coarse)

    def _seal_changes(
        self, visit: str, subject: SubjectId, number: int, known: dict[str, object], view: str, passing: Passing
    ) -> list[SealLine]:
        """Seal the identifying facts that are new in this visit, one value per retention class."""
        by_class: dict[str, dict[str, object]] = {}
        for name, value in passing.identifying.items():
            if known.get(name) != value:
                by_class.setdefault(self.plan.facts[name].class_, {})[name] = value
        lines = []
        for class_, facts in sorted(by_class.items()):
            epoch = epoch_of(class_, self._moment(passing.arrival.at_ms), self.plan.class_days(class_))
            label = seal_label(subject, visit, number, class_, epoch)
            blob = seal(self.keys.row_key(subject, class_, epoch), label, sealed_facts(view, facts))
            lines.append(SealLine(visit, number, class_, epoch, pack(blob)))
            number += 1
        return lines

    def _moment(self, at_ms: int) -> datetime:
        return from_ms(at_ms).astimezone(self.plan.zone)

    def _day(self, at_ms: int) -> date:
        return self._moment(at_ms).date()
