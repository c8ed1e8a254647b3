"""What is wrong with the prose: lists that break off, references to nowhere, gaps, open ends (clauses 0 to 12)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re
from collections.abc import Iterator

from troth.policy.adopt.book import PROSE_RULES, prose_finding
from troth.policy.adopt.numbering import head_number
from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.sections import CLAUSES
from troth.policy.adopt.sentences import Sentence
from troth.policy.adopt.subjects.sdks import GAP
from troth.policy.findings import Finding

_REFERENCE = re.compile(
    r"\b(Section|Article|Chapter|Clause|Part)\s+(\d{1,2}|[IVX]{1,5})\b(?!\s+of\s+(?!this))|(?<!》)第\s*([一二三四五六七八九十\d]{1,3})\s*([条章节])(?!第)",
    re.IGNORECASE,
)
_SEE = re.compile(
    r"\b[Ss]ee (?P<en>[A-Z]\w+(?: [A-Z]\w+){0,3}) for (?:more )?details|(?:详见|参见|请见|请参阅)[“「『《](?P<zh>[^”」』》]{1,30})[”」』》]"
)
_SELF = re.compile(
    r"\bthis (?:privacy |personal information (?:protection )?)?(policy|statement|notice|agreement|declaration)\b|本(?:隐私|个人信息(?:保护|处理)?)?(政策|声明|规则|协议|指引|条款)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\[([^\[\]]{0,60})\]|【([^【】]{0,60})】")
_DATE_LIKE = re.compile(r"\d{1,4}\s*(?:年|[A-Z][a-z]{2,8}|[-/.]\d)|[A-Z][a-z]{2,8} \d")
_EARLIER = re.compile(
    r"(?:previous|earlier|former|past|older|prior|archived) versions?|version history|archive|历史版本|以往版本|历次|旧版|过往版本|版本记录",
    re.IGNORECASE,
)
_OTHER_LANGUAGE = re.compile(r"Chinese (?:version|original|text)|[\u3400-\u9fff]")
_WHOLE = re.compile("[A-Z\u3400-\u9fff].*[.。:：!]$", re.DOTALL)
_TEMPLATE_CELL = re.compile(r"[\[【].*[\]】]", re.DOTALL)
_LEAST_BRACKETED = 3
_LEAST_LEAD = {True: 8, False: 24}
_ROMAN = {"I": 1, "V": 5, "X": 10}


def prose_findings(prose: Prose, reading: Reading) -> list[Finding]:
    """Return the findings about the prose in the order of its lines."""
    found = [
        *_cut_off_lists(prose),
        *_references(prose),
        *_styles(prose),
        *_gaps(prose),
        *_remarks(reading),
        *_missing(prose, reading),
    ]
    unique = {(finding.rule, finding.line, finding.what): finding for finding in found}
    return sorted(unique.values(), key=lambda finding: (finding.line, finding.rule))


def _cut_off_lists(prose: Prose) -> Iterator[Finding]:
    for sentence in prose.sentences:
        is_long = len(sentence.said) >= _LEAST_LEAD[sentence.is_chinese]
        if (
            is_long
            and re.search(r"[:：]$", sentence.said)
            and not prose.items_of(sentence)
            and _nothing_follows(prose, sentence)
        ):
            topic = next((CLAUSES[topic] for topic in sentence.topics if topic in CLAUSES), 0)
            rule = f"A{topic}-01" if f"A{topic}-01" in PROSE_RULES and topic in (6, 7, 8, 10) else "A0-01"
            yield prose_finding(
                rule, sentence.line, f"the list after “{_short(sentence.text, from_end=True)}” is missing"
            )


def _nothing_follows(prose: Prose, sentence: Sentence) -> bool:
    """Is there no list, table or line of a list behind the block of this sentence?"""
    later = prose.blocks[sentence.block + 1 : sentence.block + 2]
    if not prose.blocks[sentence.block].text.endswith((":", "：")):
        return False
    if not later or later[0].kind == "heading":
        return True
    if later[0].kind != "text":
        return False
    return later[0].line > sentence.line + 1 and bool(_WHOLE.match(later[0].text))


def _references(prose: Prose) -> Iterator[Finding]:
    numbers = [_number(head_number(heading.text)) for heading in prose.headings]
    last = max((number for number in numbers if number), default=0)
    titles = " ".join(heading.text for heading in prose.headings).casefold()
    for sentence in prose.sentences:
        for found in _REFERENCE.finditer(sentence.text):
            number = _number(found[2] or found[3])
            if last and number and number > last:
                yield prose_finding("A0-02", sentence.line, f"“{found[0]}” is not part of this text")
        for found in _SEE.finditer(sentence.text):
            name = (found["en"] or found["zh"] or "").strip()
            if name.casefold() not in titles and not sentence.links and not _REFERENCE.search(name):
                yield prose_finding(
                    "A0-02",
                    sentence.line,
                    f"“{found[0]}” leads nowhere: no part of the text is called “{name}” and there is no link",
                )


def _number(words: str | None) -> int:
    from troth.policy.adopt.numbering import number_of

    said = re.sub(r"[^\dIVX一二三四五六七八九十]", "", words or "")
    if said and set(said) <= set(_ROMAN):
        values = [_ROMAN[sign] for sign in said]
        return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))
    return number_of(said) or 0 if said else 0


def _styles(prose: Prose) -> Iterator[Finding]:
    references: dict[str, tuple[int, str]] = {}
    names: dict[str, tuple[int, str]] = {}
    for sentence in prose.sentences:
        for found in _REFERENCE.finditer(sentence.text):
            if found[1]:
                style = f"{found[1].title()} {'I' if found[2].isalpha() else '1'}"
                references.setdefault(style, (sentence.line, found[0]))
        for found in _SELF.finditer(sentence.said):
            names.setdefault((found[1] or found[2]).lower(), (sentence.line, found[0]))
    for rule, said in (("A0-03", references), ("A0-04", names)):
        if len(said) > 1:
            ways = ", ".join(f"“{words}” (line {line})" for line, words in said.values())
            what = (
                "parts of the text are called in several ways"
                if rule == "A0-03"
                else "the text calls itself by several names"
            )
            yield prose_finding(rule, min(line for line, _ in said.values()), f"{what}: {ways}")


def _gaps(prose: Prose) -> Iterator[Finding]:
    for sentence in prose.sentences:
        for found in _BRACKETS.finditer(sentence.text):
            words = (found[1] if found[1] is not None else found[2]).strip()
            if not words.isdigit() and (not words or GAP.match(words) or _DATE_LIKE.search(words)):
                yield prose_finding("A0-05", sentence.line, f"“{found[0]}” stands as a template left it")
    for table in prose.tables:
        for row in table.rows:
            bracketed = [cell for cell in row.cells if _TEMPLATE_CELL.fullmatch(cell.strip())]
            if len(bracketed) >= _LEAST_BRACKETED:
                yield prose_finding(
                    "A0-05",
                    row.line,
                    f"{len(bracketed)} cells of the row “{_short(row.cells[0])}” stand in the brackets of a template",
                )


def _remarks(reading: Reading) -> Iterator[Finding]:
    for remark in reading.remarks:
        line, words = remark.source.line, _short(remark.words)
        if remark.kind == "duplicate":
            yield prose_finding("A2-01", line, f"the fact “{words}” stands in the list twice")
        elif remark.kind == "open_end":
            yield prose_finding("A2-02", line, f"“{words}” has no end")
        elif remark.kind == "conflict":
            yield prose_finding("A12-01", line, f"the text says two things: {remark.words}")
    for value in reading.below("unread"):
        yield prose_finding(
            "A0-06", value.source.line, f"the picture {value.path[1]} “{_short(value.value)}” was not read"
        )


def _missing(prose: Prose, reading: Reading) -> Iterator[Finding]:
    last = prose.all[-1].line if prose.all else 1
    text = "".join(sentence.text for sentence in prose.all)
    links = " ".join(link for block in prose.blocks for link in block.links)
    if reading.get("contact", "email") is None and reading.get("contact", "phone") is None:
        place = next((s.line for s in prose.sentences if "contact" in s.topics and re.search(r"mail|邮", s.said)), last)
        yield prose_finding("A11-01", place, "the text gives no e-mail address and no phone number")
    if not _EARLIER.search(text):
        changes = next((s.line for s in prose.all if "changes" in s.topics), last)
        yield prose_finding("A10-02", changes, "the text does not say where its earlier versions are")
    is_about_china = reading.get("storage", "location") == "CN"
    if (
        prose.language == "en"
        and is_about_china
        and not _OTHER_LANGUAGE.search(text)
        and not re.search(r"zh|cn/|中文", links)
    ):
        yield prose_finding("A0-07", 1, "the text is in English only and links to no Chinese one")


def _short(words: str, most: int = 60, from_end: bool = False) -> str:
    if len(words) <= most:
        return words
    return f"…{words[-most:]}" if from_end else f"{words[:most]}…"
