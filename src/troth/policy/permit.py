"""What allows a collection or a reading: the grant a row carries, the permit a reader shows (clauses 2 and 3)."""

from __future__ import annotations

from typing import NewType

from msgspec import Struct

SubjectId = NewType("SubjectId", str)
"""32 lower-case hex characters, 128 random bits. A subject is one relation (a browser, a submission), not one human."""


class Grant(Struct, frozen=True):
    """Policy version, purpose, basis and kind of consent, kept once and referred to by every row collected under it."""

    grant_id: str
    policy_hash: str
    purpose: str
    basis: str
    kind: str


class Permit(Struct, frozen=True):
    """Leave to open sealed values for one purpose. Only `consent` issues it.

    subjects   whose values may be opened; None means everybody's under this purpose, recorded as one bulk reading
    actor      who reads: "subject", "loader", "staff:<id>"
    """

    purpose: str
    basis: str
    subjects: frozenset[SubjectId] | None
    actor: str
    clause: str
    grant_id: str = ""
