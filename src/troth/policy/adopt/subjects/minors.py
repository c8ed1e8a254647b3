"""Below which age somebody is a child here, and how soon what was collected from one is deleted (clause 9)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.amounts import spans_in
from troth.policy.adopt.numbering import NUMBER, number_of
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading

_AGE = re.compile(
    rf"(?:under|below|younger than)(?: the age of)? (?P<en>{NUMBER})\b(?!\s*(?:days|months|hours))|(?:不满|未满|小于|低于)\s*(?P<zh>{NUMBER})\s*(?:周?岁)"
    rf"|(?P<zh2>{NUMBER})\s*(?:周?岁)以下",
    re.IGNORECASE,
)
_CHILD = re.compile(
    r"child|minor|(?:anyone|nobody|no one|persons?|people|users?) (?:under|below)|未成年|儿童", re.IGNORECASE
)
_DELETES = re.compile(r"delet|eras|删除", re.IGNORECASE)
_GUARDIAN = re.compile(r"guardian|parent|监护人|父母", re.IGNORECASE)
_ADULT = re.compile(
    r"(?:meant|intended)[^.]*\badults\b|(?:not|isn't) (?:\w+ )?(?:aimed|directed|meant|intended)[^.]*(?:child|minor)|面向成年人|不面向未成年人|不向[^，。]*儿童提供",
    re.IGNORECASE,
)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the age, the audience and the promise to delete."""
    for sentence in prose.sentences:
        found = _AGE.search(sentence.said)
        if found and (_CHILD.search(sentence.said) or "minors" in sentence.topics or _GUARDIAN.search(sentence.said)):
            age = number_of(found["en"] or found["zh"] or found["zh2"])
            if age and 5 <= age <= 21:
                reading.put(("child_under",), age, sentence)
        if _ADULT.search(sentence.said):
            reading.put(("minors", "audience"), "adult", sentence)
        if "minors" in sentence.topics and _DELETES.search(sentence.said):
            _read_hours(prose, sentence.place, reading)


def _read_hours(prose: Prose, place: int, reading: Reading) -> None:
    sentence = next(sentence for sentence in prose.sentences if sentence.place == place)
    reading.place(sentence)
    for clause in prose.clauses_in(sentence):
        spans = [span for _, span in spans_in(clause.text) if span.unit in ("hours", "days")]
        if spans and _DELETES.search(clause.text) and clause.stance == "said":
            hours = spans[0].number * (1 if spans[0].unit == "hours" else 24)
            reading.put(("found_delete_within_hours",), hours, sentence)
