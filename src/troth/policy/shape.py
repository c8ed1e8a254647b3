"""Does a file have the shape of the model? Every unknown key, missing key and wrong type at once, with its line.

msgspec alone would stop at the first error and could not name its line.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from msgspec import inspect

from troth.policy.findings import Finding, Path, nearest, one_of
from troth.policy.text import Text
from troth.policy.yaml12 import Lines

# ISO-8601 has other forms (2026-W27-3) that Python reads and people do not.
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# A file with more is not a policy with mistakes; looking for near names in it would take seconds.
MAX_FINDINGS = 500

WHY_UNKNOWN = "what the policy does not know, it cannot keep"


class Shape:
    """Walks values and type together and collects what does not fit."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.findings: list[Finding] = []

    @property
    def is_full(self) -> bool:
        return len(self.findings) >= MAX_FINDINGS

    def compare(self, value: Any, kind: inspect.Type, path: Path) -> None:
        """Compare one value with its type; findings are collected, nothing is raised."""
        if self.is_full:
            return
        if isinstance(kind, inspect.UnionType):
            if value is None:
                return
            kind = next(part for part in kind.types if not isinstance(part, inspect.NoneType))
        if isinstance(kind, inspect.StructType):
            self._struct(value, kind, path)
        elif isinstance(kind, inspect.DictType):
            self._mapping(value, kind, path)
        elif isinstance(kind, (inspect.VarTupleType, inspect.ListType)):
            self._list(value, kind, path)
        elif isinstance(kind, inspect.CustomType) and kind.cls is Text:
            self._text(value, path)
        else:
            self._single(value, kind, path)

    def _struct(self, value: Any, kind: inspect.StructType, path: Path) -> None:
        if not isinstance(value, dict):
            self._wrong(path, "a group of keys", value)
            return
        known = {field.encode_name: field for field in kind.fields}
        for key in value:
            if key in known:
                self.compare(value[key], known[key].type, (*path, key))
            elif not self.is_full:
                near = nearest(key, known)
                fix = f'did you mean "{near}"?' if near else f"known here: {one_of(known, 24)}"
                self._add("T0-10", (*path, key), f'unknown key "{key}"{_inside(path)}', WHY_UNKNOWN, fix)
        for key, field in known.items():
            if field.required and key not in value:
                fix = f'add "{key}"'
                self._add("T0-11", path, f'"{key}" is missing{_inside(path)}', "a promise without it is cut off", fix)

    def _mapping(self, value: Any, kind: inspect.DictType, path: Path) -> None:
        if not isinstance(value, dict):
            self._wrong(path, "a group of keys", value)
            return
        for key, item in value.items():
            self.compare(item, kind.value_type, (*path, key))

    def _list(self, value: Any, kind: inspect.VarTupleType | inspect.ListType, path: Path) -> None:
        if not isinstance(value, list):
            self._wrong(path, "a list", value)
            return
        for number, item in enumerate(value):
            self.compare(item, kind.item_type, (*path, number))

    def _text(self, value: Any, path: Path) -> None:
        if not isinstance(value, dict):
            self._wrong(path, 'a text in every language, like {zh-CN: "…", en: "…"}', value)
            return
        for language, words in value.items():
            if not isinstance(words, str):
                self._wrong((*path, language), "a text", words)

    def _single(self, value: Any, kind: inspect.Type, path: Path) -> None:
        if isinstance(kind, inspect.LiteralType):
            self._literal(value, [str(word) for word in kind.values], path)
        elif isinstance(kind, inspect.DateType):
            self._date(value, path)
        elif isinstance(kind, inspect.BoolType):
            if not isinstance(value, bool):
                self._wrong(path, "true or false", value)
        elif isinstance(kind, inspect.IntType):
            self._number(value, kind, path)
        elif not isinstance(value, str):
            self._wrong(path, "a text", value)

    def _literal(self, value: Any, words: list[str], path: Path) -> None:
        if value in words and isinstance(value, str):
            return
        near = nearest(str(value), words)
        fix = f'did you mean "{near}"?' if near else f"use one of: {one_of(words, 16)}"
        self._add("T0-13", path, f'{_name(path)} cannot be "{_show(value)}"', WHY_UNKNOWN, fix)

    def _date(self, value: Any, path: Path) -> None:
        try:
            if not isinstance(value, str) or not _DAY.fullmatch(value):
                raise ValueError
            date.fromisoformat(value)
        except ValueError:
            what = f'{_name(path)} is "{_show(value)}", which is not a day'
            self._add("T12-01", path, what, "a day that does not exist never comes", "write it as 2026-08-31")

    def _number(self, value: Any, kind: inspect.IntType, path: Path) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong(path, "a whole number", value)
        elif kind.ge is not None and value < kind.ge:
            self._add("T0-14", path, f"{_name(path)} is {value}", "the promise would be empty", f"at least {kind.ge}")
        elif kind.le is not None and value > kind.le:
            self._add("T0-14", path, f"{_name(path)} is {value}", "that is for ever", f"at most {kind.le}")

    def _wrong(self, path: Path, wanted: str, value: Any) -> None:
        fix = "put it in quotes" if wanted == "a text" and isinstance(value, (int, float)) else f"write {wanted}"
        what = f"{_name(path)} should be {wanted}, not {_kind_of(value)}"
        self._add("T0-12", path, what, WHY_UNKNOWN, fix)

    def _add(self, rule: str, path: Path, what: str, why: str, fix: str) -> None:
        line = self.lines.line_of(path)
        clause = "C12-01" if rule == "T12-01" else "C0-03"
        self.findings.append(
            Finding(rule=rule, level="error", line=line, path=path, what=what, why=why, fix=fix, clause=clause)
        )


def dotted(path: Path) -> str:
    """Return a path as people write it: `forms.contact.fields.email`, `clauses[2].title`."""
    words = ""
    for part in path:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def _name(path: Path) -> str:
    return f'"{dotted(path)}"' if path else "the file"


def _inside(path: Path) -> str:
    return f' in "{dotted(path)}"' if path else ""


def _kind_of(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{_show(value)}"'
    return "a list" if isinstance(value, list) else "a group of keys"


def _show(value: Any, most: int = 40) -> str:
    words = "a list or group" if isinstance(value, (list, dict)) else str(value)
    return words if len(words) <= most else words[:most] + "…"
