"""The rights that a policy grants, in sentences about what you may do (clause 8)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.sentences import Sentence

_GRANTS = re.compile(
    r"\byou (?:may|can|are entitled|have (?:the |a )?right)|\byou[^.]{0,60}\bright to\b|\b(?:your )?rights? (?:to|of)\b|\bask us for\b|(?:您|你|用户|近亲属)[^。；]{0,6}(?:有权|可以|可|享有|能够)|也可以请求|请求我们|有权",
    re.IGNORECASE,
)
_WE_PORT = re.compile(
    r"\bwe (?:can |will |also |directly )*(?:send|transmit|transfer)\b|我们(?:将|会|可以)?[^，。]{0,12}(?:转移|传输)",
    re.IGNORECASE,
)
_RIGHTS: tuple[tuple[str, str], ...] = (
    ("access", r"\baccess\b|\b(?:see|inspect|view|inquir[ey]|inquiry|review|look at)\b|查[阅询看]|访问"),
    ("copy", r"\bcop(?:y|ies) of\b|(?:have|obtain|receive|get) a copy\b|复制|(?:获取|获得|取得)[^，。；]{0,10}副本(?!并转移)"),
    ("correct", r"\bcorrect|rectif|更正|修正|改正"),
    ("complete", r"\bcomplete (?:it|your|them|incomplete)|have (?:it|them) completed|补充|补正"),
    ("delete", r"\bdelet|\beras|删除"),
    ("restrict", r"restrict\w*|限制(?:(?:我们)?(?:对|处理)|或者?拒绝)"),
    ("object", r"\bobject(?:ion)? to\b|\bto object\b|\bobject,|refuse (?:its|the|our) (?:use|processing)|反对|拒绝(?:我们)?(?:对|处理)"),
    ("port", r"portable|portability|(?:transmit|transfer|send|move)\w*[^.;]{0,80}(?:third part|another|designat|you name)|转移(?:至|给|到)|可携带?"),
    ("withdraw", r"withdraw\w*|(?:take|taking) back|\bopt(?:ing)? out\b|revok\w*|撤回|撤销(?:同意|授权)"),
    ("change_consent", r"change the scope|(?:change|adjust) (?:your|the scope of)[^.;]*consent|(?:改变|变更|调整)[^，。；]{0,8}(?:授权|同意)[^，。；]{0,3}(?:范围)?"),
    ("explain", r"\bexplain|explanation|解释|说明"),
    ("close_account", r"(?:close|cancel|delete) (?:your |an |the )?account|注销"),
    ("deceased_relative", r"(?:relatives?|next of kin)[^.;]*(?:death|deceased|died)|(?:death|deceased|died)[^.;]*relatives?|近亲属"),
    ("complain", r"complain\w*|lodge a complaint|投诉|申诉"),
    ("automated_decision", r"automated (?:individual )?decision|自动化决策"),
)  # fmt: skip
_COMPILED = tuple((right, re.compile(words, re.IGNORECASE)) for right, words in _RIGHTS)
_ONLY_HERE = {"access", "object", "explain", "restrict", "copy", "complete"}
_DISPOSAL = re.compile(r"cookie|shop|product|website at any time|latest|浏览器|网站|产品|新闻", re.IGNORECASE)
_ELSEWHERE = {"cookies", "minors", "changes", "collect", "scope", "sdk", "storage", "protect", "exceptions"}
_DEAD = re.compile(r"去世|死亡|deceased|died|death", re.IGNORECASE)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the rights of every sentence that grants something, clause by clause."""
    for sentence in prose.sentences:
        if not _is_granting(sentence):
            continue
        of_relatives = bool(_DEAD.search(sentence.said))
        for clause in prose.clauses_in(sentence):
            if clause.stance != "said":
                continue
            for right in _rights_in(clause.text, of_relatives):
                if right == "complain" and not _GRANTS.search(clause.text) and "rights" not in sentence.topics:
                    continue
                reading.put(("rights", right), True, sentence)


def _is_granting(sentence: Sentence) -> bool:
    topics = set(sentence.topics)
    if topics & _ELSEWHERE or re.search("cookie", sentence.said, re.IGNORECASE):
        return False
    lead = sentence.lead.said if sentence.lead is not None else ""
    grants = _GRANTS.search(sentence.said) or _GRANTS.search(lead)
    if "rights" in topics:
        return bool(grants or _WE_PORT.search(sentence.said) or sentence.lead is not None)
    return bool(grants) and not _DISPOSAL.search(sentence.said)


def _rights_in(words: str, of_relatives: bool) -> list[str]:
    """Return the rights that a clause names; what relatives may do after a death is their right, not more of yours."""
    if of_relatives:
        return ["deceased_relative"] if re.search(r"relative|kin\b|近亲属", words, re.IGNORECASE) else []
    return [right for right, pattern in _COMPILED if pattern.search(words)]
