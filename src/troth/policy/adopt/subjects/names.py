"""Names of companies as they stand in a text, and what belongs to them (clauses 0 and 11)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

_FORMS = (
    r"Co\.?,? ?Ltd\.?|Pte\.? Ltd\.?|Pty\.? Ltd\.?|Ltd\.?|Limited|Inc\.?|Incorporated|LLC|L\.L\.C\.|LLP|PLC|plc|GmbH(?: & Co\. KG)?"
    r"|AG|KG|B\.?V\.?|N\.?V\.?|Oyj?|AB|A/S|ApS|ASA?|S\.?A\.?S?|S\.?r\.?l\.?|S\.?p\.?A\.?|Corp(?:oration|\.)?|K\.K\.|Sdn\.? Bhd\.?"
)
_WORD = r"(?:[A-Z0-9][\w&'’.-]*|\([A-Z][\w ]{1,30}\)|&|of|and(?= [A-Z]))"
ENGLISH_COMPANY = re.compile(rf"\b[A-Z][\w&'’-]*(?: {_WORD}){{0,7}},? (?:{_FORMS})(?![A-Za-z])")
CHINESE_COMPANY = re.compile(
    "[\u3400-\u9fffA-Za-z0-9·]{2,20}?(?:[（(][\u3400-\u9fffA-Za-z]{1,12}[）)])?[\u3400-\u9fffA-Za-z0-9]{0,20}?"
    "(?:有限责任公司|股份有限公司|集团有限公司|有限公司|股份公司|集团公司)"
)
_LEADING = re.compile(
    "^(?:.*(?:欢迎访问|运营者为|处理者为|公司为|由|是|系|为|及|和|与|向|的|即))(?=[\u3400-\u9fff]{2})"
)
_NO_NAME = re.compile(r"^(?:This|The|Our|Welcome|Thank|These|Please|We|For|In|At|By|From)\s+")


def companies_in(words: str) -> list[tuple[int, int, str]]:
    """Return the company names in some words: start, end and the name."""
    found = []
    for pattern in (ENGLISH_COMPANY, CHINESE_COMPANY):
        for match in pattern.finditer(words):
            name, start = match[0], match.start()
            for leading in (_LEADING, _NO_NAME):
                cut = leading.match(name)
                if cut:
                    name, start = name[cut.end() :], start + cut.end()
            found.append((start, match.end(), name))
    return sorted(found)
