"""How long and where: an end for every class, statutory terms, the country (clause 5)."""

from __future__ import annotations

from troth.policy.findings import Path
from troth.policy.kept import Retention
from troth.policy.rules.book import Notes
from troth.policy.rules.links import check_purpose, check_retention

SIX_MONTHS_DAYS = 184  # the longest six calendar months, 1 March to 1 September
THREE_YEARS_DAYS = 1096  # with one leap day
TEN_YEARS_DAYS = 3653


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
    if "cn-pipl" in policy.law and policy.storage.location != "CN":
        what = f'under cn-pipl the storage cannot be in "{policy.storage.location}"'
        notes.add("T5-09", ("storage", "location"), what, 'write "location: CN"')


def _check_term(notes: Notes, path: Path, key: str, kept: Retention) -> None:
    days = [number for number in kept.criteria.in_days().values() if number is not None]
    if not days:
        fix = "give at least one of function_days, quality_days, agreed_days, special_days"
        notes.add("T5-02", path, f'the retention "{key}" has no criterion with an end', fix)
        return
    longest, place = max(days), (*path, "criteria")
    if kept.class_ == "network_log" and longest < SIX_MONTHS_DAYS:
        what = f'the network log "{key}" is kept for {longest} days'
        notes.add("T5-04", place, what, f"special_days: {SIX_MONTHS_DAYS} or more")
    if kept.class_ == "evidence" and longest < THREE_YEARS_DAYS:
        what = f'the evidence "{key}" is kept for {longest} days'
        notes.add("T5-05", place, what, f"special_days: {THREE_YEARS_DAYS} or more")
    if longest > TEN_YEARS_DAYS and kept.law is None:
        notes.add("T5-06", place, f'"{key}" is kept for {longest} days', 'shorten it, or name the "law"')


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
        fix = f"add a retention with class: evidence and special_days: {THREE_YEARS_DAYS}"
        notes.add("T5-07", ("retention",), "no retention says how long evidence is kept", fix)
