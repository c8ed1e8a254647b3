"""What declared keys are called on a page: facts, categories, bases, and days as people say them."""

from __future__ import annotations

from typing import Final

from troth.policy.declared import DeclaredFact, Purpose
from troth.policy.known import bases, catalogue
from troth.policy.model import Policy
from troth.words import Language, say

OWN_CLASSES: Final = ("visits", "network_log", "evidence")


def fact_name(key: str, language: Language) -> str:
    """Return what a visit fact is called; a key the catalogue does not know is shown as it is."""
    fact = catalogue().get(key)
    return fact.title.in_(language) if fact else key


def form_kept(key: str, fact: DeclaredFact, language: Language) -> str:
    """Return in which form a fact is kept; for a rough one, what the rough form is."""
    known = catalogue().get(key)
    if fact.is_coarse and known and known.coarse:
        return known.coarse.in_(language)
    return say(f"precision.{fact.precision}", language)


def category_name(key: str, language: Language) -> str:
    """Return what a fact or a dotted data category is called."""
    return fact_name(key, language)


def retention_name(policy: Policy, key: str, language: Language) -> str:
    """Return what is kept under a retention: a class of our own by name, else the forms and places that use it."""
    kept = policy.retention[key]
    if kept.class_ in OWN_CLASSES:
        return say(f"class.{kept.class_}", language)
    used = [form.title.in_(language) for form in policy.forms.values() if form.retention == key]
    used += [place.title.in_(language) for place in policy.places.values() if place.retention == key]
    return ("、" if language == "zh-CN" else ", ").join(used) or kept.class_


def basis_name(purpose: Purpose, language: Language) -> str:
    """Return the basis of a purpose; separate and guardian's consent are named as such."""
    if purpose.kind in ("separate", "guardian"):
        return say(f"basis.consent_{purpose.kind}", language)
    if purpose.needs_consent:
        return say("basis.consent", language)
    basis = bases().get(purpose.basis)
    return basis.title.in_(language) if basis else purpose.basis


def days_in_words(days: int, language: Language) -> str:
    """Return a number of days: "180 days", "1 year" for 365, "3 years" for 1,095."""
    if days == 1:
        return say("retention.day", language)
    if days % 365 == 0:
        years = days // 365
        return say("retention.year", language) if years == 1 else say("retention.years", language, years=years)
    return say("retention.days", language, days=f"{days:,}")
