"""Clause 7: the ledger. Every change writes what was done, when, and under which promise, in an order that stays.

Start reading at `entry.py`; `tree.py` is the Merkle tree over the entries, `checkpoint.py` its signed heads, and
`verify.py` the walk that compares them all.
"""

from __future__ import annotations

from troth.ledger.checkpoint import HeadSigner, open_checkpoint
from troth.ledger.encode import encode
from troth.ledger.entry import (
    Appended,
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
from troth.ledger.note import NoteSigner, PublicKey, open_note, read_verifier
from troth.ledger.tree import Frontier, Growth, Head, grow, leaf_hash
from troth.ledger.verify import Outside, Problem, Verdict, verify_ledger

__all__ = [
    "Appended",
    "Draft",
    "Entry",
    "EntryBook",
    "Frontier",
    "Growth",
    "Head",
    "HeadSigner",
    "NoteSigner",
    "Numbered",
    "Outside",
    "Payload",
    "Problem",
    "PublicKey",
    "SealedPayload",
    "Sealer",
    "Verdict",
    "WithLedger",
    "commitment",
    "draft_entry",
    "encode",
    "grow",
    "leaf_bytes",
    "leaf_hash",
    "open_checkpoint",
    "open_note",
    "read_payload",
    "read_verifier",
    "record",
    "verify_ledger",
]
