"""Who runs the site and where it sits: the personal information handler (C0-02, C11-01)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.negation import is_denied
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.sentences import Sentence
from troth.policy.adopt.subjects.names import companies_in

# How strongly the words around a name say that it is the operator.
_BEFORE = (
    (3, re.compile(r"(?:operated|run|owned|provided|published) (?:and \w+ )?by\s*$|belongs to\s*$|(?:controller|operator|handler) (?:is|of \w+ \w+ is)\s*$", re.IGNORECASE)),
    (3, re.compile(r"(?:处理者|运营者|运营方|运营主体|经营者|公司名称)\s*[:：为是]?\s*$|由\s*$")),
)  # fmt: skip
_AFTER = (
    (4, re.compile(r"^[,，]? ?(?:is the (?:operator|controller|processor|owner)|(?:runs|operates) (?:this|the) (?:web)?site)", re.IGNORECASE)),
    (4, re.compile(r"^.{0,120}?(?:是本(?:网站|政策)|负责运营|运营本网站|为本网站)")),
    (3, re.compile(r"^\s*[（(][^）)]{0,80}?(?:以下(?:简称|称)|下称|hereinafter|\"we\"|“we”)", re.IGNORECASE)),
)  # fmt: skip
_ADDRESS = re.compile(
    r"(?:(?:注册|办公|联系|通信|通讯|公司)?地址|住所(?:地)?)\s*[:：为是在]?\s*(?P<zh>[\u3400-\u9fffA-Za-z0-9（）()·#-]{6,80})"
    r"|\b(?:address is|address:|registered (?:office|address)(?: is)?(?: at)?:?|offices? (?:is|are) (?:at|in)|located at)\s*(?P<en>.{8,200}?)(?:\.$|\.\s|;|$)",
    re.IGNORECASE,
)
_OTHERS = re.compile(r"third.part|第三方|合作|委托|host\b|processor for|entrust|provider|供应商|服务商", re.IGNORECASE)
_AFTER_NAME = re.compile(r"^,\s*(?P<address>(?=[^.]*\d).{8,160}?)\.?$")


def recognise(prose: Prose, reading: Reading) -> None:
    """Read name and address of the operator."""
    name = _name(prose, reading)
    _address(prose, reading, name)


def _name(prose: Prose, reading: Reading) -> str:
    best: tuple[int, int, str, Sentence] | None = None
    for place, sentence in enumerate(prose.sentences):
        for start, end, name in companies_in(sentence.text):
            score = _score(sentence, start, end, is_early=place < 6)
            if score > 0 and (best is None or score > best[0]):
                best = (score, place, name, sentence)
    if best is None:
        return ""
    reading.put(("controller", "name"), best[2], best[3])
    return best[2]


def _score(sentence: Sentence, start: int, end: int, is_early: bool) -> int:
    left, right = sentence.text[max(0, start - 60) : start], sentence.text[end:]
    if is_denied(re.split(r"[.,;，。；(（]", right, maxsplit=1)[0]):
        return 0
    scores = [score for score, pattern in _BEFORE if pattern.search(left)]
    scores += [score for score, pattern in _AFTER if pattern.search(right)]
    if scores:
        return max(scores)
    if _OTHERS.search(sentence.said) or {"sdk", "sharing", "cookies"} & set(sentence.topics):
        return 0
    return 1 if is_early and not sentence.topics and sentence.text[:start].strip(" *") == "" else 0


def _address(prose: Prose, reading: Reading, name: str) -> None:
    for sentence in prose.sentences:
        found = _ADDRESS.search(sentence.text)
        words = (found["zh"] or found["en"] or "").strip(" ,，。.") if found else ""
        is_theirs = _OTHERS.search(sentence.said) or "IP" in sentence.text[: found.start() + 4 if found else 0]
        if words and "@" not in words and not is_theirs and _is_address(words):
            reading.put(("controller", "address"), words, sentence)
            return
    for sentence in prose.sentences:
        place = sentence.text.find(name) if name else -1
        found = _AFTER_NAME.match(sentence.text[place + len(name) :]) if place >= 0 else None
        if found:
            reading.put(("controller", "address"), found["address"].strip(), sentence)
            return


def _is_address(words: str) -> bool:
    return bool(re.search(r"\d|[省市区县路街道号]|[一二三四五六七八九十]号", words)) and not re.match(
        r"(the )?same\b", words
    )
