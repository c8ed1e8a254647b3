"""How a new version is announced, how long before, and whether going on counts as a yes (clause 10)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.amounts import spans_in
from troth.policy.adopt.negation import is_denied
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.sentences import Sentence

_PROMINENT = re.compile(
    r"(?:prominent|conspicuous)\w*[^.]*notice|notice[^.]*(?:top of|prominent|front page|home page)|announce|(?:we|will) notify|(?:弹窗|首页|显著|醒目|公告|推送|邮件)[^，。]*(?:提示|公告|通知|位置)?",
    re.IGNORECASE,
)
_NO_NOTICE = re.compile(
    r"(?:公布|发布|公示|张贴)(?:后|即|之日起|时)?(?:即|立即|便|就)?(?:生效|适用)|(?:effective|in force|takes effect|applies) (?:immediately|as soon as|upon|when)(?: upon| on| when)? (?:it is |they are )?(?:publi|post)\w*",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"before|in advance|prior|at least|ahead|提前|至少|之前", re.IGNORECASE)
_GOES_ON = re.compile(
    r"(?:continu\w*|go(?:ing)? on|keep)[^.]{0,30}\bus(?:e|ing)\b|\b(?:using|use of) (?:the|this|our) (?:web)?site after|继续使用",
    re.IGNORECASE,
)
_AGREES = re.compile(
    r"deem|agree|accept|consent|视为|代表|表示(?:您)?(?:已)?(?:同意|接受)|即(?:同意|接受)", re.IGNORECASE
)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read notice, days and continued use, from the section on changes or sentences that speak of them."""
    for sentence in prose.sentences:
        if _GOES_ON.search(sentence.said) and _AGREES.search(sentence.said):
            reading.put(("changes", "continued_use"), not is_denied(_about_going_on(prose, sentence)), sentence)
        elif "changes" in sentence.topics:
            _read_notice(prose, sentence, reading)


def _about_going_on(prose: Prose, sentence: Sentence) -> str:
    """Return the clauses from the one on going on to the one on agreeing: a denial elsewhere is about something else."""
    clauses = [clause.text for clause in prose.clauses_in(sentence)]
    first = next((place for place, words in enumerate(clauses) if _GOES_ON.search(words)), 0)
    last = next((place for place in range(first, len(clauses)) if _AGREES.search(clauses[place])), len(clauses) - 1)
    return "，".join(clauses[first : last + 1])


def _read_notice(prose: Prose, sentence: Sentence, reading: Reading) -> None:
    if _NO_NOTICE.search(sentence.said):
        reading.put(("changes", "notice"), "none", sentence)
        reading.put(("changes", "notice_days"), 0, sentence)
        return
    said = "，".join(clause.text for clause in prose.clauses_in(sentence) if clause.stance == "said")
    if not _PROMINENT.search(said):
        return
    reading.put(("changes", "notice"), "prominent", sentence)
    spans = [span for _, span in spans_in(said) if span.unit in ("days", "weeks", "months")]
    if spans and _BEFORE.search(said):
        reading.put(("changes", "notice_days"), spans[0].in_days(), sentence)
