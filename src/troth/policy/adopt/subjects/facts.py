"""What a visit tells: every fact the policy says it collects, with repetitions and open ends named (C2.1-01, C2.1-04)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.negation import Clause
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading, Source
from troth.policy.adopt.sentences import Sentence
from troth.policy.adopt.subjects.fact_words import OPEN_END, facts_in
from troth.policy.known import catalogue, fact_file

_WE = r"(?:we|our (?:\w+ )?(?:web ?sites?|sites?|servers?|systems?|pages?)|(?:this|the) (?:web )?(?:site|server|page|website)|it is|are|is)"
COLLECTS = re.compile(
    rf"\b{_WE}\b(?:,? (?:also|may|will|do|can|then|\w+ly|need to|and our \w+)){{0,4}},?(?: \w+ and)? (?:automatically )?"
    r"(?:collect|record|gather|log|obtain|captur|receiv|register|not|stor|us|see|learn)\w*\b"
    r"|(?:我们|本网站|本站|(?<![的些他方])网站|系统|服务器|本公司|我司)[^。；]{0,25}?(?:收集|记录|获取|采集|收到|得到)|(?:将|会)(?:被)?(?:自动)?(?:收集|记录|采集)|^(?:自动)?(?:收集|记录|采集)|留存[^。；]{0,20}日志",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:third part(?:y|ies)|they|partners?|vendors?|\w+ then) (?:\w+ )?(?:collect|receiv|record|obtain|gather)\w*"
    r"|\b(?:some|many|most|other|certain) (?:\w+ ){0,2}(?:web ?sites|sites|companies|networks|services|providers) (?:\w+ )?(?:collect|record|log|read)\w*"
    r"|(?:有的|有些|一些|某些|其他|部分)(?:网站|公司|平台|服务商)|不(?:会)?(?:这样|如此)做|\bdo(?:es)? not do (?:this|that|so)\b"
    r"|(?:第三方|合作方|供应商|对方|其)[^，。]{0,12}(?:收集|获取|采集|收到)",
    re.IGNORECASE,
)
_ELSEWHERE = {"sdk", "cookies", "sharing", "rights", "changes", "minors", "exceptions", "protect", "contact"}
_CONSENT = re.compile(
    r"after you (?:agree|consent|allow|accept)|(?:if|once|when) you (?:choose|agree|consent|allow|accept|opt in)|with your consent"
    r"|(?:经|征得|取得)您?(?:的)?(?:明示|单独)?同意(?:后|之后)?|您同意(?:后|之后)|在您同意的(?:情况|前提|条件)下",
    re.IGNORECASE,
)  # fmt: skip


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the facts out of what the policy says that it collects."""
    for sentence in prose.sentences:
        if _ELSEWHERE & set(sentence.topics) or _OTHERS.search(sentence.said) or not _is_collecting(sentence):
            continue
        read_facts(sentence, _said(prose.clauses_in(sentence)), reading)


def _is_collecting(sentence: Sentence) -> bool:
    own = COLLECTS.search(sentence.said)
    return bool(own or (sentence.lead is not None and COLLECTS.search(sentence.lead.said)))


def _said(clauses: list[Clause]) -> str:
    return "，".join(clause.text for clause in clauses if clause.stance == "said")


def read_facts(sentence: Sentence, words: str, reading: Reading) -> None:
    """Take the facts of one enumeration; a fact that stands in it twice and an open end are remarked."""
    found = COLLECTS.search(words)
    listed = words[found.end() :] if found else words
    keys, pieces = facts_in(listed)
    if not keys:
        return
    _put(keys, sentence, reading)
    for piece in pieces:
        reading.remark("open_end" if OPEN_END.search(piece) else "unknown_fact", piece, sentence)
    before = words[: found.end()] if found else sentence.lead.said if sentence.lead is not None else ""
    consent = _CONSENT.search(before)
    if consent:
        reading.put(("consent", "statistics"), True, sentence)


# The numbers of the usual list that only repeat another one.
_REPEATED = {int(number) for number in fact_file().merged}


def _put(keys: list[str], source: Sentence | Source, reading: Reading) -> None:
    """Take facts; one that is named more often than the usual list has it is a duplicate."""
    for key in dict.fromkeys(keys):
        reading.put(("facts", key), True, source)
        if keys.count(key) > len(set(catalogue()[key].items) - _REPEATED):
            reading.remark("duplicate", key, source)


def read_fact_cell(words: str, source: Source, reading: Reading) -> list[str]:
    """Take the facts of one cell of a table; return their keys."""
    keys, pieces = facts_in(words)
    _put(keys, source, reading)
    for piece in pieces if keys else []:
        if OPEN_END.search(piece):
            reading.remark("open_end", piece, source)
    return list(dict.fromkeys(keys))
