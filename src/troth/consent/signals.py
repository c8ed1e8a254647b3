"""Clause 8.3 and pitfall P19: what a browser's signal (GPC) does to a yes that stands.

A signal without a yes is a no. A signal that appears after a yes given without it does what the policy declares in
`consent.gpc_over_consent`. A yes that was given while the signal was on stands: the person saw both and chose.
"""

from __future__ import annotations

from collections.abc import Iterable

from troth.consent.model import Interval
from troth.policy.model import ConsentRules


def spared_by_signal(standing: Iterable[Interval], rules: ConsentRules) -> frozenset[str]:
    """Return the purposes whose yes stands although the signal is on."""
    keeps = rules.gpc_over_consent == "keep"
    return frozenset(each.purpose for each in standing if keeps or each.gpc)
