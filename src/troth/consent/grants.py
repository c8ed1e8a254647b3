"""Clause 3: a grant says once what every row collected under it rests on (design 3.5)."""

from __future__ import annotations

import hashlib

from troth.ledger import encode
from troth.policy.permit import Grant
from troth.policy.versions import Version


def grant_for(version: Version, purpose: str) -> Grant:
    """Return the grant of one purpose under one version; the same facts always give the same id."""
    declared = version.policy.purposes[purpose]
    parts = [version.hash, purpose, declared.basis, declared.kind]
    grant_id = hashlib.sha256(encode(["troth/grant/v1", *parts])).hexdigest()[:16]
    return Grant(grant_id=grant_id, policy_hash=version.hash, purpose=purpose, basis=declared.basis, kind=declared.kind)
