"""In which country everything is stored, and whether anything goes abroad (C5.1-01)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.negation import Clause
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.subjects.places import countries_in

_STORES = re.compile(
    r"\b(?:is|are|be) (?:\w+ )?(?:stored|kept|held|hosted|located)\b|\bstores?\b|keeps? the servers?|servers? (?:is|are|stand|in)|存储|储存|存放|保存|机房|服务器",
    re.IGNORECASE,
)
_GIVES = re.compile(
    r"\b(?:transfer|send|provid|pass|export|shar|transmit)\w*\b|提供|传输|转移|出境|共享|发送", re.IGNORECASE
)
_ABROAD = re.compile(
    r"\babroad\b|\boverseas\b|\boutside (?:of )?(?:the |mainland )?(?:[A-Z]\w+|our country)|cross.border|third countr(?:y|ies)|境外|海外|跨境|出境|国外",
    re.IGNORECASE,
)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the country first, so that another one can be told to be abroad."""
    for clause in prose.with_stance("said"):
        if _is_about(clause) and _STORES.search(clause.text) and not _GIVES.search(clause.text):
            places = countries_in(_after_in(clause.text))
            if places:
                reading.put(("storage", "location"), places[-1], clause)
                break
    location = reading.get("storage", "location") or ""
    for clause in prose.clauses:
        if _is_about(clause) and _GIVES.search(clause.text) and _goes_abroad(clause, location):
            _put(clause, reading)


def _is_about(clause: Clause) -> bool:
    topics = set(clause.sentence.topics)
    return bool({"storage", "retention", "sharing"} & topics) or not topics or bool(_ABROAD.search(clause.text))


def _after_in(words: str) -> str:
    """Return what follows the word of storing, or all of it where the place stands before (存储在…, 在…存储)."""
    found = list(_STORES.finditer(words))
    rest = words[found[-1].end() :] if found else ""
    return rest if countries_in(rest) else words


def _goes_abroad(clause: Clause, location: str) -> bool:
    if _ABROAD.search(clause.text):
        return True
    others = [code for code in countries_in(clause.text) if code != location]
    return bool(location and others and "storage" in clause.sentence.topics and clause.stance == "said")


def _put(clause: Clause, reading: Reading) -> None:
    """A transfer that is said wins over a denial elsewhere; what may come one day is neither."""
    known = reading.get("storage", "abroad")
    if clause.stance in ("said", "excepted") and known != "declared":
        if known == "none":
            reading.remark("conflict", "storage.abroad: none, declared", clause)
            del reading.values["storage", "abroad"]
        reading.put(("storage", "abroad"), "declared", clause)
    elif clause.stance == "denied" and known is None:
        reading.put(("storage", "abroad"), "none", clause)
