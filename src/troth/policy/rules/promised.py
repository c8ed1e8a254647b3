"""What people are promised: rights, protection of children, somebody to turn to, time to read (clauses 8 to 11)."""

from __future__ import annotations

from troth.policy.findings import Path
from troth.policy.rules.book import Notes


def check_promised(notes: Notes) -> None:
    """Check the rights, the rules for children, the way to complain, the representatives and the notice of changes."""
    _check_rights(notes)
    _check_children(notes)
    _check_turning_to(notes)
    changes = notes.policy.changes
    if not notes.has(("changes", "notice_days")) or changes.notice_days == 0:
        what = "nobody learns of a change before it holds"
        notes.add("T10-03", ("changes",), what, 'give "notice_days" a number, and keep it')


def _check_rights(notes: Notes) -> None:
    rights = notes.policy.rights
    path: Path = ("rights", "offers")
    if not rights.offers and not rights.not_applicable:
        fix = "list them in offers, and those without an object here in not_applicable"
        notes.add("T8-05", ("rights",), "the file names none of the rights the law gives", fix)
        return
    for right, (pack, rule) in notes.law.rights().items():
        if right not in rights.offers and right not in rights.not_applicable:
            doubt = "" if rule.confirmed else ", unconfirmed"
            what = f'the right "{right}" is not given ({pack.id}: {rule.source}{doubt})'
            notes.add("T8-05", path, what, f'say it in the text, and add "{right}"')
    for number, right in enumerate(rights.not_applicable):
        if right in rights.offers:
            what = f'the right "{right}" is offered and said to have no object'
            notes.add("T8-06", ("rights", "not_applicable", number), what, "keep one of the two")


def _check_children(notes: Notes) -> None:
    minors, law = notes.policy.minors, notes.law
    guardian, own = law.get("ages.guardian"), law.get("ages.own_rules")
    if guardian is not None and minors.guardian is None:
        what = f"a guardian has to agree {guardian.under}, and nothing says how"
        notes.add("T9-03", ("minors",), what, 'say in "guardian" how you make sure that it is the guardian')
    if own is not None and minors.rules is None:
        what = f"children's information has no rules of its own, which {own.under} it has to have"
        notes.add("T9-04", ("minors",), what, 'write them in "rules"')


def _check_turning_to(notes: Notes) -> None:
    policy = notes.policy
    if not any(words.strip() for words in policy.contact.complaint.values()):
        what = "nothing says how to complain about the answer"
        notes.add("T11-03", ("contact",), what, 'name the authority or court in "complaint"')
    country = policy.controller.country
    for pack in notes.law.packs:
        named = {one.country for one in policy.controller.representatives}
        if pack.representative and country and country not in pack.countries and not named & set(pack.countries):
            doubt = "" if pack.representative.confirmed else ", unconfirmed"
            what = f"the company is in {country}, and has no representative where {pack.id} applies"
            what += f" ({pack.representative.source}{doubt})"
            notes.add("T11-04", ("controller",), what, 'name one under "representatives"')
