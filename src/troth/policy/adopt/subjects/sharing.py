"""Who else gets personal information, in exactly the cases that a policy lets through (clause 6)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.negation import Clause, opening_of
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.sentences import Sentence
from troth.policy.adopt.subjects.names import companies_in

_SHARES = re.compile(
    r"\b(?:shar|disclos|provid|transfer|pass|giv|receiv|publish|sell|rent)\w*\b|共享|提供|转让|披露|公开|出售|分享",
    re.IGNORECASE,
)
_CASES = (
    ("separate_consent", re.compile(r"separate consent|单独同意", re.IGNORECASE)),
    ("within_group", re.compile(r"within (?:our|the) group|(?:companies|members) of (?:our|the) group|group compan|集团成员|affiliate|subsidiar|集团(?:内|公司)|关联(?:公司|方)|子公司", re.IGNORECASE)),
    ("protect_from_harm", re.compile(r"from harm|protect (?:us|our|the rights)|(?:免遭|免受)[^，。]*(?:损害|侵害)|维护[^，。]*(?:利益|财产|安全)[^，。]*(?:损害|侵害)", re.IGNORECASE)),
    ("successor", re.compile(r"takes? over|merger|acqui(?:re|sition)|bankrupt|successor|合并|分立|收购|兼并|破产", re.IGNORECASE)),
    ("entrusted", re.compile(r"entrust|on our behalf|processors?\b|service providers?|委托|受托|服务提供商", re.IGNORECASE)),
    ("legal_demand", re.compile(r"(?:law|laws|legal|regulations?)\b|authorit|litigation|judicial|法律|法规|司法|行政机关|诉讼|主管部门", re.IGNORECASE)),
    ("court_order", re.compile(r"\bcourts?\b|法院", re.IGNORECASE)),
    ("at_your_request", re.compile(r"you ask|(?:at|on) your request|you (?:direct|instruct)|您(?:主动)?(?:要求|请求|指示)", re.IGNORECASE)),
    ("express_consent", re.compile(r"\bconsent(?:ed)?\b|\b(?:expressly|explicitly|you) agree|\bauthori[sz]ation\b|同意|授权", re.IGNORECASE)),
)  # fmt: skip
_PUBLISHES = re.compile(r"publi(?:sh|c(?:ly|ation))|公开", re.IGNORECASE)
_TRANSFERS = re.compile(r"transfer|转让", re.IGNORECASE)
_HOST = re.compile(
    r"\bour (?:\w+ )?(?:host|provider|processor)\b|\b(?:hosts?|keeps the servers|processes)\b[^.]*\bfor us\b|under a contract|(?:委托|受托)[^，。]*(?:存储|托管|处理|运维)",
    re.IGNORECASE,
)
_WITHOUT_CONSENT = re.compile(
    r"\b(?:not|never)\b[^.;]*\bwithout (?:first )?(?:your |obtaining your )(?:\w+ ){0,2}consent|without your (?:\w+ ){0,2}consent,? we (?:will|do|shall|may) (?:not|never)"
    r"|未(?:经|取得|征得)您?(?:的)?(?:事先|明确|明示|单独|书面)*(?:的)?同意(?:前)?[，,][^。；]*(?:不会|不得|不)(?:将|向|与)?",
    re.IGNORECASE,
)
_IN_THIS = {"sharing"}


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the cases: only exceptions of a denial, items of "only in these cases", and what follows a takeover."""
    for sentence in prose.sentences:
        for clause in prose.clauses_in(sentence):
            if clause.stance == "excepted" and _is_sharing(sentence):
                _read_exception(clause, reading)
        if _IN_THIS & set(sentence.topics):
            _read_cut_off(prose, sentence, reading)
            _read_said(prose, sentence, reading)
        _read_recipient(prose, sentence, reading)


def _is_sharing(sentence: Sentence) -> bool:
    outer = sentence.lead or sentence
    return bool(_SHARES.search(outer.said)) and ("sharing" in sentence.topics or "cookies" not in sentence.topics)


def _read_exception(clause: Clause, reading: Reading) -> None:
    """An item's first sentence names its case; the rest of the item explains it."""
    if clause.sentence.is_further:
        reading.place(clause)
        return
    cases = [_case(part) for part in _alternatives(clause)]
    for case in dict.fromkeys(cases):
        if case:
            reading.put(("sharing", case), True, clause)


def _alternatives(clause: Clause) -> list[str]:
    """Return the cases of one exception; an item of a list is one case, words in a row may be several."""
    if clause.is_listed:
        return [clause.text]
    return re.split(
        r"、|或者|；|\bor (?=you\b|with\b|where\b|if\b|when\b|to\b|a court\b|the law\b|we\b)|;|,(?= (?:where|with|if|to)\b)",
        clause.text,
    )


def _case(words: str) -> str:
    return next((case for case, pattern in _CASES if pattern.search(words)), "")


def _read_cut_off(prose: Prose, sentence: Sentence, reading: Reading) -> None:
    """A lead-in for transfer or publication with nothing behind it: the case exists, its list is missing."""
    if not re.search(r"[:：]$", sentence.text) or prose.items_of(sentence) or opening_of(sentence) != "excepted":
        return
    if _PUBLISHES.search(sentence.said):
        reading.put(("sharing", "publication_cut_off"), True, sentence)
    elif _TRANSFERS.search(sentence.said):
        reading.put(("sharing", "transfer_cut_off"), True, sentence)


def _read_said(prose: Prose, sentence: Sentence, reading: Reading) -> None:
    """Read what a policy says it does: a takeover hands data over. What it denies stays denied."""
    without = _WITHOUT_CONSENT.search(sentence.said)
    if without and _SHARES.search(sentence.said) and not sentence.is_item:
        reading.put(
            ("sharing", "separate_consent" if "单独" in without[0] or "separate" in without[0] else "express_consent"),
            True,
            sentence,
        )
    successor = dict(_CASES)["successor"]
    for clause in prose.clauses_in(sentence):
        if clause.stance == "said" and not clause.is_listed and successor.search(clause.text):
            reading.put(("sharing", "successor"), True, sentence)


def _read_recipient(prose: Prose, sentence: Sentence, reading: Reading) -> None:
    if not _HOST.search(sentence.said) or "sdk" in sentence.topics:
        return
    said = [clause for clause in prose.clauses_in(sentence) if clause.stance in ("said", "excepted")]
    for _, _, name in companies_in(sentence.text):
        is_said = any(name in clause.text for clause in said)
        if (
            is_said
            and name != reading.get("controller", "name")
            and not any(value.value == name for value in reading.below("sdks"))
        ):
            reading.put(("recipients", name), "entrusted", sentence)
