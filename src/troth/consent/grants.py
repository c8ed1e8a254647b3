"""Clause 3: a grant says once what every row collected under it rests on (design 3.5)."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from troth.ledger import encode
from troth.policy.permit import Grant
from troth.policy.versions import Version


def grant_for(version: Version, purpose: str) -> Grant:
    """Return the grant of one purpose under one version; the same facts always give the same id."""
    declared = version.policy.purposes[purpose]
    return _grant(version.hash, purpose, declared.basis, declared.kind)


@lru_cache(maxsize=4096)
def _grant(policy_hash: str, purpose: str, basis: str, kind: str) -> Grant:
    parts = [policy_hash, purpose, basis, kind]
    grant_id = hashlib.sha256(encode(["troth/grant/v1", *parts])).hexdigest()[:16]
    return Grant(grant_id=grant_id, policy_hash=policy_hash, purpose=purpose, basis=basis, kind=kind)
