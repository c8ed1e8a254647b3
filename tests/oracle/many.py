"""Many histories at once, in several processes; how often each verdict occurred, and the story of what failed."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from compare import Disagreement, Open, Verdicts, disagreement, shrunk
from consent_law import Law
from histories import History, history
from memory_register import MemoryRegister
from product import Product, Published, Publisher, demo_policy
from story import told
from versions import START

from troth.app.signing import receipt_signer
from troth.clock import SetClock
from troth.consent import ConsentDesk
from troth.engines.keys import KeyFileProvider, open_key_file
from troth.engines.memory import MemoryIdentity, MemoryReadings
from troth.vault import Vault

AT_ONCE = 1000
MOST_STORIES = 3
RAREST = 0.01


def in_memory(keys: KeyFileProvider) -> Open:
    """Return what opens a new site on stores in memory."""
    signer = receipt_signer(keys, "oracle")

    def opened() -> Product:
        clock, published = SetClock(START), Published()
        vault = Vault(MemoryIdentity(), keys, MemoryReadings(), clock)
        desk = ConsentDesk(MemoryRegister(vault.require_live), vault, published, clock, signer)
        return Product(desk, vault, published, clock)

    return opened


class Comparison:
    """Histories under one law against one kind of stores."""

    def __init__(self, law: Law, opened: Open) -> None:
        self.law, self.opened = law, opened
        self.publisher = Publisher(demo_policy())
        self.verdicts: Verdicts = Counter()
        self.stories: list[str] = []

    def run(self, first: int, count: int) -> None:
        """Compare the histories of these seeds, and keep the stories of a few that fail."""
        for seed in range(first, first + count):
            found = self.find(history(seed), self.verdicts)
            if found is not None:
                self.stories.append(self.story(history(seed), found))
                if len(self.stories) == MOST_STORIES:
                    return

    def find(self, past: History, verdicts: Verdicts | None = None) -> Disagreement | None:
        """Return the first disagreement on a history."""
        return disagreement(past, self.law, self.opened, self.publisher, Counter() if verdicts is None else verdicts)

    def places(self, past: History, found: Disagreement) -> tuple[int, ...]:
        """Return the fewest events that still lead to a disagreement of this kind."""

        def fails_too(shorter: History) -> bool:
            other = self.find(shorter)
            return other is not None and other.kind == found.kind

        return shrunk(past, fails_too)

    def story(self, past: History, found: Disagreement) -> str:
        """Return a failing history as people read it, made as short as it goes, and how to run it again."""
        places = self.places(past, found)
        short = past.only(places)
        again = f"run it again: Comparison(Law(), in_memory(keys)).find(history({past.seed}).only({places}))"
        return "\n".join([*told(short), f"  {self.find(short)}", f"  {again}"])


def compare_some(key_file: Path, count: int, first: int) -> tuple[Verdicts, list[str]]:
    """Compare some histories in this process; the answer travels back to the one that asked."""
    comparison = Comparison(Law(), in_memory(open_key_file(key_file)))
    comparison.run(first, count)
    return comparison.verdicts, comparison.stories


def compare_many(key_file: Path, count: int, processes: int) -> tuple[Verdicts, list[str]]:
    """Compare the histories of the first seeds in several processes."""
    verdicts: Verdicts = Counter()
    stories: list[str] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context) as pool:
        for counted, failed in pool.map(partial(compare_some, key_file, AT_ONCE), range(0, count, AT_ONCE)):
            verdicts += counted
            stories += failed
    return verdicts, stories


def table(verdicts: Verdicts) -> list[str]:
    """Return how often each verdict occurred, question by question."""
    lines = []
    for question in dict.fromkeys(question for question, _ in verdicts):
        said = {verdict: number for (asked, verdict), number in verdicts.most_common() if asked == question}
        total = sum(said.values())
        lines.append(f"{question}: {total:,} answers")
        lines += [f"  {number / total:6.1%} {number:>10,}  {verdict}" for verdict, number in said.items()]
    return lines


def too_rare(verdicts: Verdicts) -> Sequence[str]:
    """Return the verdicts that are less than one in a hundred of their question's."""
    totals: Counter[str] = Counter()
    for (question, _), number in verdicts.items():
        totals[question] += number
    return [
        f"{question}: {verdict} ({number / totals[question]:.2%})"
        for (question, verdict), number in verdicts.items()
        if number < RAREST * totals[question]
    ]
