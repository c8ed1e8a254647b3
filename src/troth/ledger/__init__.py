"""Clause 7: the ledger. Every change writes what was done, when, and under which promise, in an order nobody can alter.

Start reading at `entry.py`. The Merkle tree and the signed checkpoints stand on `leaf_bytes`.
"""

from __future__ import annotations

from troth.ledger.encode import encode
from troth.ledger.entry import (
    Draft,
    Entry,
    EntryBook,
    Numbered,
    Payload,
    SealedPayload,
    Sealer,
    WithLedger,
    commitment,
    draft_entry,
    leaf_bytes,
    read_payload,
    record,
)

__all__ = [
    "Draft",
    "Entry",
    "EntryBook",
    "Numbered",
    "Payload",
    "SealedPayload",
    "Sealer",
    "WithLedger",
    "commitment",
    "draft_entry",
    "encode",
    "leaf_bytes",
    "read_payload",
    "record",
]
