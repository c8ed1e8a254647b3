"""Clause 3: which basis can be called on, for what, and until when. Messages never repeat the evidence."""

from __future__ import annotations

from datetime import datetime

from troth.consent.bases import BY_POLICY, BasisEvent, Invocation
from troth.consent.model import NotPermitted
from troth.consent.permits import basis_of
from troth.errors import UnusableInput
from troth.policy import bases
from troth.policy.versions import Version

EVIDENCE_CHARS = 500


def check_invocation(said: Invocation, version: Version, now: datetime) -> None:
    """Return if the basis can be called on. Raises NotPermitted for the wrong basis, UnusableInput for the rest."""
    declared = basis_of(version, said.purpose)
    if declared == "consent":
        raise NotPermitted(f"the purpose {said.purpose} rests on consent alone", "no other basis stands in for it")
    if said.basis != declared:
        raise NotPermitted(
            f"the policy puts {said.purpose} on {declared}, and that is what people were told",
            f"call on {declared}, or publish a version that says otherwise first",
        )
    _check_words(said)
    _check_time(said, now)


def _check_words(said: Invocation) -> None:
    evidence = said.evidence.strip()
    if not evidence or len(evidence) > EVIDENCE_CHARS or not evidence.isprintable() or "@" in evidence:
        raise UnusableInput(
            "the evidence for a basis is missing or is no reference",
            f"name the law, the order or the contract in one line of at most {EVIDENCE_CHARS} characters, no person",
        )
    if not said.actor or said.actor == BY_POLICY:
        raise UnusableInput("a basis is called on by somebody", 'say who: "staff:<id>"')


def _check_time(said: Invocation, now: datetime) -> None:
    start = said.start or now
    if start < now:
        raise UnusableInput("a basis cannot begin before it is written down", "begin now; what was done before is done")
    if said.until is None and bases()[said.basis].must_end:
        raise UnusableInput(f"{said.basis} has no end", "say until when; call on it again if it goes on")
    if said.until is not None and said.until <= start:
        raise UnusableInput("a basis ends before it begins", "give an end after its start")


def check_ending(event: BasisEvent | None, by: str, now: datetime) -> BasisEvent:
    """Return the event if somebody can end it now. Raises UnusableInput."""
    if event is None:
        raise UnusableInput("there is no basis event with this id", "`troth bases` lists them")
    if not by:
        raise UnusableInput("a basis is ended by somebody", 'say who: "staff:<id>"')
    if event.actor == BY_POLICY:
        raise UnusableInput("the policy itself calls on this basis", "publish a version without it")
    if event.last <= now:
        raise UnusableInput("this basis has ended already", "nothing to do")
    return event


def check_refusal(purpose: str, version: Version) -> str:
    """Return the basis that a person refuses. Raises NotPermitted if this purpose is not refused but withdrawn."""
    basis = basis_of(version, purpose)
    if basis == "consent":
        raise NotPermitted(f"the purpose {purpose} rests on consent", "withdraw the consent instead")
    if not bases()[basis].honours_refusal:
        raise NotPermitted(
            f"the purpose {purpose} rests on {basis}, which a refusal does not end", "answer as a request"
        )
    return basis
