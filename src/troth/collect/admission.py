"""Clauses 2 and 8: turn a token into a browser, or into nothing (C2.1-02, C8.3-03)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Protocol

from troth.clock import to_ms
from troth.collect.browsers import Browser
from troth.collect.plan import CollectPlan
from troth.policy.permit import Grant, SubjectId


class Standing(Protocol):
    """How a browser's consent stands."""

    @property
    def subject(self) -> SubjectId: ...
    @property
    def granted(self) -> frozenset[str]: ...
    @property
    def grants(self) -> Mapping[str, Grant]: ...
    @property
    def starts(self) -> Mapping[str, datetime]: ...
    @property
    def until(self) -> datetime: ...


class Desk(Protocol):
    """What the collector asks of the consent room."""

    def standings(self, tokens: Sequence[str]) -> Sequence[Standing | None]: ...


class Generations(Protocol):
    """What the collector asks of the vault before it looks somebody up."""

    def generation(self) -> int: ...


class Admission:
    """Looks tokens up; the generation is read first, so that an ending meanwhile is never missed."""

    def __init__(self, plan: CollectPlan, desk: Desk, generations: Generations) -> None:
        self._plan = plan
        self._desk = desk
        self._generations = generations
        self._allowed = lru_cache(maxsize=1024)(plan.allowed)

    def look_up(self, tokens: Sequence[str], now_ms: int) -> list[Browser | None]:
        """Return each browser that agreed to a purpose for which facts are declared, in order."""
        generation = self._generations.generation()
        standings = self._desk.standings(tokens)
        return [
            self._admit(token, standing, generation, now_ms) if standing is not None else None
            for token, standing in zip(tokens, standings, strict=True)
        ]

    def _admit(self, token: str, standing: Standing, generation: int, now_ms: int) -> Browser | None:
        purposes = standing.granted & self._plan.purposes
        allowed = self._allowed(purposes)
        if not allowed:
            return None
        grants = "+".join(sorted(standing.grants[purpose].grant_id for purpose in purposes))
        since_ms = to_ms(max(standing.starts[purpose] for purpose in purposes))
        until_ms = to_ms(standing.until)
        return Browser(token, standing.subject, generation, allowed, grants, now_ms, since_ms, until_ms)
