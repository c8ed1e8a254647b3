"""Clause 8.3 (C8.3-04): a receipt as people read it, on the page of the edge and in the rooms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from troth.consent.receipt import Statement
from troth.pages.layout import day_in_words
from troth.policy.model import Policy
from troth.policy.versions import Version
from troth.words import OWN_NAMES, Language, say

HASH_IN_ADDRESS = 16


class Line(Struct, frozen=True):
    """One thing a receipt says; `href` where it leads."""

    label: str
    text: str
    href: str = ""


class AnswerLine(Struct, frozen=True):
    """What was answered for one purpose, and which kind of consent it takes."""

    purpose: str
    kind: str
    answer: str


class ReceiptView(Struct, frozen=True):
    """A receipt in words. `what` names the event."""

    number: str
    what: str
    answers: Sequence[AnswerLine]
    lines: Sequence[Line]


def receipt_view(statement: Statement, version: Version, language: Language, policy_url: str) -> ReceiptView:
    """Return a receipt in words.

    version     the one the statement names
    policy_url  address of the policy in the rooms; "" leaves the link out
    """
    return ReceiptView(
        number=statement.receipt,
        what=event_words(statement.event, language),
        answers=tuple(_answers(statement, version.policy, language)),
        lines=tuple(_lines(statement, version, language, policy_url)),
    )


def event_words(event: str, language: Language) -> str:
    """Return what happened, in words."""
    return say(f"receipt.event_{event}", language)


def moment_words(moment: datetime, policy: Policy, language: Language) -> str:
    """Return a moment in the policy's zone, to the minute."""
    local = moment.astimezone(policy.zone)
    day = day_in_words(local.date(), language)
    return say("receipt.moment", language, day=day, time=f"{local:%H:%M}", zone=policy.policy.time_zone)


def _answers(statement: Statement, policy: Policy, language: Language) -> Iterator[AnswerLine]:
    for key in {**statement.purposes, **dict.fromkeys(statement.granted)}:
        declared = policy.purposes.get(key)
        title = declared.title.in_(language) if declared else key
        kind = say(f"receipt.kind_{declared.kind}", language) if declared and declared.kind else ""
        yield AnswerLine(title, kind, say(_answer(statement, key), language))


def _answer(statement: Statement, purpose: str) -> str:
    if purpose not in statement.purposes:
        return "receipt.kept"
    if statement.purposes[purpose]:
        return "receipt.yes"
    return "receipt.taken_back" if purpose in statement.withdrawn else "receipt.no"


def _lines(statement: Statement, version: Version, language: Language, policy_url: str) -> Iterator[Line]:
    def line(label: str, text: str, href: str = "") -> Line:
        return Line(say(f"receipt.{label}", language), text, href)

    policy = version.policy
    address = f"{policy_url}/{version.hash[:HASH_IN_ADDRESS]}?lang={language}" if policy_url else ""
    yield line("when", moment_words(statement.decided_at, policy, language))
    yield line("until", moment_words(statement.holds_until, policy, language))
    yield line("version", say("receipt.version_named", language, version=policy.version), address)
    yield line("language", _language_name(statement.language, language))
    yield line("how", say(f"receipt.how_{statement.how}", language))
    yield line("signal", say("receipt.signal_on" if statement.gpc else "receipt.signal_off", language))
    if statement.guardian is not None:
        hours = policy.minors.guardian_wait_hours
        yield line("guardian", say(f"receipt.guardian_{statement.guardian.method}", language, hours=hours))


def _language_name(shown: str, language: Language) -> str:
    if not shown:
        return say("receipt.language_none", language)
    return next((name for tag, name in OWN_NAMES.items() if tag == shown), shown)
