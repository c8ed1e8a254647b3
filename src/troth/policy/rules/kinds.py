"""Kinds of information that are named twice, that no page can read, or that are sensitive (clause 2, PIPL 28-30)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from troth.policy.findings import Path
from troth.policy.known import fact_file
from troth.policy.law import is_one_of
from troth.policy.rules.book import Notes


def check_kinds(notes: Notes) -> None:
    """Check every list for what stands in it twice, and every kind of information for what it is."""
    for path, values in lists_of(notes.policy, ()):
        for number, value in enumerate(values):
            if value in values[:number]:
                notes.add("T2-20", (*path, number), f'"{value}" stands here again', "keep one")
    for key, form in notes.policy.forms.items():
        seen: dict[str, str] = {}
        for name, field in form.fields.items():
            first = seen.setdefault(field.category, name)
            if first != name and field.category:
                what = f'"{name}" asks again for what "{first}" asks for, {field.category}'
                notes.add("T2-20", ("forms", key, "fields", name), what, "keep one, or give it a category of its own")
            _check_sensitive(notes, ("forms", key, "fields", name, "category"), field.category, form.purpose)
    for key, sdk in notes.policy.sdks.items():
        for number, category in enumerate(sdk.data):
            place: Path = ("sdks", key, "data", number)
            _check_unreadable(notes, place, category)
            _check_sensitive(notes, place, category, sdk.purpose)


def lists_of(value: Any, path: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield every list of words of a policy with its path."""
    if isinstance(value, Struct):
        for name, encoded in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            yield from lists_of(getattr(value, name), (*path, encoded))
    elif type(value) is dict:
        for key, item in value.items():
            yield from lists_of(item, (*path, key))
    elif isinstance(value, tuple) and value and isinstance(value[0], str):
        yield path, value
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from lists_of(item, (*path, number))


def _check_unreadable(notes: Notes, path: Path, category: str) -> None:
    for kind in fact_file().unreadable.values():
        if is_one_of(category, kind.words):
            what = f'a page cannot read "{category}": {kind.why.in_("en")}'
            notes.add("T2-21", path, what, "take it out; the row was written for an app")


def _check_sensitive(notes: Notes, path: Path, category: str, purpose: str) -> None:
    """Check that a sensitive kind has a consent of its own; neither a general one nor a contract will do."""
    found, under = notes.law.sensitive(category), notes.policy.purposes.get(purpose)
    if found is None or (under is not None and under.kind in ("separate", "guardian")):
        return
    pack, item = found
    if under is None or under.basis in ("consent", "contract"):
        doubt = "" if item.confirmed else ", unconfirmed"
        what = f'"{category}" is sensitive ({pack.id}: {item.title.in_("en")}, {item.source}{doubt}), and'
        what += f' "{purpose}" asks for no separate consent' if purpose else " nothing asks for a separate consent"
        notes.add("T2-22", path, what, f'leave it out, or write "consent: separate" under purposes.{purpose or "…"}')
