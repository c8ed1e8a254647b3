"""Purposes, facts, forms, cookies and third-party code as lines of the policy file (clauses 2 and 4)."""

from __future__ import annotations

from troth.policy.adopt.reading import Reading, Source, Value
from troth.policy.adopt.sheet import NOT_SAID, Sheet, comment_of, name_of, scalar_of
from troth.policy.adopt.subjects.data_tables import PURPOSE_OF_CLASS, TERM_OF_FORM
from troth.policy.adopt.subjects.field_words import CATEGORIES, KINDS, LABELS
from troth.policy.adopt.subjects.sdks import pieces_of
from troth.policy.known import catalogue

_CHOICE = "how exactly is Troth's choice, the text does not say"


def write_purposes(sheet: Sheet, reading: Reading) -> list[str]:
    """Write the purposes whose reason or basis the text gives; return their keys."""
    purposes = {key: reading.values.get(("purposes", key, "basis")) for key in reading.keys("purposes")}
    consent = reading.values.get(("consent", "statistics"))
    if consent is not None and purposes.get("statistics") is None:
        purposes["statistics"] = consent
    if not purposes:
        sheet.missing(0, "purposes", "{}")
        return []
    sheet.group(0, "purposes", f"{len(purposes)} in the text")
    for key, basis in purposes.items():
        text = reading.values.get(("purposes", key, "text"))
        said = text or basis
        sheet.group(1, key, f"line {said.source.line}" if said else NOT_SAID)
        for name in ("title", "text"):
            sheet.text(2, name, str(text.value) if text else "", text.source if text else None)
        if basis is None:
            sheet.missing(2, "basis", "")
        else:
            word = "consent" if basis is consent else basis.value
            sheet.line(2, f"basis: {word}", comment_of(basis.source))
    return list(purposes)


def write_facts(sheet: Sheet, reading: Reading, purposes: list[str]) -> None:
    """Write the visit facts; purpose and term only where the text gives them."""
    facts = list(reading.below("facts"))
    if not facts:
        sheet.missing(0, "facts", "{}")
        return
    sheet.group(0, "facts", f"{len(facts)} in the text; {_CHOICE}")
    terms = reading.keys("retention", "terms")
    for value in facts:
        key = value.path[1]
        known = catalogue()[key]
        precision = known.default if known.default != "off" else known.precisions[0]
        kinds = reading.keys("fact_class", key) or ["visits"]
        aims = [aim for kind in kinds if (aim := PURPOSE_OF_CLASS.get(kind, kind)) in purposes]
        kept = next((kind for kind in kinds if kind in terms), None)
        rest = f", retention: {kept}" if kept else ""
        sheet.line(
            1, f"{key}: {{precision: {precision}, purposes: [{', '.join(aims)}]{rest}}}", comment_of(value.source)
        )


def write_forms(sheet: Sheet, reading: Reading, purposes: list[str]) -> None:
    """Write forms and fields; a field is required only where the text does not leave it free."""
    forms = reading.keys("forms")
    if not forms:
        sheet.line(0, "forms: {}", NOT_SAID)
        return
    sheet.group(0, "forms", f"{len(forms)} in the text")
    is_chinese = reading.get("language") == "zh-CN"
    for form in forms:
        fields = list(reading.below("forms", form))
        kind = TERM_OF_FORM.get(form, form)
        purpose = PURPOSE_OF_CLASS.get(kind, kind)
        sheet.group(1, form, comment_of(fields[0].source))
        sheet.text(2, "title", "", None)
        sheet.line(2, f"purpose: {purpose if purpose in purposes else scalar_of('')}", _where(purpose in purposes))
        is_kept = kind in reading.keys("retention", "terms")
        sheet.line(2, f"retention: {kind if is_kept else scalar_of('')}", _where(is_kept))
        sheet.group(2, "fields", f"line {fields[0].source.line}")
        for value in fields:
            sheet.line(3, _field(sheet, value, is_chinese), comment_of(value.source))


