"""Clause 2 compiled: what the policy lets the collector keep, looked up without reading the policy again."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct

from troth.policy import Policy, catalogue

VISITS = "visits"
OTHER = "other"


class PlannedFact(Struct, frozen=True):
    """One declared fact: for which purposes, how precisely, and in which retention class it is sealed."""

    key: str
    purposes: frozenset[str]
    sealed: bool
    class_: str
    class_days: int


class Routes(Struct, frozen=True):
    """The site's declared routes: the only paths that may stand in a clear column (security rule 16)."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]

    def name_of(self, path: str) -> str:
        """Return the path if it is a declared route, the route's pattern if it falls under one, else "other"."""
        plain = path if path == "/" else path.rstrip("/")
        if plain in self.exact:
            return plain
        for prefix in self.prefixes:
            if plain.startswith(prefix):
                return prefix + "*"
        return OTHER


class CollectPlan(Struct, frozen=True):
    """Everything the pipeline asks the policy for, for one version of it."""

    policy_hash: str
    zone: ZoneInfo
    facts: Mapping[str, PlannedFact]
    origins: frozenset[str]
    routes: Routes
    search_params: frozenset[str]
    referrers: frozenset[str]
    own_hosts: frozenset[str]
    purposes: frozenset[str]
    names: frozenset[str]
    days_of: Mapping[str, int]

    def allowed(self, granted: frozenset[str]) -> frozenset[str]:
        """Return the facts that may be kept for someone who granted these purposes."""
        return frozenset(key for key, fact in self.facts.items() if fact.purposes & granted)

    def class_days(self, class_: str) -> int:
        """Return the longest days any fact of this retention class is kept."""
        return self.days_of.get(class_, 0)


def compile_plan(policy: Policy, policy_hash: str) -> CollectPlan:
    """Return the plan of a policy. Facts that are off are as good as undeclared."""
    known = catalogue()
    facts = {key: _planned(policy, key) for key, use in policy.facts.items() if use.precision != "off"}
    origins = frozenset(policy.scope.origins)
    return CollectPlan(
        policy_hash=policy_hash,
        zone=ZoneInfo(policy.policy.time_zone),
        facts=facts,
        origins=origins,
        routes=_routes(policy.scope.routes),
        search_params=frozenset(policy.scope.search_params),
        referrers=frozenset(policy.scope.referrers),
        own_hosts=frozenset(origin.split("//", 1)[-1].split(":", 1)[0] for origin in origins),
        purposes=frozenset(purpose for fact in facts.values() for purpose in fact.purposes),
        names=frozenset(known),
        days_of={
            fact.class_: max(f.class_days for f in facts.values() if f.class_ == fact.class_) for fact in facts.values()
        },
    )


def _planned(policy: Policy, key: str) -> PlannedFact:
    use = policy.facts[key]
    assert use.retention is not None  # noqa: S101  check_policy refuses a fact without retention
    rule = policy.retention[use.retention]
    return PlannedFact(
        key=key,
        purposes=frozenset(use.purposes),
        sealed=use.precision == "sealed",
        class_=rule.class_,
        class_days=rule.longest_days,
    )


def _routes(routes: tuple[str, ...] | list[str]) -> Routes:
    exact = frozenset(route for route in routes if not route.endswith("*"))
    prefixes = sorted((route[:-1] for route in routes if route.endswith("*")), key=len, reverse=True)
    return Routes(exact, tuple(prefixes))
