"""Days that can be: made before it holds, with time to read it, in a zone that exists (clause 12)."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from troth.policy.findings import one_of
from troth.policy.rules.book import Notes

# No name has a dot. With many of them Python looks for as many packages inside each other, until it is too deep.
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,3}")

SECTIONS = tuple(str(number) for number in range(1, 13))


def check_dates(notes: Notes) -> None:
    """Check the two days, the time zone and that the twelve sections are there once each."""
    header = notes.policy.policy
    if header.effective < header.issued:
        what = f"it takes effect on {header.effective}, before it was made on {header.issued}"
        notes.add("T12-02", ("policy", "effective"), what, "let it take effect on a later day")
    elif header.effective == header.issued:
        what = f"it was made and takes effect on one day, {header.issued}"
        notes.add("T12-03", ("policy", "effective"), what, f"leave {notes.policy.changes.notice_days} days between")
    if not is_zone(header.time_zone):
        what = f'there is no time zone "{header.time_zone}"'
        notes.add("T12-04", ("policy", "time_zone"), what, "write it as Asia/Shanghai")
    _check_sections(notes)


def is_zone(name: str) -> bool:
    """Return whether this is a time zone we can count days in."""
    if not _ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _check_sections(notes: Notes) -> None:
    seen = set[str]()
    for number, clause in enumerate(notes.policy.clauses):
        if clause.id in seen:
            notes.add("T12-05", ("clauses", number, "id"), f'section "{clause.id}" stands here again', "number it anew")
        seen.add(clause.id)
    missing = [section for section in SECTIONS if section not in seen]
    if missing:
        notes.add("T12-06", ("clauses",), f"sections are missing: {one_of(missing, 12)}", "write them")
