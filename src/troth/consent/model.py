"""Clauses 4 and 8: what a person decided, and how their consent stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from troth.consent.events import Event
from troth.consent.guardian import GuardianProof, GuardianRecord
from troth.consent.receipt import Receipt
from troth.errors import TrothError, UnusableInput
from troth.policy.permit import Grant, SubjectId

How = Literal["banner", "details", "form", "gpc", "guardian"]
"""Where the click was made. Stored in the database. Never change or reuse a word."""


class Choice(Struct, frozen=True, kw_only=True):
    """What a person chose, purpose by purpose.

    layer        1 = the banner, 2 = the details, where each purpose has its own choice
    how          "gpc" = the browser's signal spoke, nobody clicked; "guardian" = a guardian, through another channel
    text_hash    SHA-256 hex of the words that were shown
    policy_hash  hash of the version that was shown, or its first 16 characters
    gpc          the browser sent Sec-GPC: 1; an explicit yes stands and is recorded with it
    guardian     how we know that a guardian spoke; nobody else can say yes to a purpose of kind "guardian"
    """

    purposes: Mapping[str, bool]
    language: str
    layer: int
    how: How
    text_hash: str
    policy_hash: str
    gpc: bool = False
    guardian: GuardianProof | None = None


class Decided(Struct, frozen=True, kw_only=True):
    """What became of a choice.

    token         the browser's token, None if nothing is granted: it is to be forgotten
    granted       the purposes that may run now
    until         when the choice lapses and may be asked for again
    withdrawn     the purposes that were granted before and are not any more
    decision_ids  the stored decision; none for a refusal by an unknown browser
    gpc           everything that is granted was agreed to while the browser's signal was on
    receipt       what the person may keep; none where nothing was stored
    """

    token: str | None
    granted: frozenset[str]
    until: datetime
    withdrawn: frozenset[str]
    decision_ids: tuple[str, ...]
    policy_hash: str
    decided_at: datetime
    gpc: bool = False
    receipt: Receipt | None = None


class Decision(Struct, frozen=True, kw_only=True):
    """A decision as it is kept. `purposes` holds what was answered; a purpose that was not asked about is absent.

    event     what it did to what stood before: a word of `events.Event`
    guardian  how we knew that a guardian spoke, without anybody's address
    """

    decision_id: str
    subject: SubjectId
    at: datetime
    until: datetime
    policy_hash: str
    purposes: Mapping[str, bool]
    grants: Mapping[str, str]
    language: str
    layer: int
    how: str
    text_hash: str
    gpc: bool = False
    event: Event = "given"
    guardian: GuardianRecord | None = None


class Interval(Struct, frozen=True, kw_only=True):
    """A time during which one purpose was consented to: from `start`, before `end`, and never after `until`.

    gpc  the yes was given while the browser's signal was on
    """

    subject: SubjectId
    purpose: str
    kind: str
    grant_id: str
    start: datetime
    until: datetime
    given_by: str
    gpc: bool = False
    end: datetime | None = None
    ended_by: str | None = None

    def holds_at(self, moment: datetime) -> bool:
        """Whether processing for the purpose was lawful at `moment`."""
        return self.start <= moment < self.last

    @property
    def last(self) -> datetime:
        """The first moment it does not hold any more."""
        return self.until if self.end is None else min(self.end, self.until)


class Standing(Struct, frozen=True, kw_only=True):
    """What a browser has granted now. `grants` says for each purpose under which version it was given.

    policy_hash  the version of the newest grant
    starts       since when each purpose is granted without a break
    """

    subject: SubjectId
    granted: frozenset[str]
    grants: Mapping[str, Grant]
    starts: Mapping[str, datetime]
    policy_hash: str
    since: datetime
    until: datetime


class LastDecision(Struct, frozen=True, kw_only=True):
    """What a browser remembers of its last decision, without an identifier (the cookie `troth`)."""

    policy_hash: str
    decided_at: datetime
    granted: frozenset[str]


class ChoiceRefused(UnusableInput):
    """The choice cannot be taken as it was sent; nothing was stored."""


class StaleChoice(ChoiceRefused):
    """The choice was made on another version; `current` is the hash of the one in force."""

    def __init__(self, current: str) -> None:
        super().__init__(
            "the choice was made on another version of the policy", "show the current version and ask again"
        )
        self.current = current


class NotPermitted(TrothError):
    """Nobody may read this for this purpose: no consent holds, and no other basis is declared."""


class UnknownToken(UnusableInput):
    """No browser with this token has decided anything here."""
