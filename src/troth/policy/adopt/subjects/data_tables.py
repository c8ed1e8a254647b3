"""Tables that say what is held, why, on which basis and for how long, row by row (clauses 2, 3 and 5)."""

# ruff: noqa: E501 - a pattern is one line, as long as it takes

from __future__ import annotations

import re

from troth.policy.adopt.amounts import spans_in
from troth.policy.adopt.prose import Prose, Table, row_source
from troth.policy.adopt.read import Row
from troth.policy.adopt.reading import Reading
from troth.policy.adopt.subjects.bases import cell_basis
from troth.policy.adopt.subjects.facts import read_fact_cell
from troth.policy.adopt.subjects.forms import read_form_cell

_LOG = re.compile(r"\b(?:server|network|access) logs?\b|日志", re.IGNORECASE)
_RETURNING = {"is_first", "prev_visit", "freq"}
TERM_OF_FORM = {"contact": "enquiries", "application": "applications"}
PURPOSE_OF_CLASS = {
    "visits": "statistics", "returning": "returning", "enquiries": "respond", "applications": "recruiting", "network_log": "security",
}  # fmt: skip
_SAME = re.compile(r"同上|as above|ditto|〃", re.IGNORECASE)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read every table that has a column of what is held and one that says something about it."""
    for table in prose.tables:
        what = next((name for name in ("what", "data") if name in table.columns), "")
        is_other = {"product", "company", "cookie"} & set(table.columns)
        if what and not is_other and {"kept", "basis", "purpose"} & set(table.columns):
            above = ""
            for row in table.rows:
                above = _read(table, row, what, above, reading)


def _read(table: Table, row: Row, what: str, above: str, reading: Reading) -> str:
    source, words = row_source(row), " ".join((table.cell(row, "form"), table.cell(row, what))).strip()
    form = "" if _LOG.search(words) else read_form_cell(words, source, reading)
    facts = [] if form else read_fact_cell(words, source, reading)
    kind = _class(words, form, facts)
    if not kind:
        reading.remark("unread_row", words, source)
        return above
    for fact in facts:
        reading.put(("fact_class", fact, kind), True, source)
    spans = spans_in(table.cell(row, "kept"))
    if spans:
        reading.put(("retention", "terms", kind), str(spans[0][1]), source)
    basis = cell_basis(table.cell(row, "basis"))
    if basis:
        reading.put(("bases", basis), True, source)
        reading.put(("purposes", PURPOSE_OF_CLASS.get(kind, kind), "basis"), basis, source)
    why = table.cell(row, "purpose")
    why = above if _SAME.fullmatch(why.strip()) else why
    if why and reading.get("purposes", PURPOSE_OF_CLASS.get(kind, kind), "text") is None:
        reading.put(("purposes", PURPOSE_OF_CLASS.get(kind, kind), "text"), why, source)
    return why


def _class(words: str, form: str, facts: list[str]) -> str:
    if _LOG.search(words):
        return "network_log"
    if form:
        return TERM_OF_FORM.get(form, form)
    if facts:
        return "returning" if set(facts) <= _RETURNING else "visits"
    return ""
