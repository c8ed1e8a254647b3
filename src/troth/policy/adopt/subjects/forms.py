"""What people fill in: the forms a policy speaks of, their fields, and which are free to leave out (clause 2.2)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading, Source
from troth.policy.adopt.sentences import Sentence
from troth.policy.adopt.subjects.fact_words import OPEN_END
from troth.policy.adopt.subjects.field_words import fields_in, forms_in

_ASKS = re.compile(
    r"\b(?:we|form|page)\b[^.:;]{0,60}?\b(?:collect|ask|need|require|receive|request|process|store|record)s?\b(?: (?:you )?for)?"
    r"|\b(?:you|applicants?|candidates?|visitors?|customers?) (?:\w+ )?(?:give|provide|enter|fill in|submit|send)\b|(?:收集|填写|提供|提交|需要|录入|登记|留下)(?:以下|您的?)?|[:：]",
    re.IGNORECASE,
)
_OPTIONAL = re.compile(
    r"\boptional\b|up to you|if you (?:like|wish|want)|voluntar|选填|可以不填|可不填|非必填|可选|自愿", re.IGNORECASE
)
_ELSEWHERE = {
    "sdk",
    "cookies",
    "sharing",
    "changes",
    "minors",
    "exceptions",
    "protect",
    "effect",
    "rights",
    "retention",
    "scope",
    "storage",
}
_LEAST_FIELDS = 2
_SPLIT = re.compile(r"[;；。]|[，,](?=[^，,、;；]*(?:选填|可以不填|可不填|可选))")


def recognise(prose: Prose, reading: Reading) -> None:
    """Read forms out of sentences that name one and ask for at least two fields."""
    latest: tuple[int, list[str]] = (-1, [])
    for sentence in prose.sentences:
        topics = set(sentence.topics)
        if topics & _ELSEWHERE and "collect" not in topics:
            continue
        forms = _read(prose, sentence, reading)
        if forms:
            latest = (sentence.block, forms)
        elif latest[0] == sentence.block:
            _read_free(prose, sentence, latest[1], reading)


def _read_free(prose: Prose, sentence: Sentence, forms: list[str], reading: Reading) -> None:
    """Read "a phone number is optional" in the sentence after a form."""
    said = [clause.text for clause in prose.clauses_in(sentence) if clause.stance == "said"]
    free = [field for words in said for field in fields_in(words)] if _OPTIONAL.search(sentence.said) else []
    for form in forms if free else []:
        _put(form, [], free, sentence, reading)


def _read(prose: Prose, sentence: Sentence, reading: Reading) -> list[str]:
    said = _without_denied(prose, sentence)
    start = _start(said)
    forms = forms_in(said[:start])
    if not start or not forms:
        return []
    listed, free = _fields(said[start:])
    if len(listed) + len(free) < _LEAST_FIELDS:
        return []
    for form in forms:
        _put(form, listed, free, sentence, reading)
    for found in OPEN_END.finditer(said[start:]):
        reading.remark("open_end", found[0].strip(), sentence)
    return forms


def _start(said: str) -> int:
    """Return where the fields begin: after a colon, else after the word of asking before the first field; 0 = nowhere."""
    colon = re.search("[:：]", said)
    if colon and fields_in(said[colon.end() :]):
        return colon.end()
    asks = [found.end() for found in _ASKS.finditer(said)]
    return next((end for end in asks if forms_in(said[:end]) and fields_in(said[end:])), 0)


def _without_denied(prose: Prose, sentence: Sentence) -> str:
    """Return a sentence with blanks where it denies something; "may be left out" denies nothing, an example may name the form."""
    said = sentence.said
    for clause in prose.clauses_in(sentence):
        is_only_named = clause.stance == "example" and not fields_in(clause.text)
        if clause.stance != "said" and not is_only_named and not _OPTIONAL.search(clause.text):
            said = said.replace(clause.text, " " * len(clause.text))
    return said


def _fields(words: str) -> tuple[list[str], list[str]]:
    """Return the fields asked for and those that may be left out."""
    listed: list[str] = []
    free: list[str] = []
    for part in _SPLIT.split(words):
        (free if _OPTIONAL.search(part) else listed).extend(fields_in(part))
    return listed, [field for field in free if field not in listed]


def _put(form: str, listed: list[str], free: list[str], source: Sentence | Source, reading: Reading) -> None:
    for field in listed:
        reading.put(("forms", form, field), "asked", source)
    for field in free:
        if reading.get("forms", form, field) is None:
            reading.put(("forms", form, field), "optional", source)


def read_form_cell(words: str, source: Source, reading: Reading) -> str:
    """Take a form out of one cell of a table; return its name, "" if the cell names none."""
    fields = fields_in(words)
    if len(fields) < _LEAST_FIELDS:
        return ""
    form = (forms_in(words) or ["contact"])[0]
    _put(form, fields, [], source, reading)
    return form
