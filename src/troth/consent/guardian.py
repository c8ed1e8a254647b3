"""Clause 9 (C9-02): a guardian's consent is never given by the child, and we can say how we knew (P6, rule 25).

Two ways are accepted: the guardian confirms through a channel of their own and confirms again later, at least the
hours after that the policy declares; or a member of staff spoke to them. Addresses are compared here and kept nowhere.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from troth.policy.model import Minors

Means = Literal["browser", "email", "phone", "post", "in_person"]
Method = Literal["second_confirmation", "staff_call"]
"""Both are stored in the database and printed in receipts. Never change or reuse a word."""

REACHES_A_PERSON: Final = frozenset({"email", "phone", "post", "in_person"})


class Channel(Struct, frozen=True):
    """A way somebody was reached. `address` is what tells two of one kind apart; its repr does not show it."""

    means: Means
    address: str = ""

    def __repr__(self) -> str:
        return f"Channel({self.means!r}, ●●●)"

    def is_same_as(self, other: Channel) -> bool:
        """Whether one person may be behind both: case, plus and dots of a mailbox make no other channel."""
        return self.means == other.means and _reduced(self) == _reduced(other)


class GuardianProof(Struct, frozen=True, kw_only=True):
    """How we know that a guardian spoke. Given to the desk, never stored: it holds addresses.

    confirmed_at  when the guardian said yes first; for a call, when it was
    again_at      when they said so again
    staff         who called, as an opaque id
    """

    method: Method
    childs: Channel
    guardians: Channel
    confirmed_at: datetime
    again_at: datetime | None = None
    staff: str = ""


class GuardianRecord(Struct, frozen=True, kw_only=True):
    """What is kept of it, and printed in the receipt: kinds of channels, moments and a staff id; no address."""

    method: Method
    childs_channel: Means
    guardians_channel: Means
    confirmed_at: datetime
    again_at: datetime | None
    staff: str


def why_not(proof: GuardianProof, minors: Minors, now: datetime) -> str:
    """Return what is missing in a proof, "" if it holds now. Names no address."""
    if proof.guardians.means not in REACHES_A_PERSON:
        return "a guardian is asked by mail, telephone, post or in person"
    if proof.guardians.is_same_as(proof.childs) or not _says_who(proof.guardians):
        return "the guardian's channel is the child's own"
    if proof.confirmed_at > now:
        return "the guardian has not confirmed yet"
    if proof.method == "staff_call":
        return "" if proof.staff.strip() else "nobody says who called the guardian"
    return _why_not_twice(proof, minors, now)


def record_of(proof: GuardianProof) -> GuardianRecord:
    """Return what may be kept of a proof."""
    return GuardianRecord(
        method=proof.method,
        childs_channel=proof.childs.means,
        guardians_channel=proof.guardians.means,
        confirmed_at=proof.confirmed_at,
        again_at=proof.again_at,
        staff=proof.staff,
    )


def _why_not_twice(proof: GuardianProof, minors: Minors, now: datetime) -> str:
    wait = timedelta(hours=minors.guardian_wait_hours)
    if proof.again_at is None or proof.again_at > now:
        return "the guardian has not confirmed a second time"
    if proof.again_at - proof.confirmed_at < wait:
        return f"the second confirmation came less than {minors.guardian_wait_hours} hours after the first"
    return ""


def _says_who(channel: Channel) -> bool:
    return channel.means == "in_person" or bool(_reduced(channel))


def _reduced(channel: Channel) -> str:
    """Return what is left of an address when everything is taken off that may lead to the same person."""
    address = channel.address.strip().casefold()
    if channel.means == "phone":
        return re.sub(r"[^0-9]", "", address)[-9:]  # with or without the country code
    local, at, domain = address.rpartition("@")
    if channel.means != "email" or not at:
        return " ".join(address.split())
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"