def _where(is_known: bool) -> str:
    return "see there" if is_known else NOT_SAID


def _field(sheet: Sheet, value: Value, is_chinese: bool) -> str:
    key = value.path[2]
    label = sheet.in_language(LABELS[key][0 if is_chinese else 1])
    return f"{key}: {{label: {label}, category: {CATEGORIES[key]}, kind: {KINDS.get(key, 'text')}}}"


def write_cookies(sheet: Sheet, reading: Reading, purposes: list[str]) -> None:
    """Write the cookies that the text names with a lifetime."""
    names = reading.keys("cookies")
    if not names:
        sheet.line(0, "cookies: {}", NOT_SAID)
        return
    sheet.group(0, "cookies", f"{len(names)} in the text")
    for name in names:
        life = reading.values["cookies", name, "lifetime_days"]
        owner = _owner(reading, life.source)
        by_consent = reading.get("cookies", name, "consent") and "statistics" in purposes
        sheet.group(1, name, f"line {life.source.line}")
        sheet.line(2, f"party: {'third' if owner else 'first'}", comment_of(life.source))
        sheet.line(2, f"purpose: {'statistics' if by_consent else scalar_of('')}", _where(bool(by_consent)))
        sheet.line(2, f"set_by: {scalar_of(owner or 'site')}", comment_of(life.source))
        sheet.value(2, "lifetime_days", life)
        sheet.value(2, "content", reading.values.get(("cookies", name, "content")), empty="")
        sheet.value(2, "essential", reading.values.get(("cookies", name, "essential")), empty="false")
        sheet.text(2, "text", life.source.text, life.source)


def _owner(reading: Reading, source: Source) -> str:
    """Return the key of the third-party code that a sentence names as the one who sets a cookie."""
    names = [(number, key) for number, key in enumerate(reading.keys("sdks"), 1) if key in source.text]
    return sdk_key(*names[0]) if names else ""


def sdk_key(number: int, product: str) -> str:
    """Return a key for a product: its name in small letters, or its number where it has none of ours."""
    words = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in product.lower()).strip("_")
    return words if words[:1].isalpha() else f"sdk_{number}"


def write_sdks(sheet: Sheet, reading: Reading, purposes: list[str]) -> None:
    """Write the rows of the published table with its seven columns."""
    products = reading.keys("sdks")
    if not products:
        sheet.line(0, "sdks: {}", NOT_SAID)
        return
    sheet.group(0, "sdks", f"{len(products)} in the text")
    for number, product in enumerate(products, 1):
        _write_sdk(sheet, reading, product, sdk_key(number, product))


def _write_sdk(sheet: Sheet, reading: Reading, product: str, key: str) -> None:
    values = {name: reading.values.get(("sdks", product, name)) for name in ("product", "scene", "method", "company")}
    sheet.group(1, name_of(key).strip('"'), f"line {next(reading.below('sdks', product)).source.line}")
    for name, value in values.items():
        sheet.text(2, name, str(value.value) if value else "", value.source if value else None)
    aim = reading.values.get(("sdks", product, "purpose"))
    sheet.line(
        2, 'purpose: ""', comment_of(aim.source, f"says “{aim.value}”, no purpose of this file") if aim else NOT_SAID
    )
    data = reading.values.get(("sdks", product, "data"))
    facts = [(value.path[3], value.source) for value in reading.below("sdks", product, "facts")]
    others = [(piece, data.source) for piece in pieces_of(str(data.value))] if data else []
    sheet.listed(2, "data", [*facts, *others])
    sheet.value(2, "statement_url", reading.values.get(("sdks", product, "statement")))
    sheet.missing(2, "hosts", "[]")
    sheet.value(2, "egress", reading.values.get(("sdks", product, "egress")), empty="")
    sheet.text(2, "retention", "", None)
