"""What the demo company makes, says and looks for, read from `site/content/`. Everything in there is invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from troth.policy.yaml12 import read_yaml


class Both(Struct, frozen=True, rename={"zh": "zh-CN"}):
    """A text in both languages of the site."""

    zh: str
    en: str


Said = str | Both
"""A text; one string where both languages write it alike."""


class Highlight(Struct, frozen=True):
    """A number worth large letters, and what it counts."""

    number: str
    what: Said


class Group(Struct, frozen=True):
    """A part of a data sheet: rows of what and how much."""

    title: Said
    rows: Sequence[tuple[Said, Said]]


class Chart(Struct, frozen=True):
    """Bars with their numbers, and how they were measured."""

    title: Said
    note: Said
    unit: str
    bars: Sequence[tuple[Said, float]]

    @property
    def most(self) -> float:
        """The longest bar."""
        return max(value for _, value in self.bars)


class Part(Struct, frozen=True):
    """What can be ordered, and when it comes."""

    part: str
    what: Said
    when: Said


class Erratum(Struct, frozen=True):
    """A known fault and what to do about it."""

    id: str
    what: Said
    then: Said


class Product(Struct, frozen=True):
    """A product with its page: a sentence, some paragraphs, and the numbers engineers look for."""

    slug: str
    name: str
    kind: Said
    line: Said
    art: str
    alt: Said
    status: Said
    text: Sequence[Said]
    highlights: Sequence[Highlight]
    sheet: Sequence[Group]
    order: Sequence[Part]
    errata: Sequence[Erratum]
    chart: Chart | None = None
    picture: str = ""
    picture_alt: Said = ""


class News(Struct, frozen=True):
    """A piece of news, newest first in the list; `board` shows the statistics provider's board below it."""

    slug: str
    on: date
    title: Said
    lead: Said
    art: str
    alt: Said
    text: Sequence[Said]
    board: bool = False


class Job(Struct, frozen=True):
    """An open position with its page."""

    slug: str
    title: Said
    place: Said
    team: Said
    on: date
    pay: Said
    line: Said
    text: Said
    does: Sequence[Said]
    brings: Sequence[Said]


class Story(Struct, frozen=True):
    """Everything the site tells."""

    products: Sequence[Product]
    news: Sequence[News]
    jobs: Sequence[Job]


CONTENT: Final = files("troth.demo") / "site" / "content"


@cache
def read_story() -> Story:
    """Return the content of the site; it is read once."""
    told = {name: read_yaml((CONTENT / f"{name}.yaml").read_bytes()).values for name in Story.__struct_fields__}
    return msgspec.convert(told, Story)


def in_language(said: Said, language: str) -> str:
    """Return the text in the language of the page."""
    if isinstance(said, str):
        return said
    return said.zh if language == "zh-CN" else said.en


def find_products(words: str, language: str) -> Sequence[Product]:
    """Return the products whose text holds every word searched for; all of them for an empty search."""
    wanted = words.casefold().split()
    return [one for one in read_story().products if all(word in _text_of(one, language) for word in wanted)]


def _text_of(product: Product, language: str) -> str:
    rows = [text for group in product.sheet for pair in group.rows for text in pair]
    said = [product.name, product.kind, product.line, *product.text, *rows]
    return " ".join(in_language(text, language) for text in said).casefold()
