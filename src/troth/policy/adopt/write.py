"""Write what was read as a policy file: each line names its sentence, what is not said stays empty (clause 0)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from msgspec import Struct

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading, Source
from troth.policy.adopt.sheet import Sheet
from troth.policy.adopt.write_collected import write_cookies, write_facts, write_forms, write_purposes, write_sdks
from troth.policy.adopt.write_text import title_of, write_clauses
from troth.policy.words import Right, SharingCase


class Written(Struct, frozen=True):
    """A policy file as text, and the keys the text left empty."""

    text: str
    left_out: tuple[str, ...]


_TOP = (
    "# Read out of a text by `troth adopt`. Every line names where it comes from; what the text leaves out is empty.",
    "# Troth decided nothing here but what a comment calls its choice. It is no legal advice.",
)


def write_policy(prose: Prose, reading: Reading, laws: Sequence[str] = ()) -> Written:
    """Return the policy file. `laws`: named by whoever runs the command, where the text names none."""
    sheet = Sheet(prose.language)
    _write_head(sheet, prose, reading, laws)
    purposes = write_purposes(sheet, reading)
    write_facts(sheet, reading, purposes)
    write_forms(sheet, reading, purposes)
    write_cookies(sheet, reading, purposes)
    write_sdks(sheet, reading, purposes)
    _write_recipients(sheet, reading)
    _write_cases(sheet, reading)
    _write_retention(sheet, reading)
    _write_promises(sheet, reading)
    _write_contact(sheet, reading)
    write_clauses(sheet, prose)
    return Written("\n".join([*_TOP, *sheet.lines]) + "\n", tuple(sheet.left_out))


def _write_head(sheet: Sheet, prose: Prose, reading: Reading, laws: Sequence[str]) -> None:
    values = reading.values
    sheet.line(0, "troth: 1", "the version of this format")
    sheet.group(0, "policy", "which policy this is")
    sheet.missing(1, "id")
    sheet.missing(1, "version")
    sheet.value(1, "issued", values.get(("issued",)), empty="")
    sheet.value(1, "effective", values.get(("effective",)), empty="")
    sheet.line(1, f"languages: [{prose.language}]", "the language of the text")
    sheet.missing(1, "time_zone")
    title = title_of(prose)
    sheet.text(1, "title", title.text if title else "", title)
    sheet.group(0, "controller", "who decides why and how")
    _text(sheet, reading, 1, "name", ("controller", "name"))
    _text(sheet, reading, 1, "address", ("controller", "address"))
    sheet.value(1, "email", values.get(("contact", "email")))
    sheet.value(1, "phone", values.get(("contact", "phone")))
    _write_scope(sheet, reading)
    named = [(value.path[1], value.source) for value in reading.below("law")]
    if named or not laws:
        sheet.listed(0, "law", named)
    else:
        sheet.line(0, f"law: [{', '.join(laws)}]", "named by whoever ran `troth adopt`, not by the text")
    _write_storage(sheet, reading)


def _write_scope(sheet: Sheet, reading: Reading) -> None:
    sheet.group(0, "scope", "which sites and pages it is for")
    hosts = [value.value for value in reading.below("scope")]
    sources = [value.source for value in reading.below("scope")]
    origins = [host if "://" in host else f"https://{host}" for host in hosts]
    sheet.listed(1, "origins", list(zip(origins, sources, strict=True)))
    sheet.missing(1, "routes", "[]")
    sheet.text(1, "links", "", None)


def _write_storage(sheet: Sheet, reading: Reading) -> None:
    sheet.group(0, "storage", "where everything is stored")
    sheet.value(1, "location", reading.values.get(("storage", "location")))
    sheet.value(1, "abroad", reading.values.get(("storage", "abroad")), empty="")
    grounds = [(value.path[1], value.source) for value in reading.below("abroad_when")]
    if grounds:
        sheet.listed(1, "abroad_when", grounds)
    if ("abroad_needs",) in reading.values:
        sheet.value(1, "abroad_needs", reading.values["abroad_needs",])


def _write_recipients(sheet: Sheet, reading: Reading) -> None:
    named = list(reading.below("recipients"))
    if not named:
        sheet.missing(0, "recipients", "{}")
        return
    sheet.group(0, "recipients", f"{len(named)} in the text")
    for number, value in enumerate(named, 1):
        sheet.group(1, f"recipient_{number}", f"line {value.source.line}")
        sheet.text(2, "name", value.path[1], value.source)
        for key in ("contact", "purpose"):
            sheet.missing(2, key)
        sheet.text(2, "method", "", None)
        sheet.missing(2, "categories", "[]")
        sheet.value(2, "role", value)


def _write_cases(sheet: Sheet, reading: Reading) -> None:
    bases = [(value.path[1], value.source) for value in reading.below("bases") if value.path[1] != "consent"]
    sheet.listed(0, "bases", bases)
    cases = [
        (value.path[1], value.source) for value in reading.below("sharing") if value.path[1] in get_args(SharingCase)
    ]
    sheet.listed(0, "sharing", cases)


def _write_retention(sheet: Sheet, reading: Reading) -> None:
    shortest = reading.values.get(("promises", "shortest_necessary"))
    criteria = [(value.path[2], value.source) for value in reading.below("retention", "criteria")]
    if shortest or criteria:
        sheet.group(0, "keeping", "what the text says of terms in general")
        if shortest:
            sheet.value(1, "shortest_necessary", shortest)
        if criteria:
            sheet.listed(1, "longest_of", criteria)
    terms = [value for value in reading.below("retention", "terms") if value.path[2] != "longest"]
    if not terms:
        sheet.missing(0, "retention", "{}")
        return
    after = list(reading.below("retention", "after"))
    sheet.group(0, "retention", f"{len(terms)} in the text")
    for value in terms:
        _write_term(
            sheet,
            value.path[2],
            value.value,
            value.source,
            after[0].path[2] if after else "",
            after[0].source if after else None,
        )


def _write_term(sheet: Sheet, kind: str, term: str, source: Source, after: str, ended: Source | None) -> None:
    from troth.policy.adopt.amounts import spans_in
    from troth.policy.adopt.sheet import comment_of

    is_law = kind == "network_log"
    days = spans_in(term)[0][1].in_days(at_least=is_law)
    sheet.group(1, kind, f"line {source.line}")
    sheet.line(2, f"class: {kind}", "Troth's word for what the line speaks of")
    sheet.group(2, "criteria", f"line {source.line}")
    sheet.line(3, f"{'special' if is_law else 'function'}_days: {days}", comment_of(source, f"{term} in days"))
    if ended is None:
        sheet.missing(2, "after", "")
    else:
        sheet.line(2, f"after: {after}", comment_of(ended))
    sheet.text(2, "text", term, source)


def _write_promises(sheet: Sheet, reading: Reading) -> None:
    values = reading.values
    child = values.get(("child_under",))
    sheet.group(0, "minors", "how children are protected")
    sheet.value(1, "audience", values.get(("minors", "audience")), empty="")
    sheet.text(1, "text", child.source.text if child else "", child.source if child else None)
    for key in ("child_under", "found_delete_within_hours"):
        if (key,) in values:
            sheet.value(1, key, values[key,])
        else:
            sheet.leave_out(1, f"{key} ({_DEFAULT})")
    sheet.group(0, "rights", "what people may ask for")
    offered = [(value.path[1], value.source) for value in reading.below("rights") if value.path[1] in get_args(Right)]
    sheet.text(1, "text", offered[0][1].text if offered else "", offered[0][1] if offered else None)
    sheet.listed(1, "offers", offered)
    for key in ("reply_working_days", "extension_max_working_days"):
        if (key,) in values:
            sheet.value(1, key, values[key,])
        else:
            sheet.leave_out(1, f"{key} ({_DEFAULT})" if key == "reply_working_days" else key)
    sheet.group(0, "security", "the measures the text promises")
    measures = list(reading.below("measures"))
    if not measures:
        sheet.missing(1, "measures", "[]")
    else:
        sheet.group(1, "measures", f"{len(measures)} in the text")
    for measure in measures:
        sheet.line(2, f"- {sheet.in_language(measure.path[1])}", f"line {measure.source.line}")
    if ("promises", "deemed") in values:
        sheet.group(0, "consent", "what the text takes for a yes")
        sheet.value(1, "deemed", values["promises", "deemed"])


def _write_contact(sheet: Sheet, reading: Reading) -> None:
    values = reading.values
    sheet.group(0, "contact", "where questions, requests and complaints go")
    sheet.value(1, "email", values.get(("contact", "email")))
    sheet.value(1, "phone", values.get(("contact", "phone")))
    _text(sheet, reading, 1, "address", ("contact", "address"))
    complaint = values.get(("rights", "complain"))
    if complaint:
        sheet.text(1, "complaint", complaint.source.text, complaint.source)
    else:
        sheet.leave_out(1, "complaint")
    sheet.group(0, "changes", "how a new version is announced")
    said = next((values[key] for key in (("changes", "notice"), ("changes", "continued_use")) if key in values), None)
    sheet.text(1, "text", said.source.text if said else "", said.source if said else None)
    days = values.get(("changes", "notice_days"))
    if days is not None:
        sheet.value(1, "notice_days", days)
    else:
        sheet.line(1, "notice_days: 0", f"{_NO_DAYS}")
        sheet.leave_out(1, "notice_days")
    if ("promises", "keeps_rights") in values:
        sheet.value(1, "keeps_rights", values["promises", "keeps_rights"])
    if ("changes", "continued_use") in values:
        sheet.value(1, "continued_use", values["changes", "continued_use"])


_DEFAULT = "the file's default holds until you write one"
_NO_DAYS = "not in the text, so no days are promised"


def _text(sheet: Sheet, reading: Reading, indent: int, key: str, path: tuple[str, ...]) -> None:
    value = reading.values.get(path)
    sheet.text(indent, key, str(value.value) if value else "", value.source if value else None)
