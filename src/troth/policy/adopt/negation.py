"""What a sentence says, denies, or lets through as an exception, decided before anybody may use it (clause 2).

A denied clause never yields a positive statement. An exception inside a denial ("not … except", 除…外不)
yields exactly the exception.
"""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from troth.policy.adopt.sentences import Sentence

Stance = Literal["said", "denied", "excepted", "future", "example"]

_NOT_EN = re.compile(
    r"\b(?:not(?! only\b| limited to\b| (?:lower|less|later|more) than\b| exceed| merely\b)|no(?! (?:later|less|more) than\b| longer than\b)"
    r"|never|nobody|none|neither|nor|nothing|cannot|without|refrain\w*|refus(?:e|es|ed|ing) to|declin(?:e|es|ed|ing) to|avoid\w*|unable|stop(?:s|ped)?|cease|\w+n['’]t)\b",
    re.IGNORECASE,
)
_NOT_ZH = re.compile(
    r"(?:不(?!限于|少于|超过|低于|高于|晚于|仅|满|同|断|可避免|可抗力|得不|时|可分|动产|久|论|良)"
    r"|未(?!成年|满|来|尽|经|录用|录取)|没有|无需|无须|从未|无权|无法|避免|杜绝|并非|而非|(?:请|切|严)勿|禁止|停止|绝无|均无|并无|免于|拒绝(?:收集|提供|共享|出售|采集|披露))"
)
_EXCEPT_EN = re.compile(
    r"^(?P<head>.*?)[,;]?\s*\b(?P<word>except(?: (?:for|where|when|if|in|with|as))*|unless|other than|save(?: for| where)"
    r"|apart from|with the following exceptions|with the exception of)\b(?P<tail>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_EN = re.compile(
    r"^(?P<head>[^,]*?\b(?:shar|disclos|transfer|publish|provid|pass|giv)\w*\b.*?)\bonly\b(?P<tail>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_LATE_EN = re.compile(
    r"^(?P<head>.*?\bonly\s+(?:publicly\s+)?(?:shar|disclos|transfer|publish|provid|pass|giv)\w*)(?P<tail>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_EXCEPT_ZH = re.compile(
    r"^(?P<front>.{0,30}?)除(?:了|非)?(?P<tail>.{2,400}?)(?:以外|之外|外)(?=[，,、我本公也])(?P<head>.*)$", re.DOTALL
)
_EXCEPT_LATE_ZH = re.compile(
    r"^(?P<head>.*?)(?:但|但是)?(?P<tail>(?:以下|下列|如下).{0,10}(?:情形|情况|例外|场景)?(?:除外|例外)?)[:：]?$"
)
_ONLY_ZH = re.compile(
    r"^(?P<head>.*?(?:仅|只|才)(?:会|将|能|可)?在?.{0,12}(?:下列|以下|如下|情形|情况|条件).{0,20}(?:共享|提供|转让|披露|公开).*?)[:：]?$"
)
_FUTURE = re.compile(
    r"\b(?:if|should|were) we (?:ever|were to|should|collected|recorded|need)\b|\bwould (?:only )?(?:collect|record|last|share)"
    r"|(?:如果?|若|倘若?)(?:我们)?(?:确|日后|将来)?(?:需要?|有必要)(?:收集|处理|共享|向|转让)|将来|未来|今后|日后|\bin (?:the )?future\b|\blater on\b|\bone day\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？][\"”」』)）]*$")
_EXAMPLE = re.compile(r"^(?:for (?:example|instance)|e\.g\.|such as|例如|比如|譬如)", re.IGNORECASE)
_SPLIT_EN = re.compile(
    r"\s*;\s*|,?\s+(?:but|however|whereas|although)\s+|,\s+(?=(?:and|while|which|so) (?:we|you|it|they|our|this|the|does|do|will)\b)"
    r"|\s+(?=and (?:(?:do|does|will|shall|may|can|are|is) not|we|you) )|,\s+(?=we\b)|\s+—\s+|,\s+(?=for (?:example|instance)\b)|\s*\((?=e\.g\.|for example)"
)
_SPLIT_ZH = re.compile(r"[，,；;：:。（(）)]")
_ENDS_ZH = re.compile(r"[；;。]")
_CONDITION_EN = re.compile(
    r"^(?P<when>(?:if|where|when|should)\b.*?)(?:,\s+|\s+)(?P<then>(?:we (?:will|may|can|shall)|you (?:may|can|have the right))\b.*)$",
    re.IGNORECASE | re.DOTALL,
)
_PREDICATE_ZH = re.compile(
    r"我们|您|本网站|收集|使用|提供|共享|保存|保留|存储|删除|记录|读取|采集|公开|披露|转让|告知|通知|答复|设置|出售|可以|有权|处理"
)


