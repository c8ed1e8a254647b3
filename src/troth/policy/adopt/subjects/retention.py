"""How long things are kept, by which standards, and what happens then (C5.2-01, C5.2-02)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.amounts import spans_in
from troth.policy.adopt.negation import Clause
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading

_LONGEST = re.compile(r"longest|whichever is (?:the )?longer|最长|较长|孰长", re.IGNORECASE)
_CRITERIA = (
    ("agreed", re.compile(r"longer[^.;]*(?:period|retention)?[^.;]*(?:agree|consent)|(?:同意|约定)的?(?:的)?(?:更长|较长)", re.IGNORECASE)),
    ("special", re.compile(r"special (?:arrangement|agreement|provision)|(?:特别|特殊|其他)(?:的)?(?:约定|安排|规定)", re.IGNORECASE)),
    ("quality", re.compile(r"(?:safe|secur|quality)|(?:安全|质量)", re.IGNORECASE)),
    ("function", re.compile(r"function|complet|perform|fulfil|完成|功能|实现", re.IGNORECASE)),
)  # fmt: skip
_OVER = re.compile(
    r"(?:period|term|time|retention)[^.;,]*(?:is over|is up|expire[sd]?|ends?|has (?:run out|expired|passed))|(?:after|upon|at) (?:the )?(?:expiry|end) of|(?:periods?|times?)[^.;,]* have (?:expired|ended|passed|run out)|\b(?:afterwards|thereafter|after that|then)\b|此后|随后|(?:期满|到期|届满|超(?:出|过)[^，。]{0,12}期限)(?:后|之后)?",
    re.IGNORECASE,
)
_DELETES = re.compile(r"delet|eras|destroy|删除|销毁", re.IGNORECASE)
_ANONYMISES = re.compile(r"anonym|匿名", re.IGNORECASE)
_KEEPS = re.compile(
    r"\b(?:keep|kept|retain\w*|stor\w+|held|hold|for)\b|[:：]|保存|保留|留存|存储|删除|不超过", re.IGNORECASE
)
_CLASSES = (
    ("rejected", re.compile(r"unsuccessful|rejected|not hired|未录用|未被录用|落选", re.IGNORECASE)),
    ("longest", re.compile(r"in (?:any|no) case (?:no |not )?(?:longer|more)?|任何情况下[^，。]*(?:不超过|不会超过)|最长不超过", re.IGNORECASE)),
    ("network_log", re.compile(r"\b(?:server|network|access|security) logs?\b|\blog files?\b|日志", re.IGNORECASE)),
    ("samples", re.compile(r"\bsamples?\b|样品|样片", re.IGNORECASE)),
    ("applications", re.compile(r"\bapplica(?:tions?|nts?)\b|\bCVs?\b|r[ée]sum[ée]s?|recruit|应聘|简历|求职", re.IGNORECASE)),
    ("enquiries", re.compile(r"\benquir|\binquir|contact form|messages?\b|correspondence|咨询|留言|询价|来信|反馈", re.IGNORECASE)),
    ("visits", re.compile(r"statistic|\bvisits?\b|brows|analytics|usage data|浏览|统计|访问", re.IGNORECASE)),
)  # fmt: skip
_PLACES = {"retention", "storage", "collect"}


def recognise(prose: Prose, reading: Reading) -> None:
    """Read standards, terms, and what follows them."""
    for sentence in prose.sentences:
        if sentence.lead is not None and _LONGEST.search(sentence.lead.said):
            found = next((name for name, pattern in _CRITERIA if pattern.search(sentence.said)), "")
            if found:
                reading.put(("retention", "criteria", found), True, sentence)
    for clause in prose.clauses:
        _read_term(clause, reading)
    for sentence in prose.sentences:
        if not _PLACES & set(sentence.topics):
            continue
        _read_end([clause for clause in prose.clauses_in(sentence) if clause.stance == "said"], reading)


def _read_term(clause: Clause, reading: Reading) -> None:
    topics = set(clause.sentence.topics)
    limits = "不超过" in clause.text or "不会超过" in clause.text
    if not topics & _PLACES or (clause.stance != "said" and not limits) or not _KEEPS.search(clause.text):
        return
    spans = [(place, span) for place, span in spans_in(clause.text) if span.unit != "hours" and not span.is_working]
    before = 0
    for place, span in spans:
        words = clause.text[before:place] if len(spans) > 1 else clause.text
        before = place
        kind = next((name for name, pattern in _CLASSES if pattern.search(words)), "")
        if not kind:
            continue
        reading.put(("retention", "terms", kind), str(span), clause)
        if _DELETES.search(clause.text):
            reading.put(("retention", "after", "delete"), True, clause)


def _read_end(clauses: list[Clause], reading: Reading) -> None:
    """Read "when the time is up we delete it": the day is over in one clause, the doing in it or in the next."""
    for place, clause in enumerate(clauses):
        if _OVER.search(clause.text):
            words = "，".join(later.text for later in clauses[place : place + 3])
            if _DELETES.search(words):
                reading.put(("retention", "after", "delete"), True, clause)
            if _ANONYMISES.search(words):
                reading.put(("retention", "after", "anonymise"), True, clause)
