"""Every text a person reads, complete in Simplified Chinese and English; a missing word fails loudly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from troth.words import banner, centre, differences, law, pages, receipts

Language = Literal["zh-CN", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")
OWN_NAMES: Final[Mapping[Language, str]] = {"zh-CN": "简体中文", "en": "English"}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    **pages.WORDS,
    **banner.WORDS,
    **centre.WORDS,
    **receipts.WORDS,
    **differences.WORDS,
    **law.WORDS,
}


def say(key: str, language: Language, **numbers: object) -> str:
    """Return the text `key` in `language`, its {names} filled from `numbers`.

    Raises KeyError for a key, a language or a number that is missing: a page without a word must not go out.
    """
    texts = WORDS.get(key)
    if texts is None or language not in texts:
        raise KeyError(f"no words for {key!r} in {language}: add them in troth/words/")
    return texts[language].format(**numbers)
