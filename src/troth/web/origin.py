"""Where a plain form was sent from, and the slip that lets a browser that does not say so confirm (rule 33)."""

from __future__ import annotations

import enum
import hmac
import secrets
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Final

from troth.clock import Clock, to_ms
from troth.ledger.encode import encode
from troth.pages.answers import header
from troth.pages.headers import Scope

LIFETIME_MS: Final = 10 * 60 * 1000


class Source(enum.Enum):
    """Who sent the form: our own page, another site, or a browser that does not say."""

    OWN = "own"
    FOREIGN = "foreign"
    UNSAID = "unsaid"


def source_of(scope: Scope, origins: Collection[str]) -> Source:
    """Return where the form came from: Sec-Fetch-Site first, since no page can forge it, then an exact Origin."""
    site, origin = header(scope, "sec-fetch-site"), header(scope, "origin")
    if origin not in ("", "null"):
        if origin not in origins:
            return Source.FOREIGN
        return Source.OWN if site in ("", "same-origin") else Source.FOREIGN
    if site:
        return Source.OWN if site == "same-origin" else Source.FOREIGN
    return Source.UNSAID


class Slips:
    """Slips of paper for the confirmation page: bound to the choice and the browser, good for ten minutes.

    The key lives in this process only; after a restart the visitor is simply asked again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def issue(self, scope: Scope, picked: Mapping[str, bool], token: str) -> str:
        """Return a slip for exactly this choice from this browser."""
        until_ms = to_ms(self._clock.now()) + LIFETIME_MS
        return f"{until_ms}.{self._sign(until_ms, scope, picked, token)}"

    def accept(self, slip: str, scope: Scope, picked: Mapping[str, bool], token: str) -> bool:
        """Say whether `slip` is ours, fresh, and about this choice from this browser."""
        until, _, signature = slip.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) < 16) or not signature.isascii():
            return False
        is_ours = hmac.compare_digest(signature, self._sign(int(until), scope, picked, token))
        return is_ours and to_ms(self._clock.now()) <= int(until)

    def _sign(self, until_ms: int, scope: Scope, picked: Mapping[str, bool], token: str) -> str:
        address = scope["client"][0] if scope.get("client") else ""
        said = [f"{key}={yes}" for key, yes in sorted(picked.items())]
        parts = ["troth/slip/v1", str(until_ms), address, header(scope, "user-agent"), token, *said]
        return hmac.new(self._key, encode(parts), sha256).hexdigest()
