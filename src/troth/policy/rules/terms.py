"""How long and where: an end for every class, statutory terms, the country (clause 5)."""

from __future__ import annotations

from troth.policy.findings import Path
from troth.policy.kept import Retention
from troth.policy.rules.book import Notes
from troth.policy.rules.links import check_purpose, check_retention

FLOORS = {"T5-04": "network_log", "T5-05": "evidence"}
"""Rule -> class of records that a law wants kept for some time at least."""


def check_terms(notes: Notes) -> None:
    """Check retentions, the places they are for, and the country of storage."""
    policy = notes.policy
    for key, kept in policy.retention.items():
        _check_term(notes, ("retention", key), key, kept)
    for key, place in policy.places.items():
        check_purpose(notes, ("places", key, "purpose"), place.purpose, f'the place "{key}"')
        check_retention(notes, ("places", key, "retention"), place.retention, f'the place "{key}"')
    _check_unused(notes)
    _check_classes(notes)
    _check_promise(notes)
    home = notes.law.get("cross_border.location")
    if home is not None and policy.storage.location != home.value:
        what = f'{home.under} the storage cannot be in "{policy.storage.location}"'
        notes.add("T5-09", ("storage", "location"), what, f'write "location: {home.value}"')


def _check_promise(notes: Notes) -> None:
    """Check what the text says of terms in general against the terms there are."""
    policy = notes.policy
    finite = [key for key, kept in policy.retention.items() if any(kept.criteria.in_days().values())]
    about_people = [key for key in finite if policy.retention[key].class_ != "evidence"]
    if not about_people and (policy.collected_facts or policy.forms):
        what = "something is collected, and no kind of information has a term in days"
        notes.add("T5-12", ("retention",), what, "give every kind of information a retention with days")
    keeping = policy.keeping
    if keeping.shortest_necessary and keeping.longest_of and (not about_people or len(finite) < len(policy.retention)):
        what = f"the text promises the shortest time and takes the longest of {', '.join(keeping.longest_of)}"
        notes.add("T5-10", ("keeping", "longest_of"), f"{what}, without a number", "give every criterion days")


def _check_term(notes: Notes, path: Path, key: str, kept: Retention) -> None:
    days = [number for number in kept.criteria.in_days().values() if number is not None]
    if not days:
        fix = "give at least one of function_days, quality_days, agreed_days, special_days"
        notes.add("T5-02", path, f'the retention "{key}" has no criterion with an end', fix)
        return
    longest, place = max(days), (*path, "criteria")
    for rule, class_ in FLOORS.items():
        floor = notes.law.get(f"retention.{class_}")
        if kept.class_ == class_ and floor is not None and longest < floor.days:
            what = f'"{key}" is kept for {longest} days, {floor.under} it has to be {floor.said}'
            notes.add(rule, place, what, f"special_days: {floor.days} or more")
    long = notes.law.figure("retention.long")
    if longest > long.days and kept.law is None:
        what = f'"{key}" is kept for {longest} days, more than {long.said}'
        notes.add("T5-06", place, what, 'shorten it, or name the "law"')


def _check_unused(notes: Notes) -> None:
    policy = notes.policy
    used = {fact.retention for fact in policy.collected_facts.values()}
    used |= {form.retention for form in policy.forms.values()}
    used |= {place.retention for place in policy.places.values()}
    for key, kept in policy.retention.items():
        if key not in used and kept.class_ != "evidence":
            fix = "name it where something is kept that long, or remove it"
            notes.add("T5-03", ("retention", key), f'nothing uses the retention "{key}"', fix)


def _check_classes(notes: Notes) -> None:
    first: dict[str, tuple[str, Retention]] = {}
    for key, kept in notes.policy.retention.items():
        other, rule = first.setdefault(kept.class_, (key, kept))
        if (rule.criteria, rule.after) != (kept.criteria, kept.after):
            what = f'"{other}" and "{key}" share the class "{kept.class_}" and differ in their term'
            notes.add("T5-08", ("retention", key, "class"), what, "give it a class of its own")
    if "evidence" not in first:
        fix = f"add a retention with class: evidence and special_days: {notes.law.figure('retention.evidence').days}"
        notes.add("T5-07", ("retention",), "no retention says how long evidence is kept", fix)
