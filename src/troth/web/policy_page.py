"""The policy as people read it: weighty clauses first, prose and generated tables side by side (C0-01 to C0-04)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from markupsafe import Markup
from msgspec import Struct

from troth.pages.layout import day_in_words
from troth.policy.model import Clause, Policy
from troth.policy.placeholders import TABLES as TABLE_NAMES
from troth.policy.placeholders import fill_words
from troth.policy.versions import Version
from troth.web import registers
from troth.web.markdown import gist, render_markdown
from troth.web.registers import Register
from troth.web.version_list import Edition, others_with_number, versions_register
from troth.words import Language

Builder = Callable[[Policy, Language], Register]

BUILDERS: Final[Mapping[str, Builder]] = {
    "table_purposes": registers.purposes_register,
    "table_facts": registers.facts_register,
    "table_forms": registers.forms_register,
    "table_sdks": registers.sdks_register,
    "table_cookies": registers.cookies_register,
    "table_retention": registers.retention_register,
    "table_places": registers.places_register,
    "table_recipients": registers.recipients_register,
    "table_measures": registers.measures_register,
}
HOMES: Final[Mapping[str, str]] = {
    "table_purposes": "2",
    "table_facts": "2",
    "table_forms": "2",
    "table_sdks": "2",
    "table_cookies": "4",
    "table_retention": "5",
    "table_places": "5",
    "table_recipients": "6",
    "table_measures": "7",
}
"""Under which clause a table stands that no clause asks for: what is declared is always shown."""
EXTRAS: Final[Mapping[str, Sequence[str]]] = {"8": ("rights",), "11": ("contact",)}
"""What stands under a clause although its text does not ask for it: how to reach us is never left to the prose."""


class Part(Struct, frozen=True):
    """A piece of a clause: prose, or a table in its place."""

    prose: Markup = Markup()
    register: Register | None = None


class Section(Struct, frozen=True):
    """One clause on the page. `gist` is its weightiest sentence, for the list of what weighs most."""

    id: str
    title: str
    parts: Sequence[Part]
    gist: str
    is_weighty: bool
    extras: Sequence[str]


class PolicyPage(Struct, frozen=True):
    """Everything the template shows. `loose` are tables whose clause is missing, `twins` other texts of its number."""

    policy: Policy
    hash: str
    edition: Edition
    sections: Sequence[Section]
    weighty: Sequence[Section]
    loose: Sequence[Register]
    current: Version | None
    twins: Sequence[Edition]
    versions: Register


def policy_page(edition: Edition, all_: Sequence[Edition], language: Language) -> PolicyPage:
    """Return the page of one version among all: whether it holds now, was replaced or is still to come."""
    version = edition.version
    policy = version.policy
    texts = {clause.id: _text(clause.body.in_(language), policy, language) for clause in policy.clauses}
    placed = {name for text in texts.values() for name in _names(text)}
    unplaced = [name for name in TABLE_NAMES if name in BUILDERS and name not in placed]
    for name in unplaced:
        if HOMES[name] in texts:
            texts[HOMES[name]] += f"\n\n{{{name}}}"
    sections = tuple(_section(clause, texts[clause.id], policy, language) for clause in policy.clauses)
    loose = [BUILDERS[name](policy, language) for name in unplaced if HOMES[name] not in texts]
    return PolicyPage(
        policy=policy,
        hash=version.hash,
        edition=edition,
        sections=sections,
        weighty=tuple(section for section in sections if section.is_weighty),
        loose=tuple(table for table in loose if table.rows),
        current=next((one.version for one in all_ if one.state == "current"), None),
        twins=others_with_number(all_, version),
        versions=versions_register(all_, language, version.hash),
    )


def _text(body: str, policy: Policy, language: Language) -> str:
    """Return a clause with its place-holders filled, days written out as people write them."""
    for name, on in (("{issued}", policy.policy.issued), ("{effective}", policy.policy.effective)):
        body = body.replace(name, day_in_words(on, language))
    return fill_words(body, policy, language)


def _section(clause: Clause, text: str, policy: Policy, language: Language) -> Section:
    return Section(
        id=clause.id,
        title=clause.title.in_(language),
        parts=tuple(_parts(text, policy, language)),
        gist=gist(text),
        is_weighty=clause.emphasis,
        extras=EXTRAS.get(clause.id, ()),
    )


def _parts(text: str, policy: Policy, language: Language) -> list[Part]:
    """Return the clause cut at its table place-holders; an empty table leaves nothing behind."""
    parts: list[Part] = []
    for piece in re.split(r"(\{table_[a-z]+\})", text):
        builder = BUILDERS.get(piece.strip("{}"))
        if builder is not None:
            register = builder(policy, language)
            parts += [Part(register=register)] if register.rows else []
        elif piece.strip():
            parts.append(Part(prose=render_markdown(piece, language)))
    return parts


def _names(text: str) -> list[str]:
    return re.findall(r"\{(table_[a-z]+)\}", text)
