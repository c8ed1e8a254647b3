"""Assembly: the one place that chooses engines and joins the rooms into a running house."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Collection
from pathlib import Path
from typing import IO

from troth.app.signing import head_signer, receipt_signer
from troth.clock import Clock, SystemClock, to_ms
from troth.collect.admission import Admission
from troth.collect.browsers import Browsers
from troth.collect.collector import Collector
from troth.collect.device import device_of
from troth.collect.drops import DropCounter
from troth.collect.fence import EndingFence
from troth.collect.history import NEEDS_HISTORY
from troth.collect.loader import Loader
from troth.collect.plan import compile_plan
from troth.collect.visit import OpenVisits
from troth.consent import BasisDesk, ConsentDesk
from troth.consent.model import NotPermitted
from troth.consent.record_27560 import Links
from troth.consent.sealing import VaultSealer, evidence_days
from troth.duties import Duty
from troth.engines.figures import CountedFigures
from troth.engines.keys import open_key_file
from troth.engines.lockdown import lock_down_process
from troth.engines.months import MonthStore
from troth.engines.segments import SegmentJournal
from troth.engines.sql.identity import open_identity
from troth.engines.sql.policy_rows import PublishedVersions
from troth.engines.sql.readings import RegisterReadings
from troth.engines.sql.register import Register
from troth.engines.xdb import open_geography
from troth.errors import PolicyError, StoreError, TrothError, UnusableInput
from troth.policy import Loaded, Policy, load_policy_text
from troth.policy.check import check_policy
from troth.policy.permit import Permit, SubjectId
from troth.policy.versions import Publication, Version
from troth.settings import Settings
from troth.vault import Vault

TICK_S = 2.0
log = logging.getLogger("troth.house")


class House:
    """Every store, room and engine of one running policy. Opening it proves the key and rebuilds the open visits."""

    def __init__(self, loaded: Loaded, settings: Settings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.loaded = loaded
        self.policy: Policy = loaded.policy
        self.clock = clock or SystemClock()
        refuse_findings(loaded)
        evidence_days(loaded.policy)
        self._lock = _lock_folder(settings.data)
        lock_down_process()
        self.keys = open_key_file(settings.key_file, [settings.data])
        self.keys.require_confirmed()
        self._open_stores()
        self._open_collection()

    def _open_stores(self) -> None:
        data = self.settings.data
        self.identity = open_identity(data / "identity.sqlite", self.keys)
        signer = head_signer(self.keys, self.policy.policy.id)
        self.register = Register(self.settings.register_place, self.identity, signer)
        self.versions = PublishedVersions(self.register, lambda source: load_policy_text(source).policy)
        readings = RegisterReadings(self.register, self.versions)
        self.vault = Vault(self.identity, self.keys, readings, self.clock)
        readings.seal_with(VaultSealer(self.vault, self.versions))
        self.bases = BasisDesk(self.register, self.vault, self.versions, self.clock)
        self._publish()
        receipts = receipt_signer(self.keys, self.policy.policy.id)
        self.desk = ConsentDesk(self.register, self.vault, self.versions, self.clock, receipts, self._links())

    def _links(self) -> Links:
        """Where a receipt leads: to the form on the site, to the policy in the rooms."""
        site, settings = self.policy.scope.origins[0], self.settings
        return Links(choices=f"{site}{settings.edge_path}/choices", policy=f"{settings.public_url}/privacy/policy")

    def _publish(self) -> None:
        """Keep the version this house starts with and let the bases follow it; doing it again changes nothing."""
        version = Version(hash=self.loaded.hash, policy=self.policy, published_at=self.clock.now())
        publication = Publication(version=version, source=self.loaded.source, canonical=self.loaded.canonical)
        with self.register.change() as change:
            change.policies.publish(publication)
            self.bases.follow(change, version)
        self.versions.refresh()

    def _open_collection(self) -> None:
        plan = compile_plan(self.policy, self.loaded.hash)
        self.drops = DropCounter()
        self.visits = OpenVisits()
        self.browsers = Browsers(Admission(plan, self.desk, self.vault).look_up)
        self.journal = SegmentJournal(self.settings.data / "segments")
        self.months = MonthStore(self.settings.data / "visits")
        self.geography = open_geography(self.settings.data / "geo")
        device_of("warm up: the first parse compiles the patterns, 0.2 s that no visitor should wait")
        self.collector = Collector(
            plan=plan,
            browsers=self.browsers,
            visits=self.visits,
            journal=self.journal,
            keys=self.vault,
            drops=self.drops,
            look_up_place=self.geography.locate,
            look_up_device=device_of,
        )
        fence = EndingFence(self.vault, self.browsers.forget, lambda: to_ms(self.clock.now()))
        self.journal.connect(fence, self.collector.take_back)
        self.loader = Loader(
            plan=plan,
            visits=self.visits,
            journal=self.journal,
            months=self.months,
            register=self.register,
            vault=self.vault,
            permit=self._permit_history,
            clock=self.clock,
        )
        self.loader.rebuild(self.journal)
        self.figures = CountedFigures(self.months, self.visits, plan.zone)
        self.is_loading_well = True

    def _permit_history(self, subjects: Collection[SubjectId]) -> Permit | None:
        """Leave to read the visit histories of those among these people who consent now."""
        facts = self.collector.plan.facts
        purposes = {purpose for key in NEEDS_HISTORY & facts.keys() for purpose in facts[key].purposes}
        for purpose in sorted(purposes):
            consenting = self.desk.consenting(purpose, subjects)
            if consenting:
                return self._permit_if_still(purpose, consenting)
        return None

    def _permit_if_still(self, purpose: str, consenting: Collection[SubjectId]) -> Permit | None:
        try:
            return self.desk.permit(purpose, consenting, "loader", "C2.1-02")
        except NotPermitted:
            return None  # Somebody withdrew in between; the visits are loaded without their history.

    # Living -------------------------------------------------------------------------------------------------------

    async def keep(self) -> None:
        """Load closed visits and store counters every two seconds, until cancelled."""
        while True:
            await self.tick()
            await asyncio.sleep(TICK_S)

    async def tick(self) -> int:
        """Load what is over and store the counters once; trouble is logged and tried again next time."""
        try:
            loaded = await self.loader.load_closed()
            await asyncio.to_thread(self._store_counters)
        except TrothError:
            self.is_loading_well = False
            log.exception("visits could not be loaded; they wait in the segments")
            return 0
        self.is_loading_well = True
        return loaded

    def _store_counters(self) -> None:
        counts = self.drops.take()
        if not counts:
            return
        try:
            with self.register.change() as change:
                for (day, clause, reason, name), number in counts.items():
                    change.counters.add(day, f"drop {clause} {name}".strip(), reason, number)
        except StoreError:
            self.drops.give_back(counts)
            raise

    def now_ms(self) -> int:
        """Return the house's time in milliseconds."""
        return to_ms(self.clock.now())

    def due_duties(self) -> list[Duty]:
        """Return the work that is due and not done, the longest overdue first."""
        with self.register.reading() as reading:
            return reading.duties.due(self.clock.now())

    def is_healthy(self) -> bool:
        """Whether everything that was promised can be kept right now."""
        return self.vault.healthy and self.journal.healthy and self.is_loading_well

    def close(self) -> None:
        """Store what is only counted in memory and let go of the files; open visits stay in the segments."""
        try:
            self._store_counters()
        except StoreError:
            log.exception("the last counters could not be stored")
        self.journal.close()
        self.months.close()
        self.register.close()
        self.identity.close()
        self._lock.close()


def refuse_findings(loaded: Loaded) -> None:
    """Refuse to run a policy with errors in it. Raises PolicyError naming the first and how many there are."""
    errors = [finding for finding in check_policy(loaded) if finding.level == "error"]
    if errors:
        first = errors[0]
        raise PolicyError(
            f"{first.what} ({len(errors)} errors in all)" if len(errors) > 1 else first.what,
            f"{first.fix}; `troth check` lists everything",
            f"{loaded.file}:{first.line}",
        )


def _lock_folder(folder: Path) -> IO[bytes]:
    """Take the data folder for this process. Raises UnusableInput if another house has it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (folder / "house.lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise UnusableInput(
            "another process keeps this data folder", "stop it first, or give another --data", str(folder)
        ) from error
    os.set_inheritable(lock.fileno(), False)
    return lock
