"""Every text in every language, nothing left to fill in, no dangling name (clauses 0, 1 and 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from troth.policy.findings import Path, nearest, one_of
from troth.policy.placeholders import NAMES, names_in, word_values
from troth.policy.rules.book import Notes
from troth.policy.shape import dotted
from troth.policy.text import Text

FILL_IN = "<fill in"
INTERFACE_LANGUAGES = ("zh-CN", "en")

_HTML = re.compile(r"<(?!fill in)[A-Za-z/!?]")
_ID = re.compile(r"[A-Za-z0-9_]+([.-][A-Za-z0-9_]+)*")


def check_texts(notes: Notes) -> None:
    """Check languages, gaps, names in braces, HTML and ids."""
    _check_languages(notes)
    for path, value in strings_of(notes.policy):
        if FILL_IN in value:
            notes.add("T0-16", path, f'"{dotted(path)}" is still to be filled in', "write the real text here")
    for path, text in texts_of(notes.policy, ()):
        if text or notes.has(path):
            _check_text(notes, path, text)
    for number, clause in enumerate(notes.policy.clauses):
        _check_names(notes, ("clauses", number, "body"), clause.body)
    _check_ids(notes)


def texts_of(value: Any, path: Path) -> Iterator[tuple[Path, Text]]:
    """Yield every text of a policy with its path."""
    if isinstance(value, Text):
        yield path, value
        return
    for key, item in _parts(value):
        yield from texts_of(item, (*path, key))


def strings_of(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield every single string of a policy with its path."""
    if isinstance(value, str):
        yield path, value
        return
    for key, item in _parts(value):
        yield from strings_of(item, (*path, key))


def _parts(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Struct):
        for name, encoded in zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True):
            yield encoded, getattr(value, name)
    elif isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from enumerate(value)


def _check_languages(notes: Notes) -> None:
    path: Path = ("policy", "languages")
    languages = notes.policy.languages
    if not languages:
        notes.add("T0-20", path, "the policy has no language", f"name one of: {one_of(INTERFACE_LANGUAGES)}")
    for number, language in enumerate(languages):
        if language not in INTERFACE_LANGUAGES:
            fix = f"use {one_of(INTERFACE_LANGUAGES)}"
            notes.add("T0-20", (*path, number), f'the pages of Troth do not speak "{language}"', fix)


def _check_text(notes: Notes, path: Path, text: Text) -> None:
    languages = notes.policy.languages
    for language in languages:
        if language not in text:
            notes.add("T0-17", path, f'"{dotted(path)}" has no text in {language}', f'add "{language}: …"')
    for language, words in text.items():
        place = (*path, language)
        if language not in languages:
            near = nearest(language, languages)
            fix = f'did you mean "{near}"?' if near else 'add it to "policy.languages", or remove it'
            notes.add("T0-18", place, f'"{language}" is not a language of this policy', fix)
        if not words.strip():
            notes.add("T0-19", place, f'"{dotted(place)}" is empty', "write the text")
        if _HTML.search(words):
            notes.add("T0-23", place, f'"{dotted(place)}" contains HTML', "write it as plain Markdown")


def _check_names(notes: Notes, path: Path, body: Text) -> None:
    """Check that every name in braces is known and stands for something in this policy."""
    for language, words in body.items():
        values = word_values(notes.policy, language)
        for name in names_in(words):
            if name not in NAMES:
                near = nearest(name, NAMES)
                fix = f'did you mean "{{{near}}}"?' if near else f"known names: {one_of(NAMES, 40)}"
                notes.add("T0-22", (*path, language), f'"{{{name}}}" stands for nothing', fix)
            elif values.get(name) == "":
                fix = "fill in what it stands for, or take it out of the sentence"
                notes.add("T0-24", (*path, language), f'"{{{name}}}" is empty in this policy', fix)


def _check_ids(notes: Notes) -> None:
    policy = notes.policy
    groups: dict[str, Any] = {
        "purposes": policy.purposes,
        "forms": policy.forms,
        "sdks": policy.sdks,
        "recipients": policy.recipients,
        "places": policy.places,
        "retention": policy.retention,
    }
    found: list[tuple[Path, str]] = [((group, key), key) for group, items in groups.items() for key in items]
    found += [(("forms", key, "fields", name), name) for key, form in policy.forms.items() for name in form.fields]
    found += [(("retention", key, "class"), kept.class_) for key, kept in policy.retention.items()]
    found += [(("policy", "id"), policy.id), (("policy", "version"), policy.version)]
    for path, name in found:
        if not _ID.fullmatch(name) and FILL_IN not in name:
            fix = "use letters, digits, _ and single dots or hyphens between them"
            notes.add("T0-21", path, f'"{name}" cannot be used as a name', fix)
