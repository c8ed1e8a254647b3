"""How soon a request is answered, and how much longer that may take (C8.2-03, C11-03, C11-04)."""

from __future__ import annotations

import re

from troth.policy.adopt.amounts import spans_in
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading

_ANSWERS = re.compile(
    r"\b(?:repl(?:y|ies)|respond|answer|process your request|deal with)\w*|答复|回复|回应|处理完毕|处理并",
    re.IGNORECASE,
)
_EXTENDS = re.compile(r"exten|further|longer|additional|more (?:days|months)|延长|延期|不超过|更长", re.IGNORECASE)
_TAKES_LONGER = re.compile(r"longer|extend|延长|更长", re.IGNORECASE)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the promised days, and the longest extension; one without an end is remarked."""
    for sentence in prose.sentences:
        topics = set(sentence.topics)
        if topics & {"retention", "storage", "cookies"} or not (
            topics & {"rights", "contact"} or _ANSWERS.search(sentence.said)
        ):
            continue
        for clause in prose.clauses_in(sentence):
            found = spans_in(clause.text)
            extends = bool(_EXTENDS.search(clause.text))
            if found and extends and _extends(sentence.said):
                _put_extension(
                    found[0][1].number, found[0][1].unit, found[0][1].is_working, clause.text, reading, sentence
                )
            elif found and _ANSWERS.search(clause.text) and not extends and clause.stance == "said":
                span = found[0][1]
                if span.is_working:
                    reading.put(("reply_working_days",), span.number, sentence)
                elif span.unit in ("months", "days", "weeks"):
                    reading.put(("reply", span.unit), span.number, sentence)
            elif not found and extends and _TAKES_LONGER.search(clause.text) and _is_open(sentence.said):
                reading.remark("open_extension", clause.text, sentence)
                reading.place(sentence)


def _extends(said: str) -> bool:
    return bool(re.search(r"exten|further|longer|延长|延期", said, re.IGNORECASE))


def _is_open(said: str) -> bool:
    return not spans_in(said) or bool(re.search(r"可能更长|may (?:be|take) longer|take longer", said, re.IGNORECASE))


def _put_extension(number: int, unit: str, is_working: bool, words: str, reading: Reading, sentence: object) -> None:
    from troth.policy.adopt.sentences import Sentence

    assert isinstance(sentence, Sentence)  # noqa: S101
    if is_working:
        reading.put(("extension_max_working_days",), number, sentence)
    else:
        reading.put(("reply", f"extension_{unit}"), number, sentence)
