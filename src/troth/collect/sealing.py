"""Clause 2: what stands inside a visit's sealed value, and what it is bound to."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from troth.policy.permit import SubjectId
from troth.vault import Label


class SealedFacts(Struct, frozen=True):
    """Identifying facts as they were when `view` began; "" means they are of the whole visit."""

    view: str
    facts: Mapping[str, object]


def seal_label(subject: SubjectId, visit: str, number: int, class_: str, epoch: str) -> Label:
    """The label a visit's sealed facts are bound to; the reader must name the same."""
    return Label("visit", "facts", subject, visit, number, class_, epoch)


def sealed_facts(view: str, facts: Mapping[str, object]) -> bytes:
    """The plain bytes to be sealed."""
    return msgspec.json.encode(SealedFacts(view, facts))


def read_sealed_facts(plain: bytes) -> SealedFacts:
    """The facts of an opened value."""
    return msgspec.json.decode(plain, type=SealedFacts)
