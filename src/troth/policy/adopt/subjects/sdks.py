"""Third-party code: the rows of the published table, and products that the text names with their company (C2.3-03)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.prose import Prose, Table, row_source
from troth.policy.adopt.read import Row
from troth.policy.adopt.reading import Reading, Source
from troth.policy.adopt.subjects.fact_words import facts_in

COLUMNS = ("product", "purpose", "scene", "data", "method", "company", "statement")
_BRACKETED = re.compile(r"^\s*[\[【](.*?)[\]】]\s*$", re.DOTALL)
GAP = re.compile(
    r"^[\[【(（<{\s]*(?:待?补充|待定|待填写?|待完善|请填写.*|to be (?:completed|added|determined|supplied)|to come|TB[ACD]|xx+|\.{2,}|…+|_+|-+|n/?a|/)?[\]】)）>}\s]*$",
    re.IGNORECASE,
)  # fmt: skip
_NOTHING_LEAVES = re.compile(
    r"no data[^.]*shar|nothing is (?:shared|sent|passed)|not shared|(?:不|未)(?:涉及|进行|会)?(?:数据|信息)?(?:的)?(?:共享|传输|上传|外传)",
    re.IGNORECASE,
)
_LEAVES = re.compile(r"upload|sen[dt]|transmit|report(?:s|ed) to|上传|发送|上报|传输|传给|回传", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s，。；、)）\]】<>\"]+")
_INLINE = (
    re.compile(r"(?P<product>[A-Z][\w&.-]*(?: [A-Z][\w&.-]*){0,4}) \((?P<company>[A-Z][^(),]{2,60}), (?P<url>https?://[^\s)]+)\)"),
    re.compile(r"(?P<product>[\u3400-\u9fffA-Za-z0-9]{2,16}?)（(?P<company>[^（），]{4,30}(?:（[^）]+）)?[^（），]*公司)[，,]\s*(?P<url>https?://[^\s）]+)）"),
)  # fmt: skip
_GETS = r"(?:then |also |会|将)?\s*(?:receives?|collects?|gets?|obtains?|收集|获取|接收|获得)"


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the rows of tables with a product and a company, then products that sentences name."""
    for table in prose.tables:
        if "product" in table.columns and {"company", "method", "scene"} & set(table.columns):
            for row in table.rows:
                _read_row(table, row, reading)
    for sentence in prose.sentences:
        for pattern in _INLINE:
            for found in pattern.finditer(sentence.text):
                stances = {clause.stance for clause in prose.clauses_in(sentence) if found["product"] in clause.text}
                if "said" in stances:
                    _read_inline(found, sentence.line, prose, reading, sentence.text)


def bare(cell: str) -> str:
    """Return the words of a cell without the brackets that a template left around them."""
    found = _BRACKETED.match(cell)
    return (found[1] if found else cell).strip()


def pieces_of(cell: str) -> list[str]:
    """Return the kinds of information a cell names that are no visit facts, in its own words."""
    pieces = [piece.strip(" .。") for piece in re.split("[,，、;；]", cell)]
    return [piece for piece in pieces if piece and not facts_in(piece)[0]]


def _read_row(table: Table, row: Row, reading: Reading) -> None:
    source, cells = row_source(row), {name: table.cell(row, name) for name in COLUMNS}
    if GAP.match(cells["product"]) or all(GAP.match(cell) for name, cell in cells.items() if name != "product"):
        reading.put(("placeholders", "sdk table"), " | ".join(row.cells), source)
        return
    key = bare(cells["product"])
    for name, cell in cells.items():
        words = "" if GAP.match(cell) else bare(cell)
        if name == "statement":
            address = _ADDRESS.search(words)
            words = address[0] if address else ""
        if words:
            reading.put(("sdks", key, name), words, source)
    for fact in facts_in(bare(cells["data"]))[0]:
        reading.put(("sdks", key, "facts", fact), True, source)
    _egress(key, cells["method"], source, reading)


def _egress(key: str, method: str, source: Source, reading: Reading) -> None:
    if _NOTHING_LEAVES.search(method):
        reading.put(("sdks", key, "egress"), "none", source)
    elif _LEAVES.search(method):
        reading.put(("sdks", key, "egress"), "declared", source)


def _read_inline(found: re.Match[str], line: int, prose: Prose, reading: Reading, text: str) -> None:
    key, source = found["product"], Source(line, text)
    reading.put(("sdks", key, "product"), key, source)
    reading.put(("sdks", key, "company"), found["company"], source)
    reading.put(("sdks", key, "statement"), found["url"], source)
    gets = re.compile(rf"{re.escape(key)}[^.。，,]{{0,10}}?{_GETS}", re.IGNORECASE)
    for clause in prose.with_stance("said"):
        hit = gets.search(clause.text)
        if hit:
            for fact in facts_in(clause.text[hit.end() :])[0]:
                reading.put(("sdks", key, "facts", fact), True, clause)
                reading.put(("sdks", key, "egress"), "declared", clause)
