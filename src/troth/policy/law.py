"""The law that applies: every pack the policy names, for everybody, the strictest wins in each field (X-09).

Rules, rooms and pages ask here and never hold a number of a law themselves:
    law = law_of(policy)
    law.figure("requests.answer").value      15, with `.unit`, `.pack`, `.source` and `.confirmed`
    law.word("consent.opt")                  "in", "out" or "" where no pack says anything
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Literal

from msgspec import Struct

from troth.policy.model import Policy
from troth.policy.pack import OURS, Choice, Disclosure, Draft, Figure, Item, Pack, RightRule, pack
from troth.policy.words import BasisId, LawPack

_NO_WORD = re.compile(r"[^0-9a-z]+")

Strictest = Literal["least", "most"] | tuple[str, ...]

# Of a number the least or the most counts; of words the first that any pack says. What stands here can be merged.
STRICTEST: Mapping[str, Strictest] = {
    "consent.opt": ("in", "out"),
    "consent.continued_use": ("never",),
    "consent.bundling": ("forbidden",),
    "consent.withdrawal": ("easy and for the future",),
    "consent.reask_after": "most",
    "consent.guardian_wait": "most",
    "ages.child_under": "most",
    "ages.minor_under": "most",
    "ages.guardian": ("required",),
    "ages.own_rules": ("required",),
    "ages.found_delete_within": "least",
    "requests.answer": "least",
    "requests.acknowledge": "least",
    "requests.extension": "least",
    "requests.opt_out": "least",
    "requests.close_account": "least",
    "requests.extension_notice": ("before the time is up",),
    "requests.ends": ("acted on and answered",),
    "requests.fee": ("none except for excessive copies to others", "none except for excessive requests"),
    "deletion.proactive": ("true",),
    "deletion.notify_recipients": ("required", "expected"),
    "deletion.backups": ("when they are renewed",),
    "retention.rule": ("shortest necessary",),
    "retention.infinite": ("forbidden",),
    "retention.network_log": "most",
    "retention.evidence": "most",
    "retention.long": "least",
    "sharing.default": ("refused",),
    "sharing.foreign_order": ("refused without approval", "refused without an agreement"),
    "sharing.harm": ("no basis but an emergency or a law",),
    "cross_border.location": ("CN",),
    "cross_border.with_consent": ("separate",),
    "cross_border.contract_valid": "least",
    "incident.authority": "least",
    "incident.summary": "least",
    "incident.people": ("without delay unless the harm was averted", "without undue delay"),
    "incident.people_within": "least",
    "change.notice": ("prominent and before it takes effect",),
    "evidence.assessments": "most",
    "evidence.disclosures": "most",
    "evidence.requests": "most",
    "signals.gpc": ("opt out", "objection", "none"),
    "signals.show_status": ("required",),
}


class Decided(Struct, frozen=True, kw_only=True):
    """What holds in one field, and which pack decided it.

    unit   of a number; "" for words
    draft  the id of the proposed rule it comes from, where the policy opted in
    """

    field: str
    value: int | str
    unit: str
    pack: str
    source: str
    confirmed: bool
    draft: str = ""

    @property
    def number(self) -> int:
        """The value of a field that is a number. Raises TypeError for words."""
        if isinstance(self.value, str):
            raise TypeError(f"{self.field} is not a number")
        return self.value

    @property
    def days(self) -> int:
        """How many days it can be at the most: six months are 184 of them. For what has to be kept so long."""
        return days_in(self.number, self.unit, longest=True)

    @property
    def days_at_least(self) -> int:
        """How many days it is at the least: a month is 28 of them. For what has to be done by then."""
        return days_in(self.number, self.unit, longest=False)

    @property
    def said(self) -> str:
        """The value in words, with a mark where nobody confirmed it: `15 working days (unconfirmed)`."""
        return in_words(self.value, self.unit) + ("" if self.confirmed else " (unconfirmed)")

    @property
    def under(self) -> str:
        """By which pack, as a finding says it: `under cn-pipl`, or `out of caution` where no law gives a number."""
        if self.pack == OURS:
            return "out of caution"
        return f"under {self.pack}" + (f", draft {self.draft}" if self.draft else "")


class Law(Struct, frozen=True):
    """The merged view of some packs. `packs` holds those the policy names, without our own caution."""

    packs: tuple[Pack, ...]
    decided: Mapping[str, Decided]
    drafts: tuple[Draft, ...] = ()

    def get(self, field: str) -> Decided | None:
        """Return what holds in a field, None where no pack says anything."""
        if field not in STRICTEST:
            raise KeyError(f"no field of a law is called {field}")
        return self.decided.get(field)

    def figure(self, field: str) -> Decided:
        """Return what holds in a field that every law has, by our own caution if nothing else."""
        return self.decided[field]

    def word(self, field: str) -> str:
        """Return the word that holds in a field, "" where no pack says anything."""
        found = self.get(field)
        return str(found.value) if found else ""

    def rights(self) -> Mapping[str, tuple[Pack, RightRule]]:
        """Return every right that any of the packs gives, with the first pack that gives it."""
        given: dict[str, tuple[Pack, RightRule]] = {}
        for one in self.packs:
            for rule in one.requests.rights:
                given.setdefault(rule.id, (one, rule))
        return given

    def disclosures(self) -> Iterator[tuple[Pack, Disclosure]]:
        """Yield what a policy has to tell people, pack by pack."""
        for one in self.packs:
            for disclosure in one.disclosures:
                yield one, disclosure

    def separate_for(self) -> Mapping[str, tuple[Pack, Item]]:
        """Return the cases that need a consent of their own, with the pack that says so."""
        return {item.id: (one, item) for one in reversed(self.packs) for item in one.consent.separate_for}

    def sensitive(self, category: str) -> tuple[Pack, Item] | None:
        """Return the sensitive kind that a category belongs to, with its pack, or None."""
        return next(
            ((one, item) for one in self.packs for item in one.sensitive if is_one_of(category, item.words)), None
        )


def is_one_of(category: str, words: tuple[str, ...]) -> bool:
    """Return whether a category, dotted (`user.health`) or in words ("health data"), means one of some words."""
    plain = f"_{_NO_WORD.sub('_', category.casefold())}_"
    return any(f"_{word}_" in plain if word.isascii() else word in category for word in words)


def law_of(policy: Policy) -> Law:
    """Return the law that applies under a policy: all packs it names, and the drafts it opted in to."""
    return merged(tuple(dict.fromkeys(policy.law)), policy.law_drafts)


@cache
def merged(names: tuple[LawPack, ...], drafts: tuple[str, ...] = ()) -> Law:
    """Return the merged view of some packs. Where two are equally strict, the one named first decided."""
    packs = tuple(pack(name) for name in names)
    chosen = tuple(draft for one in packs for draft in one.status.draft if draft.id in drafts)
    decided: dict[str, Decided] = {}
    for found in _statements((*packs, pack(OURS)), drafts):
        first = decided.get(found.field)
        if first is None or _is_stricter(found, first):
            decided[found.field] = found
    return Law(packs, decided, chosen)


@cache
def verdict_of(name: BasisId, law: LawPack) -> tuple[str, bool]:
    """Return what one law says of a basis (ok, warning, error) and whether that was confirmed; "" = nothing."""
    found = pack(law).bases.get(name)
    return (found.verdict, found.confirmed) if found else ("", True)


@cache
def days_in(number: int, unit: str, *, longest: bool) -> int:
    """Return how many days a span can have at the most, or at the least; working days as weeks of five."""
    if unit in ("months", "years"):
        months = number * 12 if unit == "years" else number
        spans = [_months_later(date(year, month, 1), months) for year in range(2001, 2009) for month in range(1, 13)]
        return max(spans) if longest else min(spans)
    if unit == "working_days":
        return -(-number * 7 // 5)
    if unit == "hours":
        return -(-number // 24)
    return number


def in_words(value: int | str, unit: str) -> str:
    """Return a value with its unit in words: `1 month`, `15 working days`, `under 14`."""
    if isinstance(value, str):
        return value
    if unit == "age":
        return f"under {value}"
    words = unit.replace("_", " ")
    return f"{value:,} {words.removesuffix('s') if value == 1 else words}"


def _statements(packs: tuple[Pack, ...], drafts: tuple[str, ...]) -> Iterator[Decided]:
    for one in packs:
        for field, said in one.settled().items():
            yield _decided(field, said, one.id)
        for draft in one.status.draft:
            if draft.id in drafts:
                for field, said in draft.settles.items():
                    yield _decided(field, said, one.id, draft.id)


def _decided(field: str, said: Figure | Choice, name: str, draft: str = "") -> Decided:
    unit = said.unit if isinstance(said, Figure) else ""
    return Decided(
        field=field,
        value=said.value,
        unit=unit,
        pack=name,
        source=said.source,
        confirmed=said.confirmed,
        draft=draft,
    )


def _is_stricter(new: Decided, old: Decided) -> bool:
    order = STRICTEST[new.field]
    if isinstance(order, tuple):
        return order.index(str(new.value)) < order.index(str(old.value))
    if order == "most":
        return new.days > old.days
    return _hours_at_least(new) < _hours_at_least(old)


def _hours_at_least(found: Decided) -> int:
    return found.number if found.unit == "hours" else found.days_at_least * 24


def _months_later(start: date, months: int) -> int:
    year, month = divmod(start.month - 1 + months, 12)
    return (date(start.year + year, month + 1, 1) - start).days
