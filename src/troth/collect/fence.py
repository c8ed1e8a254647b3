"""Clause 8 (C8.3-03): a withdrawal reaches a running collector before its next group commit (security rule 8)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from troth.collect.browsers import CACHE_MS
from troth.policy.permit import SubjectId
from troth.vault import Ending

REMEMBERED_MS = 2 * CACHE_MS
"""Longer than any look-up made before an ending can still be remembered."""


class Endings(Protocol):
    """What the fence asks of the vault."""

    def generation(self) -> int: ...
    def ended_since(self, generation: int) -> Sequence[Ending]: ...


class EndingFence:
    """Reads the generation number; when it rose, learns who ended and has them forgotten."""

    def __init__(
        self, vault: Endings, forget: Callable[[Collection[SubjectId]], None], now_ms: Callable[[], int]
    ) -> None:
        self._vault = vault
        self._forget = forget
        self._now_ms = now_ms
        self._seen = vault.generation()
        self._lately: dict[SubjectId, int] = {}
        self._in_order: deque[tuple[int, SubjectId, int]] = deque()

    def __call__(self) -> Mapping[SubjectId, int]:
        """Return who ended lately, with the generation of it; older endings need no memory."""
        generation = self._vault.generation()
        if generation != self._seen:
            self._learn(self._vault.ended_since(self._seen), self._now_ms())
            self._seen = generation
        return self._lately

    def _learn(self, endings: Sequence[Ending], now_ms: int) -> None:
        while self._in_order and now_ms - self._in_order[0][0] >= REMEMBERED_MS:
            _, subject, generation = self._in_order.popleft()
            if self._lately.get(subject) == generation:
                del self._lately[subject]
        for ending in endings:
            self._lately[ending.subject] = ending.generation
            self._in_order.append((now_ms, ending.subject, ending.generation))
        self._forget([ending.subject for ending in endings])
