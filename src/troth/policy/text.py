"""A text of the policy in every language it is published in (clause 1)."""

from __future__ import annotations

from typing import Any, NoReturn


class Text(dict[str, str]):
    """What the policy says, by language tag: `{"zh-CN": "…", "en": "…"}`. It never changes."""

    def in_(self, language: str) -> str:
        """Return the text in `language`, else in a tag of the same family, else in the first language written."""
        if language in self:
            return self[language]
        family = language.split("-")[0].lower()
        for tag, words in self.items():
            if tag.split("-")[0].lower() == family:
                return words
        return next(iter(self.values()), "")

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a text of the policy does not change; load another policy")

    __setitem__ = __delitem__ = _refuse
    update = pop = popitem = clear = setdefault = _refuse
