"""Clause 8.3 (C8.3-04): what a decision did to what stood before it, named as such in every record and receipt."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

Event = Literal["given", "changed", "refused", "withdrawn", "renewed"]
"""Stored in the database and printed in receipts. Never change or reuse a word.

given      a yes where nothing stood
changed    a yes before and after, with another scope: other purposes, or one of them goes further in this version
renewed    a yes again to exactly what stood
withdrawn  nothing is left of what stood
refused    a no where nothing stood
"""


def event_of(before: Collection[str], after: Collection[str], widened: Collection[str] = ()) -> Event:
    """Return what became of it.

    before, after  the purposes that were granted, all of them, just before and just after the decision
    widened        those of them that go further in the version decided on than in the one they were given under
    """
    if not before:
        return "given" if after else "refused"
    if not after:
        return "withdrawn"
    return "renewed" if set(before) == set(after) and not set(widened) & set(after) else "changed"
