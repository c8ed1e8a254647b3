"""What `troth doctor` looks at: everything that can keep a promise from being kept, before it does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from troth.app import geography
from troth.app.placement import look_at_placement
from troth.app.signs import Level, Sign
from troth.clock import SystemClock, WorkCalendar
from troth.duties import WAITING_FOR_A_HANDLER
from troth.engines.keys import open_key_file
from troth.engines.lockdown import encrypted_swap
from troth.engines.sql.identity import open_identity
from troth.engines.sql.register import Witness
from troth.errors import TrothError
from troth.policy import Loaded, check_policy, load_policy
from troth.settings import Settings

T = TypeVar("T")
DISK_FREE_MB = 500
CALENDAR_NOTICE = timedelta(days=45)


def examine(path: Path, settings: Settings) -> list[Sign]:
    """Look at a policy and the machine it is to run on. Changes nothing that serves; raises nothing."""
    signs: list[Sign] = []
    loaded = _try(signs, "policy", lambda: load_policy(path))
    if loaded is not None:
        signs += [*_policy(loaded), *look_at_placement(loaded.policy, settings)]
    signs += [*_keys(settings), *_swap(), *_disk(settings.data), *_calendar(settings), *_geography(settings.data)]
    signs += _duties(settings)
    return signs


def _try(signs: list[Sign], about: str, work: Callable[[], T]) -> T | None:
    try:
        return work()
    except TrothError as error:
        signs.append(Sign(about, "problem", f"{error.where}: {error.what}".removeprefix(": "), error.fix))
        return None


def _policy(loaded: Loaded) -> Iterator[Sign]:
    levels = [finding.level for finding in check_policy(loaded)]
    errors, warnings = levels.count("error"), levels.count("warning")
    level: Level = "problem" if errors else "warning" if warnings else "ok"
    fix = "run troth check" if errors or warnings else ""
    yield Sign("policy", level, f"version {loaded.policy.version}, {errors} errors, {warnings} warnings", fix)


def _keys(settings: Settings) -> Iterator[Sign]:
    signs: list[Sign] = []
    keys = _try(signs, "keys", lambda: open_key_file(settings.key_file, [settings.data]))
    yield from signs
    if keys is None:
        return
    health = keys.health()
    if health.state != "ok":
        yield Sign("keys", "problem", "nobody confirmed the recovery kit", "troth keys confirm FILE")
    else:
        yield Sign("keys", "ok", f"root key version {health.version}, made {health.made_on}, kit confirmed")
    identity = settings.data / "identity.sqlite"
    if identity.exists():
        store = _try(signs, "keys", lambda: open_identity(identity, keys))
        yield from signs
        if store is not None:
            store.close()
            yield Sign("identity", "ok", "the key file opens the identity store")


def _swap() -> Iterator[Sign]:
    swap = encrypted_swap()
    if swap == "plain":
        yield Sign("swap", "warning", "swap is not encrypted: keys may reach the disk", "encrypt it or turn it off")
    else:
        yield Sign("swap", "ok", f"swap: {swap}")


def _disk(data: Path) -> Iterator[Sign]:
    place = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    if not os.access(place, os.W_OK):
        yield Sign("disk", "problem", f"{place} cannot be written", "give this user the folder")
        return
    free_mb = shutil.disk_usage(place).free // 1_000_000
    level: Level = "ok" if free_mb > DISK_FREE_MB else "problem"
    yield Sign("disk", level, f"{free_mb} MB free", "" if level == "ok" else "free some space")


def _calendar(settings: Settings) -> Iterator[Sign]:
    signs: list[Sign] = []
    calendar = _try(signs, "calendar", lambda: WorkCalendar.load("cn", settings.calendar_file))
    yield from signs
    if calendar is None:
        return
    left = calendar.known_through - SystemClock().now().date()
    says = f"working days known through {calendar.known_through}"
    if left < CALENDAR_NOTICE:
        fix = "later deadlines are provisional; give --calendar-file when the next notice is out"
        yield Sign("calendar", "warning", says, fix)
    else:
        yield Sign("calendar", "ok", says)


def _geography(data: Path) -> Iterator[Sign]:
    signs: list[Sign] = []
    records = _try(signs, "geography", lambda: geography.installed(data))
    yield from signs
    if records:
        yield Sign("geography", "ok", ", ".join(f"{record.name} built {record.built_on}" for record in records))
    elif records is not None:
        yield Sign("geography", "warning", "not installed: every place is unknown", "troth geo install --help")


def _duties(settings: Settings) -> Iterator[Sign]:
    """Say what is due; nothing waits silently."""
    if isinstance(settings.register_place, Path) and not settings.register_place.exists():
        return
    signs: list[Sign] = []
    due = _try(signs, "duties", lambda: _due_by_kind(settings))
    yield from signs
    for kind, count in (due or {}).items():
        yield Sign(
            "duties",
            "warning",
            f"{count} x {kind} due, {WAITING_FOR_A_HANDLER}",
            "deletion arrives with the retention room; until then the data is only stopped",
        )
    if due == {}:
        yield Sign("duties", "ok", "nothing is due")


def _due_by_kind(settings: Settings) -> dict[str, int]:
    register = Witness(settings.register_place)
    try:
        with register.reading() as reading:
            due = reading.duties.due(SystemClock().now())
    finally:
        register.close()
    return {kind: sum(duty.kind == kind for duty in due) for kind in sorted({duty.kind for duty in due})}
