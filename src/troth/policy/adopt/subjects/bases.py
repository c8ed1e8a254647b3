"""The cases in which a policy says it needs no consent, and the bases it names (clause 3)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.sentences import Sentence

# Most special first: the first one that fits an item names it.
_WORDS: tuple[tuple[str, str], ...] = (
    ("national_security", r"national (?:security|defen[cs]e)|国家安全|国防安全"),
    ("criminal_justice", r"criminal|刑事|(?:犯罪)?侦查"),
    ("emergency", r"public health|emergenc|突发公共卫生|紧急情况"),
    ("lawfully_public", r"(?:lawful|legal)(?:ly)? (?:public|disclos|made public)|public sources|合法公开(?:披露)?|已经合法公开"),
    ("public_interest_news", r"news report|opinion|journalis|舆论监督|新闻报道.{0,12}公共利益|公共利益.{0,12}新闻报道"),
    ("self_published", r"(?:made|disclos\w*|publish\w*)[^.;]*\b(?:public\b[^.;]*)?by (?:you|yourself|the (?:person|subject))|(?:you|yourself) (?:have )?(?:made|published|disclosed)|made[^.;]* public yourself|自行(?:向社会公众)?公开"),
    ("academic_statistics", r"academic|research institution|学术研究|学术(?:研究)?机构|统计或学术"),
    ("vital_interests", r"(?:life|lives|property|vital|rights)[^.;]*(?:consent (?:is|was)?|difficult|hard)|vital interest|生命[^。；]*(?:难|无法)[^。；]*(?:同意|授权)|重大合法权益"),
    ("stable_operation", r"(?:safe|secure|stable|stability)[^.;]*(?:operat|service|product|stable)|faults?|安全稳定运行|(?:发现|处置)[^。；]*故障"),
    ("contract", r"\bcontracts?\b|合同"),
    ("other_law", r"other (?:situations?|cases?|circumstances?)|(?:其他|其它)情[形况]|另有规定"),
    ("statutory_duty", r"(?:statutory|legal) (?:duty|duties|obligation)|(?:obligations?|duties|duty) (?:under|set by|in|imposed by) (?:the )?law|法定(?:职责|义务)|法律法规规定的义务|法律义务"),
    ("consent", r"\bconsent\b|同意"),
)  # fmt: skip
_COMPILED = tuple((basis, re.compile(words, re.IGNORECASE)) for basis, words in _WORDS)
_SELF = dict(_COMPILED)["self_published"]
_LEAD = re.compile(
    r"(?:without|not (?:\w+ ){0,3}(?:require|need|obtain|ask for)\w*|no|need not[^.]*) (?:\w+ ){0,4}?(?:authori[sz]ation and )?consent"
    r"|(?:无需|无须|不需要?|不必|可以?不(?:经|征得|取得)|免于)[^。；：:]{0,16}(?:同意|授权)|(?:同意|授权)(?:同意)?的例外",
    re.IGNORECASE,
)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the items of every list that is opened by words like "without your consent"."""
    for sentence in prose.sentences:
        lead = sentence.lead
        if lead is None or not _LEAD.search(lead.said):
            continue
        reading.put(("without_consent",), True, lead)
        if prose.clauses_in(sentence)[-1].own == "denied" and _denies_itself(sentence):
            continue
        basis = basis_in(sentence.said)
        if basis and basis != "consent":
            reading.put(("bases", basis), True, sentence)
            if basis == "lawfully_public" and _SELF.search(sentence.said):
                reading.put(("bases", "self_published"), True, sentence)
        else:
            reading.remark("unknown_basis", sentence.text, sentence)
    consent = reading.values.get(("consent", "statistics"))
    if consent and not any(reading.below("bases")):
        reading.put(("bases", "consent"), True, consent.source)


def _denies_itself(sentence: Sentence) -> bool:
    """Does the item begin with a denial ("we do not rely on …")? Inside an item it is part of the case."""
    return bool(
        re.match(
            r"(?:we|it) (?:do|does|will|is|are) not\b|(?:我们)?(?:不|并非)(?:适用|依据|依赖|以)",
            sentence.said,
            re.IGNORECASE,
        )
    )


def basis_in(words: str) -> str:
    """Return the basis that a case describes, or ""."""
    return next((basis for basis, pattern in _COMPILED if pattern.search(words)), "")


def cell_basis(words: str) -> str:
    """Return the basis that a cell of a table names, or ""."""
    for basis, pattern in _COMPILED:
        if basis in ("consent", "contract", "statutory_duty") and pattern.search(words):
            return basis
    return basis_in(words)
