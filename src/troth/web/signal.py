"""Clauses 4 and 8: what a visitor is told about Global Privacy Control, as this very request carries it or does not."""

from __future__ import annotations

from collections.abc import Sequence

from troth.policy.model import Policy
from troth.web.registers import listed
from troth.words import Language, say


def signal_lines(policy: Policy | None, is_sent: bool, language: Language) -> Sequence[str]:
    """Return the sentences: whether the signal came, and what it does on this site under `policy`.

    is_sent   the request said `Sec-GPC: 1`; any other value counts as not sent
    """
    lines = [say("centre.gpc_sent" if is_sent else "centre.gpc_unsent", language)]
    if policy is None:
        return lines
    asked = listed((purpose.title.in_(language) for purpose in policy.consent_purposes.values()), language)
    if not asked:
        return [*lines, say("centre.gpc_nothing", language)]
    if not policy.consent.honour_gpc:
        return [*lines, say("centre.gpc_ignored", language)]
    lines.append(say("centre.gpc_refuses" if is_sent else "centre.gpc_would", language, purposes=asked))
    if policy.consent.gpc_over_consent == "withdraw":
        lines.append(say("centre.gpc_ends", language))
    return lines
