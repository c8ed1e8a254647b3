"""What a policy promises in general: shortest time, rights kept, deemed consent, the law it names (clauses 0, 3, 5, 10)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading

_LAWS = (
    ("cn-pipl", re.compile(r"Personal Information Protection Law|\bPIPL\b|《(?:中华人民共和国)?个人信息保护法》")),
    ("eu-gdpr", re.compile(r"General Data Protection Regulation|\bGDPR\b|通用数据保护条例")),
    ("us-ca-ccpa", re.compile(r"California Consumer Privacy Act|\bCCPA\b")),
)
_SHORTEST = re.compile(
    r"only[^.]*(?:as long as|necessary|need)|shortest|(?:最短|所必需的?)(?:的)?(?:期限|时间|期间)", re.IGNORECASE
)
_KEEPS = re.compile(r"\b(?:keep|retain|stor|hold)\w*\b|保存|保留|存储|留存", re.IGNORECASE)
_REDUCES = re.compile(
    r"(?:reduce|limit|restrict|diminish|curtail|削减|减少|限制|缩减)[^.。]*(?:rights?|权利)", re.IGNORECASE
)
_KNOWS = re.compile(
    r"\byou (?:know|understand|acknowledge) and (?:agree|consent|accept)|您(?:知悉|知晓|知道|理解|了解)并(?:且)?(?:同意|接受)|(?:访问|浏览|使用)(?:本)?网站即(?:视为|表示)",
    re.IGNORECASE,
)
_GROUNDS = (
    ("law", re.compile(r"laws?\b[^.]*(?:stipulate|provide|require|clearly)|法律法规(?:有)?明确规定", re.IGNORECASE)),
    ("consent", re.compile(r"authori[sz]ation|consent|授权|同意", re.IGNORECASE)),
    ("steps", re.compile(r"after (?:fulfilling|the steps|completing)|履行[^，。]*(?:义务|程序)", re.IGNORECASE)),
)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read general promises, each from a sentence that says it."""
    for sentence in prose.all:
        for law, pattern in _LAWS:
            if pattern.search(sentence.text):
                reading.put(("law", law), True, sentence)
    for sentence in prose.sentences:
        said = sentence.said
        if _KEEPS.search(said) and _SHORTEST.search(said) and {"storage", "retention"} & set(sentence.topics):
            reading.put(("promises", "shortest_necessary"), True, sentence)
        if "changes" in sentence.topics and _REDUCES.search(said) and re.search(r"\bnot\b|不", said):
            reading.put(("promises", "keeps_rights"), True, sentence)
        if any(_KNOWS.search(clause.text) for clause in prose.clauses_in(sentence) if clause.stance == "said"):
            reading.put(("promises", "deemed"), True, sentence)
        if sentence.lead is not None and "protect" in sentence.topics:
            reading.put(("measures", sentence.text), True, sentence)
    abroad = reading.values.get(("storage", "abroad"))
    if abroad is not None and abroad.value == "declared":
        grounds = [ground for ground, pattern in _GROUNDS if pattern.search(abroad.source.text)]
        is_either = {"law", "consent"} <= set(grounds) and bool(re.search(r"\bor\b|或", abroad.source.text))
        for ground in grounds:
            # The steps come on top of either of the two; the file knows "all" and "any" only, and "any" is what counts.
            if not (is_either and ground == "steps"):
                reading.put(("abroad_when", ground), True, abroad.source)
        if is_either:
            reading.put(("abroad_needs",), "any", abroad.source)