class Clause(Struct, frozen=True, kw_only=True):
    """A part of a sentence with one stance. `is_listed`: the stance comes from the lead-in of its list."""

    text: str
    stance: Stance
    sentence: Sentence
    own: Stance
    is_listed: bool = False

    @property
    def line(self) -> int:
        return self.sentence.line


def is_denied(words: str) -> bool:
    """Does the clause hold a word of negation? One in doubt counts: what is denied is never taken as said."""
    return bool(_NOT_EN.search(words) or _NOT_ZH.search(words))


def clauses_of(sentence: Sentence) -> tuple[Clause, ...]:
    """Return the clauses of a sentence, each with its stance; an item takes on the stance of its lead-in."""
    found = tuple(_own(sentence))
    if sentence.lead is None:
        return found
    outer = opening_of(sentence.lead)
    if outer == "said":
        return found
    return tuple(
        Clause(
            text=clause.text,
            own=clause.own,
            stance=_joined(outer, clause.own),
            sentence=sentence,
            is_listed=True,
        )
        for clause in found
    )


def opening_of(lead: Sentence) -> Stance:
    """Return the stance that a lead-in gives the items it opens."""
    if lead.lead is not None and opening_of(lead.lead) == "denied":
        return "denied"
    said = lead.said
    if _is_exception(said):
        return "excepted"
    clauses = tuple(_own(lead))
    return clauses[-1].own if clauses else "said"


def _is_exception(said: str) -> bool:
    english = _EXCEPT_EN.match(said)
    if english and is_denied(english["head"]):
        return True
    chinese = _EXCEPT_ZH.match(said)
    if chinese and is_denied(chinese["head"]):
        return True
    late = _EXCEPT_LATE_ZH.match(said)
    if late and "除外" in late["tail"] and is_denied(late["head"]):
        return True
    return bool(_ONLY_EN.match(said) or _ONLY_LATE_EN.match(said) or _ONLY_ZH.match(said))


def _joined(outer: Stance, own: Stance) -> Stance:
    """An item of a denial is denied; an exception is one even where its own words deny something else."""
    if outer == "excepted":
        return "denied" if own == "denied" else "excepted"
    return outer


def _own(sentence: Sentence) -> Iterator[Clause]:
    if _QUESTION.search(sentence.said):
        yield Clause(text=sentence.said, stance="example", own="example", sentence=sentence)
        return
    for text, stance in stances(sentence.said):
        yield Clause(text=text, stance=stance, own=stance, sentence=sentence)


def stances(said: str) -> list[tuple[str, Stance]]:
    """Return the clauses of some words with their own stances."""
    for pattern in (_EXCEPT_EN, _EXCEPT_ZH):
        found = pattern.match(said)
        if found and found["tail"].strip(" :：。.") and is_denied(found["head"]):
            front = found.groupdict().get("front") or ""
            before: list[tuple[str, Stance]] = [(front, "said")] if front.strip() else []
            return [*before, (found["tail"].strip(" :：。."), "excepted"), (found["head"].strip(" ,，"), "denied")]
    for pattern in (_ONLY_LATE_EN, _ONLY_EN):
        only = pattern.match(said)
        if only and not is_denied(only["head"]) and only["tail"].strip(" :."):
            return [(only["tail"].strip(" :."), "excepted")]
    return list(_plain_stances(said))


def _plain_stances(said: str) -> Iterator[tuple[str, Stance]]:
    is_chinese = bool(re.search("[\u3400-\u9fff]", said))
    if not is_chinese and (found := _CONDITION_EN.match(said)):
        yield from _plain_stances(found["when"])
        yield from _plain_stances(found["then"])
        return
    before: Stance = "said"
    for group in _ENDS_ZH.split(said) if is_chinese else [said]:
        before = "said" if before != "future" else before
        for part in (_SPLIT_ZH if is_chinese else _SPLIT_EN).split(group):
            if words := part.strip(" ,，、.。"):
                before = _stance(words, before, is_chinese)
                yield words, before


def _stance(words: str, before: Stance, is_chinese: bool) -> Stance:
    """A Chinese clause without a verb of its own goes on with what the one before it denies."""
    if is_denied(words):
        return "denied"
    if _EXAMPLE.match(words):
        return "example"
    if before == "example" and is_chinese:
        return "example"
    if before == "future" or _FUTURE.search(words):
        return "future"
    if before != "said" and is_chinese and not _PREDICATE_ZH.search(words):
        return before
    return "said"
