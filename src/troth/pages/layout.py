"""The template environment of our pages: everything escaped, nothing undefined, no template from data (rule 40)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from troth.pages.static_files import StaticFiles
from troth.words import LANGUAGES, OWN_NAMES, Language, say

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def templates(package: str, static: StaticFiles) -> Environment:
    """Return the environment for the templates of `package` ("troth.web") over those of this room."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("troth.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(static=static.url, languages=LANGUAGES, own_names=OWN_NAMES)
    environment.filters["plainly"] = plainly
    return environment


def render(environment: Environment, template: str, language: Language, **facts: object) -> bytes:
    """Return the page in `language` as UTF-8; in the template, `say` and `day` already speak that language."""
    speak: Callable[..., str] = lambda key, **numbers: say(key, language, **numbers)  # noqa: E731
    page = environment.get_template(template)
    return page.render(lang=language, say=speak, day=lambda on: day_in_words(on, language), **facts).encode()


def day_in_words(on: date, language: Language) -> str:
    """Return a date as people write it: "1 September 2026", "2026年9月1日"."""
    if language == "zh-CN":
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def plainly(text: str) -> str:
    """Return visitors' text with every control and direction mark made visible, so it cannot rearrange a page."""
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    code = ord(letter)
    if code < 0x20:
        return chr(0x2400 + code)
    hidden = code in (0x7F, 0xFEFF) or 0x80 <= code <= 0x9F or 0x200B <= code <= 0x200F or 0x202A <= code <= 0x202E
    return "\N{REPLACEMENT CHARACTER}" if hidden or 0x2060 <= code <= 0x2069 else letter
