"""The tables of the policy page, generated from the same declarations the system runs on (clauses 2, 4, 5, 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from troth.policy.declared import Purpose, Sdk
from troth.policy.model import Policy
from troth.web.names import basis_name, category_name, days_in_words, fact_name, form_kept, retention_name
from troth.words import Language, say


class Cell(Struct, frozen=True):
    """One cell: text, further lines under it, and small marks beside it.

    to     address on these pages that the text links to
    leads  address elsewhere that the text links to; `away` says in words that it leaves the site
    """

    text: str
    note: str = ""
    tags: Sequence[tuple[str, str]] = ()
    code: bool = False
    to: str = ""
    leads: str = ""
    away: str = ""
    more: str = ""


class Register(Struct, frozen=True):
    """One table with its heading. The first cell of a row names it."""

    id: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    intro: str = ""
    after: str = ""


def purposes_register(policy: Policy, language: Language) -> Register:
    """Return every purpose with its basis (C3)."""
    rows = [
        (
            Cell(purpose.title.in_(language), purpose.text.in_(language)),
            Cell(basis_name(purpose, language), _ground(purpose, language)),
        )
        for purpose in policy.purposes.values()
    ]
    return _register("purposes", language, ("purposes.purpose", "facts.basis"), rows)


def facts_register(policy: Policy, language: Language) -> Register:
    """Return the visit facts that are collected, and by name those that are not (C2-01)."""
    rows = []
    for key, fact in policy.collected_facts.items():
        purposes = [policy.purposes[name] for name in fact.purposes if name in policy.purposes]
        kept = policy.retention.get(fact.retention or "")
        why = listed((purpose.title.in_(language) for purpose in purposes), language)
        basis = listed(dict.fromkeys(basis_name(purpose, language) for purpose in purposes), language)
        rows.append(
            (
                Cell(fact_name(key, language), fact.necessity.in_(language) if fact.necessity else ""),
                Cell(form_kept(key, fact, language)),
                Cell(why, basis),
                Cell(days_in_words(kept.longest_days, language) if kept else ""),
            )
        )
    off = [fact_name(key, language) for key, fact in policy.facts.items() if fact.is_off]
    after = f"{say('facts.off', language)}{_colon(language)}{listed(off, language)}" if off else ""
    intro = f"{say('facts.intro', language, count=len(rows))} {say('precision.meaning', language)}"
    columns = ("facts.what", "facts.precision", "facts.why", "facts.keep")
    return _register("facts", language, columns, rows, intro, after)


def forms_register(policy: Policy, language: Language) -> Register:
    """Return every field of every form (C2-03)."""
    rows = []
    for form in policy.forms.values():
        purpose, kept = policy.purposes.get(form.purpose), policy.retention.get(form.retention)
        for field in form.fields.values():
            need = "forms.required" if field.required else "forms.optional"
            rows.append(
                (
                    Cell(field.label.in_(language), form.title.in_(language)),
                    Cell(say(need, language)),
                    Cell(
                        purpose.title.in_(language) if purpose else "", basis_name(purpose, language) if purpose else ""
                    ),
                    Cell(days_in_words(kept.longest_days, language) if kept else ""),
                )
            )
    columns = ("forms.field", "forms.need", "facts.why", "facts.keep")
    return _register("forms", language, columns, rows)


def sdks_register(policy: Policy, language: Language) -> Register:
    """Return the published table of third-party code (C2-06)."""
    rows = []
    for sdk in policy.sdks.values():
        purpose = policy.purposes.get(sdk.purpose)
        data = listed((category_name(key, language) for key in sdk.data), language)
        rows.append(
            (
                Cell(sdk.product.in_(language), sdk.company.in_(language)),
                Cell(purpose.title.in_(language) if purpose else "", sdk.scene.in_(language)),
                Cell(data, sdk.method.in_(language)),
                Cell(sdk.retention.in_(language)),
                statement_cell(sdk, language),
            )
        )
    columns = ("sdks.product", "sdks.purpose", "sdks.data", "sdks.keep", "third.statement")
    return _register("sdks", language, columns, rows)


def cookies_register(policy: Policy, language: Language) -> Register:
    """Return every cookie and stored item, with its lifetime (C4)."""
    rows = []
    for name, cookie in policy.cookies.items():
        tags = [(say("cookies.essential", language), "on")] if cookie.essential else []
        if cookie.storage != "cookie":
            tags.append((say(f"cookies.{cookie.storage}", language), ""))
        by = policy.sdks[cookie.set_by].company.in_(language) if cookie.set_by in policy.sdks else ""
        lasts = days_in_words(cookie.lifetime_days, language)
        rows.append(
            (
                Cell(cookie.pattern or name, tags=tuple(tags), code=True),
                Cell(cookie.text.in_(language)),
                Cell(say(f"content.{cookie.content}", language)),
                Cell(by or say(f"party.{cookie.party}", language)),
                Cell(lasts if cookie.lifetime_days else say("retention.closed", language)),
            )
        )
    columns = ("cookies.name", "cookies.text", "cookies.content", "cookies.by", "cookies.keep")
    return _register("cookies", language, columns, rows)


def retention_register(policy: Policy, language: Language) -> Register:
    """Return how long each class is kept, and which criterion decided (C5.2)."""
    rows = []
    for key, kept in policy.retention.items():
        rows.append(
            (
                Cell(retention_name(policy, key, language), kept.text.in_(language)),
                Cell(days_in_words(kept.longest_days, language)),
                Cell(say(f"decided.{kept.decided_by}", language), kept.law.in_(language) if kept.law else ""),
                Cell(say(f"after.{kept.after}", language)),
            )
        )
    columns = ("retention.what", "retention.keep", "retention.decided", "retention.after")
    return _register("retention", language, columns, rows)


def places_register(policy: Policy, language: Language) -> Register:
    """Return where else copies are (C5.1)."""
    rows = []
    for place in policy.places.values():
        kept = policy.retention.get(place.retention)
        days = days_in_words(kept.longest_days, language) if kept else ""
        rows.append((Cell(place.title.in_(language)), Cell(place.holds.in_(language)), Cell(days)))
    return _register("places", language, ("places.place", "places.holds", "retention.keep"), rows)


def recipients_register(policy: Policy, language: Language) -> Register:
    """Return who else receives information (C6)."""
    rows = []
    for recipient in policy.recipients.values():
        purpose = policy.purposes.get(recipient.purpose)
        what = listed((category_name(key, language) for key in recipient.categories), language)
        rows.append(
            (
                Cell(recipient.name.in_(language), recipient.contact),
                Cell(purpose.title.in_(language) if purpose else "", say(f"role.{recipient.role}", language)),
                Cell(what),
                Cell(recipient.method.in_(language)),
            )
        )
    columns = ("recipients.name", "purposes.purpose", "recipients.categories", "recipients.method")
    return _register("recipients", language, columns, rows)


def measures_register(policy: Policy, language: Language) -> Register:
    """Return the measures the policy promises (C7)."""
    rows = [(Cell(measure.in_(language)),) for measure in policy.security.measures]
    return Register("measures", say("measures.title", language), (), rows)


def statement_cell(sdk: Sdk, language: Language) -> Cell:
    """Return the link to a company's own statement, marked as leaving this site."""
    host = urlsplit(sdk.statement_url).hostname or ""
    away = say("link.leaves", language, host=host)
    return Cell(say("third.read", language), leads=sdk.statement_url, away=away)


def listed(names: Iterable[str], language: Language) -> str:
    """Return names one after the other, as the language separates them."""
    return ("、" if language == "zh-CN" else ", ").join(names)


def _register(
    id: str,
    language: Language,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    intro: str = "",
    after: str = "",
) -> Register:
    heads = tuple(say(key, language) for key in columns)
    return Register(id, say(f"{id}.title", language), heads, tuple(rows), intro, after)


def _ground(purpose: Purpose, language: Language) -> str:
    ground = purpose.law or purpose.reference
    return ground.in_(language) if ground else ""


def _colon(language: Language) -> str:
    return "：" if language == "zh-CN" else ": "
