"""Cookies by name: how long they last, and whether the site needs them (clause 4)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.amounts import spans_in
from troth.policy.adopt.prose import Prose, row_source
from troth.policy.adopt.reading import Reading, Source
from troth.policy.adopt.sentences import Sentence
from troth.policy.adopt.subjects.sdks import GAP

_NAME = re.compile(r"(?<![\w@/.-])(?=[A-Za-z0-9_.-]*_)[A-Za-z_][A-Za-z0-9_.-]{1,60}(?![\w@/])")
_SESSION = re.compile(
    r"clos\w+ (?:the |your )?browser|browser (?:is )?clos\w+|end of (?:the )?session|session cookie|关闭浏览器|会话(?:结束|期间|级)",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"(?:only )?(?:after|if|once|when) you (?:allow|agree|consent|accept)|with your consent|(?:经|征得|取得)您(?:的)?同意|同意后",
    re.IGNORECASE,
)
_NEEDED = re.compile(
    r"necessary|essential|required|必要|必需|必须|(?:your|the) (?:choice|answer|language|preference)|您的(?:选择|语言|偏好)|(?:界面)?语言",
    re.IGNORECASE,
)
_CONTENT = (
    ("choice", re.compile(r"choice|answer|consent|选择|同意(?!后)", re.IGNORECASE)),
    ("preference", re.compile(r"language|preference|setting|语言|偏好|设置(?!，|后)", re.IGNORECASE)),
    ("random_id", re.compile(r"random|identif|number|counts?\b|statistic|随机|编号|标识|统计", re.IGNORECASE)),
    ("session", re.compile(r"session|log.?in|会话|登录", re.IGNORECASE)),
)  # fmt: skip


def recognise(prose: Prose, reading: Reading) -> None:
    """Read cookies from tables and from sentences that give a name and a lifetime."""
    for table in prose.tables:
        if {"cookie", "kept"} <= set(table.columns) and not {"company", "method"} & set(table.columns):
            for row in table.rows:
                name, about = table.cell(row, "cookie").strip("` "), " ".join(row.cells)
                if name and not GAP.match(name) and " " not in name:
                    _put(name, table.cell(row, "kept"), about, row_source(row), reading)
    for sentence in prose.sentences:
        if "cookies" in sentence.topics or re.search("cookie", sentence.said, re.IGNORECASE):
            _read(prose, sentence, reading)


def _read(prose: Prose, sentence: Sentence, reading: Reading) -> None:
    known = [code for code in sentence.codes if re.fullmatch(r"[A-Za-z_][\w.-]{1,60}", code)]
    hits = [(found.start(), found[0]) for found in _NAME.finditer(sentence.said)]
    hits += [(sentence.said.find(code), code) for code in known if code in sentence.said]
    places = sorted({(place, name) for place, name in hits})
    for number, (place, name) in enumerate(places):
        end = places[number + 1][0] if number + 1 < len(places) else len(sentence.said)
        about = sentence.said[place:end] if len(places) > 1 else sentence.said
        denied = [clause.text for clause in prose.clauses_in(sentence) if clause.stance != "said"]
        if any(name in text for text in denied):
            continue
        _put(name, about, about, Source(sentence.line, sentence.text), reading)
        if reading.get("cookies", name, "lifetime_days") is not None:
            reading.place(sentence)


def _put(name: str, lifetime: str, about: str, source: Source, reading: Reading) -> None:
    spans = [span for _, span in spans_in(lifetime) if span.unit != "hours"]
    if not spans and not _SESSION.search(lifetime):
        return
    days = spans[0].in_browser_days() if spans else 0
    if reading.get("cookies", name, "lifetime_days") is not None:
        return
    reading.put(("cookies", name, "lifetime_days"), days, source)
    by_consent = bool(_CONSENT.search(about))
    reading.put(("cookies", name, "essential"), not by_consent and bool(_NEEDED.search(about)), source)
    content = next((content for content, pattern in _CONTENT if pattern.search(about)), "")
    if by_consent and content == "choice":
        content = "random_id" if _CONTENT[2][1].search(about) else ""
    if content:
        reading.put(("cookies", name, "content"), content, source)
    if by_consent:
        reading.put(("cookies", name, "consent"), True, source)
