"""The honest fake for evidence: copies in memory, found as the register finds them (X-01)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from troth.consent.evidence import SealedCopy
from troth.errors import StoreError
from troth.ledger import Numbered


class MemoryReceipts:
    """EvidenceBook and EvidenceShelf in a dictionary, over a list of ledger entries."""

    def __init__(self, entries: Sequence[Numbered] = ()) -> None:
        self._copies: dict[bytes, SealedCopy] = {}
        self._entries = entries

    def keep(self, copy: SealedCopy) -> None:
        """Keep a copy. Raises StoreError for a mark that is there: a number is given once."""
        if copy.mark in self._copies:
            raise StoreError("a receipt with this number is kept already", "take another number")
        self._copies[copy.mark] = copy

    def find(self, mark: bytes) -> SealedCopy | None:
        """Return the copy with this mark."""
        return self._copies.get(mark)

    def place_of(self, second: datetime, commitment: bytes) -> int | None:
        """Return the number of the ledger entry of that second which makes this commitment."""
        return next(
            (each.seq for each in self._entries if each.entry.at == second and each.entry.commitment == commitment),
            None,
        )
