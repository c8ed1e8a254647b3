"""A purpose, a basis and an end for everything that is collected; nothing open-ended (clause 2)."""

from __future__ import annotations

import re

from troth.policy.declared import DeclaredFact, Form
from troth.policy.findings import Path, nearest, one_of
from troth.policy.known import Fact, catalogue, fact_file
from troth.policy.rules.book import Notes
from troth.policy.rules.links import check_purpose, check_retention

_CATEGORY = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_OPEN_WORDS = re.compile(
    r"(^|[^a-z])(others?|etc|and so on|including but not limited to|not limited to|any|all|misc(ellaneous)?"
    r"|various|unknown|everything|further)([^a-z]|$)",
    re.IGNORECASE,
)
_OPEN_SIGNS = ("其他", "其它", "任何", "一切", "包括但不限于", "…", "...", "*")
_OPEN_END = re.compile(r"等等|等($|[、，,。;；)）])")  # 设备信息等, but not 用户等级


def is_open_ended(name: str) -> bool:
    """Return whether a name of a kind of information has no end: `other`, `etc.`, `其他`, `设备信息等`."""
    return bool(_OPEN_WORDS.search(name) or _OPEN_END.search(name)) or any(sign in name for sign in _OPEN_SIGNS)


def check_collected(notes: Notes) -> None:
    """Check facts and forms, and that every purpose is served by something."""
    for key, use in notes.policy.facts.items():
        _check_fact(notes, key, use)
    for key, form in notes.policy.forms.items():
        _check_form(notes, key, form)
    _check_unused(notes)


def check_category(notes: Notes, path: Path, category: str, facts_allowed: bool) -> None:
    """Check one kind of information: a dotted category, or where allowed the key of a fact."""
    if is_open_ended(category):
        notes.add("T2-04", path, f'"{category}" has no end', "name each kind of information by itself")
    elif facts_allowed and category in catalogue():
        return
    elif not _CATEGORY.fullmatch(category):
        near = nearest(category, catalogue()) if facts_allowed else None
        fix = f'did you mean "{near}"?' if near else "write it with dots, from wide to narrow: user.contact.email"
        notes.add("T2-12", path, f'"{category}" is not a known kind of information', fix)


def _check_fact(notes: Notes, key: str, use: DeclaredFact) -> None:
    path: Path = ("facts", key)
    fact = catalogue().get(key)
    if fact is None:
        _unknown_fact(notes, path, key)
        return
    if use.precision not in fact.precisions:
        fix = f"choose one of: {one_of(fact.precisions)}"
        notes.add("T2-05", (*path, "precision"), f'"{key}" cannot be kept as "{use.precision}"', fix)
    if use.is_off:
        return
    if not use.purposes:
        notes.add("T2-02", path, f'the fact "{key}" has no purpose', 'add "purposes: […]", or "precision: off"')
    for number, purpose in enumerate(use.purposes):
        check_purpose(notes, (*path, "purposes", number), purpose, f'the fact "{key}"')
    if use.retention is None:
        notes.add("T2-03", path, f'the fact "{key}" has no retention', 'add "retention: …", or "precision: off"')
    else:
        check_retention(notes, (*path, "retention"), use.retention, f'the fact "{key}"')
    _check_nature(notes, path, key, use, fact)


def _unknown_fact(notes: Notes, path: Path, key: str) -> None:
    if again := next((one for one in fact_file().merged.values() if key in one.keys), None):
        notes.add("T2-20", path, f'the fact "{key}" says again what "{again.into}" says', "keep one")
        return
    if is_open_ended(key):
        notes.add("T2-04", path, f'the fact "{key}" has no end', "name each fact by itself, or remove it")
        return
    near = nearest(key, catalogue())
    fix = f'did you mean "{near}"?' if near else f"known facts: {one_of(catalogue(), 40)}"
    notes.add("T2-01", path, f'there is no fact "{key}"', fix)


def _check_nature(notes: Notes, path: Path, key: str, use: DeclaredFact, fact: Fact) -> None:
    """Check a collected fact against what the catalogue knows of it."""
    purposes = notes.policy.purposes
    if fact.available != "yes":
        state = "is gone from" if fact.available == "gone" else "is the same in"
        notes.add("T2-06", path, f'"{key}" {state} every browser since {fact.since}', 'set "precision: off"')
    for number, name in enumerate(use.purposes):
        if fact.needs_consent and name in purposes and not purposes[name].needs_consent:
            what = f'the fact "{key}" needs consent, but "{name}" rests on {purposes[name].basis}'
            notes.add("T2-08", (*path, "purposes", number), what, "use a purpose with basis consent")
    if fact.needs_id and use.purposes and not _has_identifier(notes, use):
        what = f'the fact "{key}" needs an identifier that outlives the visit'
        notes.add("T2-13", path, what, "declare a cookie with content random_id for the same purpose")
    if fact.class_ == "sensitive" and use.necessity is None:
        notes.add("T2-14", path, f'the fact "{key}" can be sensitive', 'say in "necessity" why it is needed')


def _has_identifier(notes: Notes, use: DeclaredFact) -> bool:
    return any(
        cookie.content == "random_id" and cookie.set_by == "troth" and cookie.purpose in use.purposes
        for cookie in notes.policy.cookies.values()
    )


def _check_form(notes: Notes, key: str, form: Form) -> None:
    path: Path = ("forms", key)
    check_purpose(notes, (*path, "purpose"), form.purpose, f'the form "{key}"')
    check_retention(notes, (*path, "retention"), form.retention, f'the form "{key}"')
    if not form.fields:
        notes.add("T2-10", path, f'the form "{key}" has no field', "add a field, or remove the form")
    for name, field in form.fields.items():
        place = (*path, "fields", name)
        check_category(notes, (*place, "category"), field.category, facts_allowed=False)
        if field.required and not field.basic:
            what = f'"{name}" is required although "{form.purpose}" can do without it'
            notes.add("T2-11", place, what, 'add "basic: true" if it is needed, else "required: false"')


def _check_unused(notes: Notes) -> None:
    policy = notes.policy
    used = {name for fact in policy.collected_facts.values() for name in fact.purposes}
    used |= {form.purpose for form in policy.forms.values()}
    used |= {cookie.purpose for cookie in policy.cookies.values()}
    used |= {sdk.purpose for sdk in policy.sdks.values()}
    used |= {recipient.purpose for recipient in policy.recipients.values()}
    used |= {place.purpose for place in policy.places.values()}
    for key in policy.purposes:
        if key not in used:
            fix = "name it where something is collected for it, or remove it"
            notes.add("T2-09", ("purposes", key), f'nothing uses the purpose "{key}"', fix)
