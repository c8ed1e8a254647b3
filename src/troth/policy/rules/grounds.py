"""Every purpose on a basis the law accepts, with what that basis needs (clause 3)."""

from __future__ import annotations

from troth.policy.declared import Purpose
from troth.policy.findings import Path
from troth.policy.known import bases
from troth.policy.law import verdict_of
from troth.policy.pack import pack
from troth.policy.rules.book import Notes
from troth.policy.rules.links import check_purpose


def check_grounds(notes: Notes) -> None:
    """Check the laws that are named and the basis of every purpose under each of them."""
    if not notes.policy.law:
        notes.add("T3-05", ("law",), "no law is named", "name at least one: [cn-pipl]")
    for number, law in enumerate(notes.policy.law):
        if not pack(law).bases:
            fix = "nothing to do here; have the bases looked at by somebody who knows this law"
            notes.add("T3-06", ("law", number), f'bases are not checked against "{law}"', fix)
    for key, purpose in notes.policy.purposes.items():
        _check_verdict(notes, key, purpose)
        _check_needs(notes, key, purpose)


def _check_verdict(notes: Notes, key: str, purpose: Purpose) -> None:
    path: Path = ("purposes", key, "basis")
    basis = bases()[purpose.basis]
    for law in notes.policy.law:
        verdict, confirmed = verdict_of(purpose.basis, law)
        doubt = "" if confirmed else " (unconfirmed)"
        if verdict == "error":
            what = f'under {law} the purpose "{key}" cannot rest on {purpose.basis}{doubt}'
            notes.add("T3-01", path, what, f"{basis.note.in_('en')}; choose another basis")
        elif verdict == "warning":
            what = f'under {law} the basis {purpose.basis} of "{key}" is doubtful{doubt}'
            notes.add("T3-02", path, what, basis.note.in_("en"))


def _check_needs(notes: Notes, key: str, purpose: Purpose) -> None:
    path: Path = ("purposes", key)
    basis = bases()[purpose.basis]
    if "reference" in basis.needs and purpose.reference is None:
        what = f'the purpose "{key}" does not say which contract it rests on'
        notes.add("T3-03", path, what, 'add "reference: …" in every language')
    if "law" in basis.needs and purpose.law is None:
        what = f'the purpose "{key}" does not say which law it rests on'
        notes.add("T3-03", path, what, 'add "law: …" in every language')
    if purpose.consent is not None and not purpose.needs_consent:
        what = f'the purpose "{key}" rests on {purpose.basis} and asks for consent as well'
        notes.add("T3-04", (*path, "consent"), what, 'remove "consent", or set "basis: consent"')
    for number, name in enumerate(purpose.needs):
        check_purpose(notes, (*path, "needs", number), name, f'the purpose "{key}"')
    if _waits_for_itself(notes, key):
        notes.add("T3-07", (*path, "needs"), f'the purpose "{key}" needs itself', "remove the circle")


def _waits_for_itself(notes: Notes, key: str) -> bool:
    purposes, seen = notes.policy.purposes, set[str]()
    waiting = list(purposes[key].needs)
    while waiting:
        name = waiting.pop()
        if name == key:
            return True
        if name in purposes and name not in seen:
            seen.add(name)
            waiting.extend(purposes[name].needs)
    return False
