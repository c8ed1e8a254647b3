"""Clauses 2 and 3: the only place where a permit to read is made. No other file calls `Permit(…)`.

A purpose has one basis. If it is consent, only consent opens: when it is withdrawn there is no other road (P16).
If it is another one, an event of that basis has to stand at that moment for everybody whose values are opened (X-04).
"""

from __future__ import annotations

from collections.abc import Collection

from troth.consent.bases import Footing
from troth.consent.model import NotPermitted
from troth.policy.permit import Permit, SubjectId
from troth.policy.versions import Version


def permit_by_consent(
    version: Version, purpose: str, consenting: Collection[SubjectId], actor: str, clause: str, grant_id: str = ""
) -> Permit:
    """Return leave to read for people who consent now; NotPermitted if the purpose rests on something else."""
    basis = basis_of(version, purpose)
    if basis != "consent":
        raise NotPermitted(f"the purpose {purpose} does not rest on consent", "read under its declared basis")
    if not consenting:
        raise NotPermitted(f"nobody consents to the purpose {purpose} here", "ask; until then it stays closed")
    return Permit(
        purpose=purpose, basis=basis, subjects=frozenset(consenting), actor=actor, clause=clause, grant_id=grant_id
    )


def permit_by_law(
    version: Version, purpose: str, subjects: Collection[SubjectId] | None, footing: Footing, actor: str, clause: str
) -> Permit:
    """Return leave to read on a basis other than consent that stands now for everybody asked for.

    subjects   None = everybody under the purpose, one bulk reading
    footing    what the purpose stands on now
    Raises NotPermitted if the purpose rests on consent, or somebody is not carried by an event.
    """
    basis = basis_of(version, purpose)
    if basis == "consent":
        raise NotPermitted(f"the purpose {purpose} rests on consent alone", "no other basis stands in for it")
    _check_carried(purpose, basis, subjects, footing)
    covered = None if subjects is None else frozenset(subjects)
    return Permit(purpose=purpose, basis=basis, subjects=covered, actor=actor, clause=clause)


def _check_carried(purpose: str, basis: str, subjects: Collection[SubjectId] | None, footing: Footing) -> None:
    """Return if events of this basis carry everybody asked for."""
    carrying = [footing.for_everybody] if subjects is None else [footing.under(subject) for subject in subjects]
    if any(event is None or event.basis != basis for event in carrying):
        raise NotPermitted(
            f"no {basis} stands now for everybody asked for under {purpose}",
            "call on it with its evidence, or leave out those whom nothing carries",
        )
    if subjects is None and not footing.carries_everybody:
        raise NotPermitted(f"somebody said no to {purpose}", "name the people to read about, and leave out who said no")


def permit_for_own(subject: SubjectId) -> Permit:
    """Return leave for a person to read what is held on them (C8.1-01); it rests on the law, whatever the policy."""
    return Permit(
        purpose="access", basis="statutory_duty", subjects=frozenset({subject}), actor="subject", clause="C8.1-01"
    )


def basis_of(version: Version, purpose: str) -> str:
    """Return the one basis of a purpose; NotPermitted if the policy does not name the purpose."""
    declared = version.policy.purposes.get(purpose)
    if declared is None:
        raise NotPermitted(f"the policy has no purpose {purpose}", "declare it, or do not read")
    return declared.basis
