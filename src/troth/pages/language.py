"""Which of the two languages a page speaks: the one asked for, else the one the browser prefers (clause 1)."""

from __future__ import annotations

from collections.abc import Sequence

from troth.words import LANGUAGES, Language


def choose_language(asked: str, accepted: str, offered: Sequence[str] = LANGUAGES) -> Language:
    """Return the language of `?lang=` if we have it, else the best of Accept-Language, else the first offered."""
    ours = [language for language in LANGUAGES if language in offered] or list(LANGUAGES)
    for wish in (asked, *_wishes(accepted)):
        for language in ours:
            if _primary(wish) == _primary(language):
                return language
    first = offered[0] if offered else LANGUAGES[0]
    return next((language for language in ours if language == first), ours[0])


def _wishes(accepted: str) -> list[str]:
    """Return the tags of an Accept-Language header, most wanted first; what cannot be read counts as not said."""
    weighed: list[tuple[float, str]] = []
    for part in accepted[:400].split(","):
        tag, _, weight = part.partition(";")
        weighed.append((_weight(weight), tag.strip()))
    return [tag for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def _weight(text: str) -> float:
    name, _, number = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0


def _primary(tag: str) -> str:
    return tag.strip().lower().partition("-")[0]
