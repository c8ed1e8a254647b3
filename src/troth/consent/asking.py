"""Clauses 4 and 10: when a person is asked again: a new version widens something, or the cool-down has passed (P17).

After a "no" nobody is asked before the cool-down is over unless something widened; after a "yes" only on widening.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from troth.consent.model import LastDecision
from troth.policy.model import Policy
from troth.policy.text import Text

STRICTER_KINDS = ("separate", "guardian")


class Reach(Struct, frozen=True):
    """How far one purpose goes in one version: what is touched, and for how many days each part is kept."""

    items: frozenset[str]
    days: dict[str, int]
    kind: str


def must_ask(
    last: LastDecision | None, then: Policy | None, current: Policy, now: datetime, cool_down: timedelta
) -> bool:
    """Whether to ask a browser that decided `last` on version `then`."""
    return bool(reasons_to_ask(last, then, current, now, cool_down))


def reasons_to_ask(
    last: LastDecision | None, then: Policy | None, current: Policy, now: datetime, cool_down: timedelta
) -> list[str]:
    """Return why to ask again, one line each; empty = leave the person in peace."""
    if not current.consent_purposes:
        return []
    if last is None or then is None:
        return ["no decision on a version we know"]
    reasons = [reason for purpose in current.consent_purposes for reason in widenings(then, current, purpose)]
    if not last.granted and now >= last.decided_at + cool_down:
        reasons.append(f"{cool_down.days} days have passed since the refusal")
    return reasons


def widenings(then: Policy, current: Policy, purpose: str) -> list[str]:
    """Return in what `current` goes further than `then` for one purpose; a purpose nobody was asked about is new."""
    if purpose not in then.consent_purposes:
        return [f"{purpose}: a new purpose"]
    before, after = reach(then, purpose), reach(current, purpose)
    more = [f"{purpose}: adds {item}" for item in sorted(after.items - before.items)]
    more += [
        f"{purpose}: keeps {name} for {days} days instead of {before.days[name]}"
        for name, days in sorted(after.days.items())
        if name in before.days and days > before.days[name]
    ]
    more += _changed_hands(then, current, purpose)
    if after.kind != before.kind and after.kind in STRICTER_KINDS:
        more.append(f"{purpose}: needs {after.kind} consent")
    return more


def reach(policy: Policy, purpose: str) -> Reach:
    """Return what a version does for one purpose: facts, fields, cookies, third-party code, recipients, country."""
    items = _facts(policy, purpose) | _fields(policy, purpose) | _sdks(policy, purpose) | _recipients(policy, purpose)
    items |= {f"cookie {name}" for name in policy.cookies_for(purpose)}
    if policy.storage.abroad != "none":
        items.add("storage abroad")
    items.add(f"storage in {policy.storage.location}")
    return Reach(frozenset(items), _days(policy, purpose), policy.purposes[purpose].kind)


def _facts(policy: Policy, purpose: str) -> set[str]:
    items: set[str] = set()
    for key, fact in policy.facts_for(purpose).items():
        items.add(f"fact {key}")
        if fact.is_sealed:
            items.add(f"fact {key} in full")
    return items


def _fields(policy: Policy, purpose: str) -> set[str]:
    return {
        f"field {name}.{field} ({form.fields[field].category})"
        for name, form in policy.forms.items()
        if form.purpose == purpose
        for field in form.fields
    }


def _sdks(policy: Policy, purpose: str) -> set[str]:
    items: set[str] = set()
    for key, sdk in policy.sdks_for(purpose).items():
        items.add(f"SDK {key}")
        items |= {f"SDK {key} at {host}" for host in sdk.hosts}
        items |= {f"SDK {key} with {category}" for category in sdk.data}
        if sdk.egress != "none":
            items.add(f"SDK {key} sending data away")
    return items


def _recipients(policy: Policy, purpose: str) -> set[str]:
    items: set[str] = set()
    for key, recipient in policy.recipients.items():
        if recipient.purpose == purpose:
            items |= {f"recipient {key}", f"recipient {key} as {recipient.role}"}
            items |= {f"recipient {key} with {category}" for category in recipient.categories}
    return items


def _changed_hands(then: Policy, current: Policy, purpose: str) -> list[str]:
    """Return under which keys another company stands now, or hands it over in another way (C6.1-02, PIPL 14)."""
    before, after = _hands(then, purpose), _hands(current, purpose)
    shared = [language for language in current.languages if language in then.languages]
    return [
        f"{purpose}: {who} is another one"
        for who, texts in sorted(after.items())
        if who in before
        and any(_reads_otherwise(old, new, shared) for old, new in zip(before[who], texts, strict=True))
    ]


def _hands(policy: Policy, purpose: str) -> dict[str, tuple[Text, Text]]:
    hands = {f"SDK {key}": (sdk.company, sdk.method) for key, sdk in policy.sdks_for(purpose).items()}
    return hands | {
        f"recipient {key}": (recipient.name, recipient.method)
        for key, recipient in policy.recipients.items()
        if recipient.purpose == purpose
    }


def _reads_otherwise(old: Text, new: Text, languages: Sequence[str]) -> bool:
    """Whether a text changed in every language of both versions: a better translation is no other company.

    Versions without a common language cannot be compared; the keys, hosts and categories still are.
    """
    return bool(languages) and all(old.in_(language) != new.in_(language) for language in languages)


def _days(policy: Policy, purpose: str) -> dict[str, int]:
    kept = {f"fact {key}": fact.retention for key, fact in policy.facts_for(purpose).items()}
    kept |= {f"form {key}": form.retention for key, form in policy.forms.items() if form.purpose == purpose}
    days = {name: policy.retention[key].longest_days for name, key in kept.items() if key in policy.retention}
    return days | {f"cookie {name}": cookie.lifetime_days for name, cookie in policy.cookies_for(purpose).items()}
