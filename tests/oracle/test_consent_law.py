"""Clauses 4, 8.3, 9, 10 and 12: the product and a naive law, written from the duties, never answer differently.

May we collect for this purpose from this browser now? May we read? Was it lawful then? Must we ask again? Is this
choice taken, and what is granted after it? `consent_law.py` is the law, `histories.py` makes up what happened.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from consent_law import Law
from histories import history
from many import Comparison, compare_many, in_memory, table, too_rare
from product import Product, Published
from versions import START

from troth.app.signing import head_signer, receipt_signer
from troth.clock import SetClock
from troth.consent import ConsentDesk, VaultSealer
from troth.engines.keys import open_key_file
from troth.engines.sql.identity import open_identity
from troth.engines.sql.readings import RegisterReadings
from troth.engines.sql.register import Register
from troth.vault import Vault

HISTORIES = 100_000
QUESTIONS = {"collect", "permit", "lawful", "ask", "script", "choice", "withdrawal"}


def test_the_product_keeps_the_law_in_some_histories(key_file: Path) -> None:
    comparison = Comparison(Law(), in_memory(open_key_file(key_file)))
    comparison.run(0, 600)
    assert comparison.stories == [], "\n\n" + "\n\n".join(comparison.stories)
    assert {question for question, _ in comparison.verdicts} == QUESTIONS


@pytest.mark.slow
def test_the_product_keeps_the_law_in_a_hundred_thousand_histories(key_file: Path, print_at_the_end: list[str]) -> None:
    verdicts, stories = compare_many(key_file, HISTORIES, processes=min(os.cpu_count() or 1, 4))
    print_at_the_end += [f"{HISTORIES:,} histories", *table(verdicts)]
    assert stories == [], "\n\n" + "\n\n".join(stories)
    assert {question for question, _ in verdicts} == QUESTIONS
    assert too_rare(verdicts) == [], "a verdict that hardly ever occurs is hardly ever compared"


class RealStores:
    """One register and one identity store on disk, and a new desk and clock for every history."""

    def __init__(self, folder: Path, key_file: Path) -> None:
        keys = open_key_file(key_file)
        self._keys = keys
        self._identity = open_identity(folder / "identity.db", keys)
        self._register = Register(folder / "register.db", self._identity, head_signer(keys, "oracle"))

    def opened(self) -> Product:
        clock, published = SetClock(START), Published()
        readings = RegisterReadings(self._register, published)
        vault = Vault(self._identity, self._keys, readings, clock)
        readings.seal_with(VaultSealer(vault, published))
        desk = ConsentDesk(self._register, vault, published, clock, receipt_signer(self._keys, "oracle"))
        return Product(desk, vault, published, clock)

    def close(self) -> None:
        self._register.close()
        self._identity.close()


@pytest.fixture
def real_stores(tmp_path: Path, key_file: Path) -> Iterator[RealStores]:
    stores = RealStores(tmp_path, key_file)
    yield stores
    stores.close()


@pytest.mark.slow
def test_the_product_keeps_the_law_on_the_real_stores(real_stores: RealStores) -> None:
    """The same histories as in memory, from the first on: what the fake hides would show here."""
    comparison = Comparison(Law(), real_stores.opened)
    comparison.run(0, 300)
    assert comparison.stories == [], "\n\n" + "\n\n".join(comparison.stories)


def test_a_history_is_the_same_whenever_it_is_told() -> None:
    assert history(7).moments == history(7).moments
    assert repr(history(7).events) == repr(history(7).events)
    assert repr(history(7).events) != repr(history(8).events)
