"""Lines of a policy file, each with a comment that says where it comes from (clause 0)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from troth.policy.adopt.reading import Source, Value

_MOST = 70
NOT_SAID = "not in the text"


class Sheet:
    """Writes one line after the other; no line goes without its comment."""

    def __init__(self, language: str) -> None:
        self.lines: list[str] = []
        self.left_out: list[str] = []
        self._language = language
        self._open: list[str] = []

    def line(self, indent: int, words: str, comment: str) -> None:
        """Write one line as it is."""
        self.lines.append(f"{'  ' * indent}{words}  # {comment}")

    def group(self, indent: int, key: str, comment: str) -> None:
        """Open a group of keys."""
        self._open = [*self._open[:indent], key]
        self.line(indent, f"{name_of(key)}:", comment)

    def value(self, indent: int, key: str, value: Value | None, empty: str = '""') -> None:
        """Write a value with its sentence, or leave it empty and say so."""
        if value is None:
            self.missing(indent, key, empty)
        else:
            self.line(indent, f"{name_of(key)}: {scalar_of(value.value)}", comment_of(value.source))

    def missing(self, indent: int, key: str, empty: str = '""') -> None:
        """Leave a value empty."""
        self.line(indent, f"{name_of(key)}: {empty}".rstrip(), NOT_SAID)
        self.leave_out(indent, key)

    def leave_out(self, indent: int, key: str) -> None:
        """Note that the text does not say this, where the file leaves out its line."""
        self.left_out.append(".".join([*self._open[:indent], key]))

    def text(self, indent: int, key: str, words: str, source: Source | None) -> None:
        """Write a text in the language of the policy, verbatim."""
        comment = comment_of(source) if source is not None else NOT_SAID
        if source is None:
            self.leave_out(indent, key)
        self.line(indent, f"{name_of(key)}: {self.in_language(words)}", comment)

    def in_language(self, words: str) -> str:
        """Return words as a text of the policy in its one language."""
        return f"{{{self._language}: {json.dumps(words, ensure_ascii=False)}}}"

    def listed(self, indent: int, key: str, values: Sequence[tuple[Any, Source]]) -> None:
        """Write a list, one line with one comment for each item; an empty one in one line."""
        if not values:
            self.missing(indent, key, "[]")
            return
        self.line(indent, f"{name_of(key)}:", f"{len(values)} in the text")
        for item, source in values:
            self.line(indent + 1, f"- {scalar_of(item)}", comment_of(source))


def comment_of(source: Source, note: str = "") -> str:
    """Return `line 12: “the shortened sentence”`."""
    words = " ".join(source.text.split())
    short = words if len(words) <= _MOST else f"{words[:_MOST]}…"
    return f"line {source.line}: “{short}”{f'; {note}' if note else ''}"


def scalar_of(value: Any) -> str:
    """Return a single value as YAML 1.2 and JSON write it; a day stays bare."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    words = str(value)
    is_day = len(words) == 10 and words[4:5] == "-" and words.replace("-", "").isdigit()
    is_word = words.replace("_", "").replace("-", "").isalnum() and words.isascii() and words.islower()
    return words if is_day or (is_word and words not in _RESERVED) else json.dumps(words, ensure_ascii=False)


_RESERVED = {"true", "false", "null", "yes", "no", "on", "off"}


def name_of(key: str) -> str:
    """Return a key, in quotes where YAML asks for them."""
    return (
        key
        if key.replace("_", "").isalnum() and key.isascii() and not key[0].isdigit()
        else json.dumps(key, ensure_ascii=False)
    )
