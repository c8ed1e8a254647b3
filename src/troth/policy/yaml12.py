"""Read YAML as version 1.2 means it, with the line of every value and without its traps (security rule 46).

PyYAML's parser gives events; types, duplicates and depth are decided here, none of its own resolvers is used.
`no`, `on` and `12:30` stay text, `0o7` is seven, `010` is ten. Anchors, aliases, tags, duplicate keys and a
second document are refused. Nothing here recurses, so depth costs nothing before it is refused.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any
from unicodedata import normalize

import yaml
from msgspec import Struct

from troth.policy.findings import Finding, Path

MAX_BYTES = 1_048_576
MAX_DEPTH = 32
MAX_FINDINGS = 100

# The C parser is ten times faster; both give the same events.
_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MAX_DIGITS = 18
_OTHER_BREAKS = re.compile("[\u0085\u2028\u2029]")


class Lines(Struct, frozen=True):
    """The line of every key and list item of a file, first line = 1."""

    numbers: dict[Path, int]

    def line_of(self, path: Path) -> int:
        """Return the line of `path`, or of the nearest thing around it that the file has."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.numbers:
                return self.numbers[path[:length]]
        return 1


class Document(Struct, frozen=True):
    """What the file says as plain values, the lines, and everything that must not be in it."""

    values: Any
    lines: Lines
    findings: list[Finding]


class Unreadable(Exception):
    """The file cannot be read any further; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def read_yaml(source: bytes) -> Document:
    """Return the values of one YAML document with their lines. Raises Unreadable where reading must stop."""
    text = _decode(source)
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            reader.take(event)
    except yaml.YAMLError as error:
        raise _stop("T0-03", _line(error), _problem(error), "correct the YAML at this line") from None
    return Document(reader.root, Lines(reader.numbers), reader.findings)


def scalar(text: str) -> Any:
    """Return the value of an unquoted scalar in the core schema of YAML 1.2.

    Raises ValueError for a number that is not finite or longer than 18 digits: no promise needs one.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _NO_NUMBER.fullmatch(text):
        raise ValueError("not a finite number")
    if _INT.fullmatch(text):
        if len(text) > _MAX_DIGITS:
            raise ValueError("a number of more than 18 digits")
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not isfinite(number):
            raise ValueError("not a finite number")
        return number
    return text


class _Open(Struct):
    """A mapping or list that is being read. `key` is the key whose value comes next."""

    path: Path
    values: dict[str, Any] | list[Any]
    key: str | None = None
    is_duplicate: bool = False


class _Reader:
    """Builds the values from the parser's events, with a stack of its own instead of recursion."""

    def __init__(self) -> None:
        self.root: Any = None
        self.numbers: dict[Path, int] = {}
        self.findings: list[Finding] = []
        self._stack: list[_Open] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take one event of the parser."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._begin(event, line)
        elif isinstance(event, yaml.AliasEvent):
            self._refuse("T0-05", line, f'alias "*{event.anchor}"', "write the value out where it is needed")
            self._put(None, line)
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse_marks(event, line)
            self._put_scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_marks(event, line)
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()

    def _begin(self, event: Any, line: int) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _stop("T0-08", line, "a second document begins here", "keep one policy in one file")
        if event.tags or event.version not in (None, (1, 2)):
            self._refuse("T0-05", line, "a YAML directive", "remove it: the file is read as YAML 1.2")

    def _refuse_marks(self, event: Any, line: int) -> None:
        if event.anchor:
            self._refuse("T0-05", line, f'anchor "&{event.anchor}"', "remove it")
        if event.tag:
            self._refuse("T0-05", line, f'tag "{event.tag}"', "remove it, or put the value in quotes")

    def _put_scalar(self, event: Any, line: int) -> None:
        value: Any = normalize("NFC", event.value)
        if event.style in (None, ""):
            try:
                value = scalar(value)
            except ValueError as error:
                self._refuse("T0-07", line, f'"{value[:40]}" is {error}', "write a whole number, or put it in quotes")
                value = 0
        if self._awaits_key():
            self._take_key(value, line)
        else:
            self._put(value, line)

    def _awaits_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].values, dict) and self._stack[-1].key is None

    def _take_key(self, value: Any, line: int) -> None:
        """Remember the key of the next value; a key twice in one mapping is a finding, the first one stays."""
        top = self._stack[-1]
        if not isinstance(value, str):
            self._refuse("T0-06", line, f'the key "{value}" is not text', "put it in quotes")
            value = str(value)
        path = (*top.path, value)
        top.key, top.is_duplicate = value, value in top.values
        if top.is_duplicate:
            first = self.numbers[path]
            self._refuse(
                "T0-04", line, f'the key "{value}" stands here again (first in line {first})', "keep one", path
            )
        self.numbers.setdefault(path, line)

    def _put(self, value: Any, line: int) -> Path:
        """Put a value where the open mapping or list wants it; return its path."""
        if not self._stack:
            self.root = value
            return ()
        top = self._stack[-1]
        if isinstance(top.values, list):
            path = (*top.path, len(top.values))
            top.values.append(value)
            self.numbers[path] = line
            return path
        if top.key is None:
            raise _stop(
                "T0-06", line, "a mapping, list or alias stands where a key should be", "use a short text as key"
            )
        path, key = (*top.path, top.key), top.key
        top.key = None
        if not top.is_duplicate:
            top.values[key] = value
        return path

    def _open(self, values: dict[str, Any] | list[Any], line: int) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise _stop("T0-09", line, f"nested deeper than {MAX_DEPTH} levels", "make it flatter")
        self._stack.append(_Open(self._put(values, line), values))

    def _refuse(self, rule: str, line: int, what: str, fix: str, path: Path = ()) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(_finding(rule, line, what, fix, path))


def _decode(source: bytes) -> str:
    """Return the text of the file: UTF-8, with or without a byte order mark, at most MAX_BYTES."""
    if len(source) > MAX_BYTES:
        raise _stop("T0-01", 1, f"the file has {len(source):,} bytes, more than {MAX_BYTES:,}", "make it shorter")
    if source[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _stop("T0-02", 1, "the file is UTF-16, not UTF-8", "save it as UTF-8")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise _stop("T0-02", line, "this line is not UTF-8", "save the file as UTF-8") from None
    if found := _OTHER_BREAKS.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise _stop("T0-03", line, "a line break that YAML 1.1 and 1.2 read differently", "use ordinary line ends")
    return text


def _stop(rule: str, line: int, what: str, fix: str) -> Unreadable:
    return Unreadable(_finding(rule, line, what, fix))


def _finding(rule: str, line: int, what: str, fix: str, path: Path = ()) -> Finding:
    why = "a file that can be read in two ways keeps neither promise"
    return Finding(rule=rule, level="error", line=line, path=path, what=what, why=why, fix=fix, clause="rule 46")


def _line(error: yaml.YAMLError) -> int:
    """Return the line a YAML error speaks of; the mark is missing for characters that cannot be read at all."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark is not None else 1


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML")
