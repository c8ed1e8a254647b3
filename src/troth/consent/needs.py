"""Clauses 2 and 8.3: a purpose that needs others runs only while they are granted too; what it needs may end first."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from troth.policy.model import Policy

Needs = Mapping[str, tuple[str, ...]]
"""Purpose: the purposes on consent that it needs. Whoever needs nothing is not in it."""


def needs_of(policy: Policy) -> Needs:
    """Return what the purposes on consent need of one another; what rests on another basis runs without being asked."""
    asked = policy.consent_purposes
    needed = {name: tuple(other for other in purpose.needs if other in asked) for name, purpose in asked.items()}
    return {name: others for name, others in needed.items() if others}


def running(agreed: Collection[str], needs: Needs) -> frozenset[str]:
    """Return which of the purposes agreed to may run: those whose needs, and theirs in turn, are agreed to as well."""
    runs = set(agreed)
    while idle := {name for name in runs if not runs.issuperset(needs.get(name, ()))}:
        runs -= idle
    return frozenset(runs)
