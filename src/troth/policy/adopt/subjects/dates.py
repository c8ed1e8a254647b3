"""When a policy was made and from when it holds (clause 12)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re
from datetime import date

from troth.policy.adopt.amounts import days_in
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.sentences import Sentence

_AFTER = (
    ("effective", re.compile(r"^\s*[\]）)】]?\s*(?:起)?(?:正式)?(?:生效|施行|实施|执行)(?!日|时间|[:：])")),
    ("issued", re.compile(r"^\s*[\]）)】]?\s*(?:起)?(?:制定|发布|公布|更新|修订|颁布)(?!日|时间|[:：])")),
)
_BEFORE = (
    ("effective", re.compile(r"effective|in force|takes? effect|comes? into|applies from|valid from|生效|施行|实施|执行", re.IGNORECASE)),
    ("issued", re.compile(r"releas|publish|updated|made on|formulated|issued|adopted|revis|dated|发布|公布|制定|版本|更新|修订|颁布", re.IGNORECASE)),
)  # fmt: skip
_REACH = 60


def recognise(prose: Prose, reading: Reading) -> None:
    """Read both days; where a text gives several of one kind, the latest counts."""
    found: dict[str, list[tuple[date, Sentence]]] = {"issued": [], "effective": []}
    for sentence in prose.all:
        before = 0
        for start, end, day in days_in(sentence.text):
            label = _label(sentence.text[max(before, start - _REACH) : start], sentence.text[end : end + 12])
            if label:
                found[label].append((day, sentence))
            before = end
    for label, days in found.items():
        if days:
            latest = max(day for day, _ in days)
            for day, sentence in days:
                if day == latest:
                    reading.put((label,), latest, sentence)
                else:
                    reading.remark("conflict", f"{label}: {day} and {latest}", sentence)


def _label(left: str, right: str) -> str:
    """Return which day it is: the word after it in Chinese, the last one before it otherwise."""
    for label, pattern in _AFTER:
        if pattern.search(right):
            return label
    last = {label: max((hit.end() for hit in pattern.finditer(left)), default=-1) for label, pattern in _BEFORE}
    label = max(last, key=lambda name: last[name])
    return label if last[label] >= 0 else ""
