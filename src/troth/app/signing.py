"""Clause 7: who signs the ledger's heads and the receipts, and under which names (security rules 27 and 31)."""

from __future__ import annotations

from collections.abc import Iterable

from troth.engines.keys import KeyFileProvider
from troth.ledger import HeadSigner, NoteSigner, PublicKey


def head_signer(keys: KeyFileProvider, policy_id: str) -> HeadSigner:
    """Return who signs the heads of a policy's ledger."""
    return HeadSigner(f"{policy_id}/ledger", keys.ledger_sign, keys.ledger_sign_since)


def receipt_signer(keys: KeyFileProvider, policy_id: str) -> NoteSigner:
    """Return who signs a policy's receipts."""
    return NoteSigner(f"{policy_id}/receipts", keys.receipt_sign, "receipt", keys.receipt_sign_since)


def public_keys(keys: KeyFileProvider, policy_ids: Iterable[str]) -> list[PublicKey]:
    """Return the keys that check what was signed under these policies: a policy may have had another id before."""
    ids = dict.fromkeys(policy_ids)
    return [make(keys, policy_id).public_key for make in (head_signer, receipt_signer) for policy_id in ids]
