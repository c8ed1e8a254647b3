"""Where questions and complaints go: mail, phone, address, the person in charge (C11-02)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.sentences import Sentence

_MAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?<![.-])")
_PHONE = re.compile(
    r"(?<![\w@./-])(?:\+\d{1,3}[ -]?)?(?:\(?0?\d{2,4}\)?[ -]?)\d{3,4}(?:[ -]?\d{3,4}){0,2}(?![\w@.-]?\w)"
)
_CALL = re.compile(r"\b(?:call|ring|phone|tel(?:ephone)?|dial|reach us)\b|电话|热线|致电|座机|手机", re.IGNORECASE)
_CHILDREN = re.compile(r"guardian|parent|child|监护人|儿童|未成年", re.IGNORECASE)
_THEIRS = re.compile(r"third.part|vendor|第三方|合作方|服务商|供应商", re.IGNORECASE)
_OFFICER = re.compile(
    r"data protection officer|privacy officer|\bDPO\b|person in charge of (?:the )?protect\w+|个人信息保护(?:负责人|专员)|数据保护官|隐私保护负责人",
    re.IGNORECASE,
)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the general contact; an address for guardians or of another company is none."""
    for sentence in _by_likelihood(prose):
        words = "; ".join(part for part in re.split("[;；。]", sentence.text) if not _is_for_others(part))
        mail = _MAIL.search(words)
        if mail:
            reading.put(("contact", "email"), mail[0], sentence)
        phone = _PHONE.search(_MAIL.sub(" ", words))
        if (
            phone
            and (_CALL.search(sentence.said) or "contact" in sentence.topics)
            and len(re.sub(r"\D", "", phone[0])) >= 7
        ):
            reading.put(("contact", "phone"), phone[0].strip(), sentence)
    for sentence in prose.sentences:
        is_said = any(_OFFICER.search(clause.text) for clause in prose.clauses_in(sentence) if clause.stance == "said")
        if is_said:
            reading.put(("contact", "officer"), True, sentence)
    address = reading.values.get(("controller", "address"))
    if address and (address.path not in [("contact", "address")]):
        reading.put(("contact", "address"), address.value, address.source)


def _is_for_others(words: str) -> bool:
    return bool(_CHILDREN.search(words) or _THEIRS.search(words))


def _by_likelihood(prose: Prose) -> list[Sentence]:
    """Return the sentences, those of the section on contact first."""
    return sorted(prose.sentences, key=lambda sentence: ("contact" not in sentence.topics, sentence.place))
