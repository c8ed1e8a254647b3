"""Clauses 2 and 5: the list of what is collected, and for every item how long and why that long (the first of the two
lists that PIPL's rules ask for). It is built from the declarations the system runs on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from troth.policy.declared import DeclaredFact, Form
from troth.policy.kept import Retention
from troth.policy.known import Fact, catalogue
from troth.policy.model import Policy
from troth.web.names import basis_name, days_in_words, fact_name, form_kept, retention_name
from troth.web.registers import Cell, Register, listed, places_register
from troth.words import WORDS, Language, say

FACT_COLUMNS = ("facts.what", "collected.source", "facts.precision", "facts.why", "collected.keep")
FORM_COLUMNS = ("forms.field", "forms.need", "facts.why", "collected.keep")
TERM_COLUMNS = ("retention.what", "retention.keep", "collected.weighed", "retention.decided", "retention.after")


class CollectedPage(Struct, frozen=True):
    """The page: how many items of each sort there are, the lists, and in which country they are kept."""

    figures: Sequence[tuple[int, str]]
    registers: Sequence[Register]
    stored: str


def collected_page(policy: Policy, language: Language) -> CollectedPage:
    """Return the list of what is collected under `policy`."""
    fields = [field for form in policy.forms.values() for field in form.fields.values()]
    off = [key for key, fact in policy.facts.items() if fact.is_off]
    counts = (
        (len(policy.collected_facts), "collected.browsing"),
        (len(fields), "collected.fields"),
        (sum(not field.required for field in fields), "collected.optional"),
        (len(off), "collected.off"),
    )
    registers = [
        _browsing(policy, language),
        *(_form(policy, key, form, language) for key, form in policy.forms.items()),
        _off(off, language),
        _terms(policy, language),
        places_register(policy, language),
    ]
    return CollectedPage(
        figures=tuple((count, say(key, language)) for count, key in counts if count),
        registers=tuple(register for register in registers if register.rows),
        stored=_stored(policy, language),
    )


def _browsing(policy: Policy, language: Language) -> Register:
    rows = []
    for key, fact in policy.collected_facts.items():
        known = catalogue().get(key)
        rows.append(
            (
                Cell(
                    fact_name(key, language),
                    fact.necessity.in_(language) if fact.necessity else "",
                    tags=_marks(known, language),
                ),
                Cell(say(f"source.{known.source}", language) if known else ""),
                _form_cell(key, fact, known, language),
                _why(policy, fact.purposes, language),
                _how_long(policy.retention.get(fact.retention or ""), language),
            )
        )
    gap = "" if language == "zh-CN" else " "
    intro = gap.join((say("collected.facts_intro", language), say("precision.meaning", language)))
    return _register("facts", say("collected.facts_title", language), FACT_COLUMNS, rows, language, intro)


def _form_cell(key: str, fact: DeclaredFact, known: Fact | None, language: Language) -> Cell:
    """Return in which form a fact is kept, and what is true of it in today's browsers."""
    return Cell(form_kept(key, fact, language), known.note.in_(language) if known and known.note else "")


def _form(policy: Policy, key: str, form: Form, language: Language) -> Register:
    rows = [
        (
            Cell(field.label.in_(language)),
            Cell(say("forms.required" if field.required else "forms.optional", language)),
            _why(policy, (form.purpose,), language),
            _how_long(policy.retention.get(form.retention), language),
        )
        for field in form.fields.values()
    ]
    title = say("collected.form", language, form=form.title.in_(language))
    intro = form.text.in_(language) if form.text else ""
    return _register(f"form-{key}", title, FORM_COLUMNS, rows, language, intro)


def _off(keys: Iterable[str], language: Language) -> Register:
    """Return the facts that are named and not collected: gone, the same for everybody, or not needed."""
    rows = []
    for key in keys:
        known = catalogue().get(key)
        marks = _marks(known, language) or ((say("collected.chosen", language), ""),)
        why = known.note.in_(language) if known and known.note else ""
        rows.append((Cell(fact_name(key, language), tags=marks), Cell(why)))
    columns, intro = ("facts.what", "collected.off_why"), say("collected.off_intro", language)
    return _register("off", say("collected.off_title", language), columns, rows, language, intro)


def _terms(policy: Policy, language: Language) -> Register:
    """Return every retention with all the reasons that were weighed; the longest decided (C5.2-02)."""
    rows = []
    for key, kept in policy.retention.items():
        reasons = [
            say(
                "collected.reason",
                language,
                reason=say(f"decided.{name}", language),
                days=days_in_words(days, language),
            )
            for name, days in kept.criteria.in_days().items()
            if days is not None
        ]
        rows.append(
            (
                Cell(retention_name(policy, key, language)),
                Cell(days_in_words(kept.longest_days, language)),
                Cell(("；" if language == "zh-CN" else "; ").join(reasons), kept.text.in_(language)),
                Cell(say(f"decided.{kept.decided_by}", language), kept.law.in_(language) if kept.law else ""),
                Cell(say(f"after.{kept.after}", language)),
            )
        )
    intro = say("collected.kept_intro", language)
    return _register("retention", say("collected.kept_title", language), TERM_COLUMNS, rows, language, intro)


def _marks(known: Fact | None, language: Language) -> tuple[tuple[str, str], ...]:
    """Return the mark of a fact that no browser gives any more, or that is the same in every browser."""
    if known is None or known.available == "yes":
        return ()
    year = known.since.partition("-")[0]
    since = f"{year} 年" if language == "zh-CN" else year
    return ((say(f"collected.{known.available}", language, since=since), ""),)


def _why(policy: Policy, names: Iterable[str], language: Language) -> Cell:
    purposes = [policy.purposes[name] for name in names if name in policy.purposes]
    titles = listed((purpose.title.in_(language) for purpose in purposes), language)
    bases = listed(dict.fromkeys(basis_name(purpose, language) for purpose in purposes), language)
    return Cell(titles, bases)


def _how_long(kept: Retention | None, language: Language) -> Cell:
    if kept is None:
        return Cell("")
    reason = say(f"decided.{kept.decided_by}", language)
    return Cell(days_in_words(kept.longest_days, language), say("collected.why_long", language, reason=reason))


def _days(days: int, language: Language) -> str:
    return days_in_words(days, language)


def _stored(policy: Policy, language: Language) -> str:
    """Return the sentence on where it is kept; a country we have no name for is shown by its code."""
    code = policy.storage.location
    country = say(f"country.{code}", language) if f"country.{code}" in WORDS else code
    where = "collected.place_home" if policy.storage.abroad == "none" else "collected.place_abroad"
    return say(where, language, country=country)


def _register(
    id: str,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    language: Language,
    intro: str = "",
) -> Register:
    return Register(id, title, tuple(say(key, language) for key in columns), tuple(rows), intro)
