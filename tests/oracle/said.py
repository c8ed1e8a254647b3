"""What policies, pages and people say, in plain types: the words of the law of consent (`consent_law.py`).

Standard library only. A moment is an aware UTC datetime, a day a date in the policy's own zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

# What a policy says ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Purpose:
    basis: str = "consent"
    kind: str = "general"  # "general", "separate" or "guardian"
    needs: tuple[str, ...] = ()  # purposes that must be granted too before this one may run


@dataclass(frozen=True)
class Fact:
    precision: str  # "off", "coarse" or "sealed" (in full)
    purposes: tuple[str, ...]
    keep: str  # which line of `Version.keep`


@dataclass(frozen=True)
class Form:
    purpose: str
    keep: str
    fields: Mapping[str, str]  # the question and the category of what is answered


@dataclass(frozen=True)
class Cookie:
    purpose: str
    days: int


@dataclass(frozen=True)
class Code:
    """Somebody else's code on the site."""

    purpose: str
    hosts: tuple[str, ...]
    data: tuple[str, ...]
    sends_away: bool


@dataclass(frozen=True)
class Recipient:
    purpose: str
    role: str
    categories: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Version:
    """A version of the policy, as it was published."""

    name: str
    published: datetime
    effective: date
    zone: str
    languages: tuple[str, ...]
    purposes: Mapping[str, Purpose]
    facts: Mapping[str, Fact]
    forms: Mapping[str, Form]
    cookies: Mapping[str, Cookie]
    code: Mapping[str, Code]
    recipients: Mapping[str, Recipient]
    keep: Mapping[str, Mapping[str, int]]  # class of records: criterion: days
    country: str
    abroad: bool
    ask_again_days: int
    remember_days: int
    hears_gpc: bool
    gpc_over_consent: str  # "keep" or "withdraw"
    guardian_hours: int


# What people say ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Channel:
    """A way somebody was reached: "browser", "email", "phone", "post" or "in_person"."""

    means: str
    address: str = ""


@dataclass(frozen=True)
class Proof:
    """How we know that a guardian spoke."""

    method: str  # "second_confirmation" or "staff_call"
    childs: Channel
    guardians: Channel
    said_at: datetime
    again_at: datetime | None = None
    staff: str = ""


@dataclass(frozen=True)
class Choice:
    """What a browser sent: answers, and on what they were given."""

    answers: Mapping[str, bool]
    on: str  # the name of the version that was shown, whole or its beginning
    language: str = "en"
    layer: int = 1
    how: str = "banner"  # "details", "form", "guardian"; "gpc" = the browser's signal spoke, nobody clicked
    words: str = "5" * 64  # the fingerprint of the words that were shown
    gpc: bool = False  # the signal was on
    proof: Proof | None = None


@dataclass(frozen=True)
class Act:
    """One thing a person did that was taken."""

    at: datetime
    until: datetime
    version: Version
    answers: Mapping[str, bool]
    by: str  # "choice", "signal" or "withdrawal"
    gpc: bool = False


@dataclass
class Relation:
    """One browser as we know it by its token; what it did, in order."""

    acts: list[Act] = field(default_factory=list)
    is_restricted: bool = False


@dataclass(frozen=True)
class Memory:
    """What a browser itself remembers of its last decision (the cookie without an identifier)."""

    version: str
    decided_at: datetime
    granted: frozenset[str]
    until: datetime
