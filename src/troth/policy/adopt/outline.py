"""What was read, in the words of the policy file: the short form that people and tests compare (clause 0)."""

from __future__ import annotations

from typing import Any

from troth.policy.adopt.reading import Reading

_SINGLE = (
    "language",
    "issued",
    "effective",
    "reply_working_days",
    "extension_max_working_days",
    "child_under",
    "found_delete_within_hours",
)
_GROUPS = ("controller", "storage", "reply", "contact", "changes", "minors")
_LISTS = ("facts", "bases", "sharing", "rights", "scope", "placeholders", "unread")


def outline(reading: Reading) -> dict[str, Any]:
    """Return the values by key, without their sources."""
    told: dict[str, Any] = {name: reading.get(name) for name in _SINGLE if reading.get(name) is not None}
    for group in _GROUPS:
        told[group] = {value.path[1]: value.value for value in reading.below(group)}
    for name in _LISTS:
        told[name] = reading.keys(name)
    told["forms"] = {form: reading.keys("forms", form) for form in reading.keys("forms")}
    told["optional"] = {
        form: [value.path[2] for value in reading.below("forms", form) if value.value == "optional"]
        for form in reading.keys("forms")
    }
    told["sdks"] = [_sdk(reading, key) for key in reading.keys("sdks")]
    told["recipients"] = [{"name": value.path[1], "role": value.value} for value in reading.below("recipients")]
    told["cookies"] = {
        name: {value.path[2]: value.value for value in reading.below("cookies", name)}
        for name in reading.keys("cookies")
    }
    told["retention"] = {
        "criteria": reading.keys("retention", "criteria"),
        "after": reading.keys("retention", "after"),
        "terms": {value.path[2]: value.value for value in reading.below("retention", "terms")},
    }
    return {name: value for name, value in told.items() if value not in ({}, [], None)}


def _sdk(reading: Reading, key: str) -> dict[str, Any]:
    row = {value.path[2]: value.value for value in reading.below("sdks", key) if len(value.path) == 3}
    row["data_text"] = row.pop("data", "")
    row["statement_url"] = row.pop("statement", "")
    return {**row, "data": reading.keys("sdks", key, "facts")}
