"""Decisions a second, each durable with its ledger entry, evidence and receipt, in one process; and what that costs.

    python bench/consent.py [SECONDS]

The budget is 1,000 a second, the receipt issued and signed. Every decision is a new browser's yes, the dearest kind.
Two figures a row: the decision alone (stored, acknowledged, its receipt's number told), and with the signed document
made for it, as when somebody downloads it at once. They alternate, so that the ratio is one of the same machine.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from troth.app.signing import head_signer, receipt_signer
from troth.clock import SystemClock
from troth.consent import Choice, ConsentDesk, Decided, VaultSealer
from troth.consent.receipt_check import check_receipt
from troth.consent.record_27560 import Links
from troth.engines.keys import create_key_file, open_key_file
from troth.engines.sql.identity import open_identity
from troth.engines.sql.readings import RegisterReadings
from troth.engines.sql.register import Register
from troth.ledger import PublicKey
from troth.policy import load_policy_text
from troth.policy.versions import Version, VersionList
from troth.vault import Vault

THREADS = (1, 8, 16, 32, 64)
LINKS = Links("https://www.example.com/troth/choices", "https://privacy.example.com/privacy/policy")
Work = Callable[[], Decided]


class Stand:
    """A consent desk on real files, and the choice everybody makes."""

    def __init__(self, folder: Path) -> None:
        clock = SystemClock()
        create_key_file(folder / "key", clock)
        keys = open_key_file(folder / "key")
        self.identity = open_identity(folder / "identity.db", keys)
        heads, receipts = head_signer(keys, "bench"), receipt_signer(keys, "bench")
        self.keys: list[PublicKey] = [heads.public_key, receipts.public_key]
        self.register = Register(folder / "register.db", self.identity, heads)
        loaded = load_policy_text(resources.files("troth.demo").joinpath("policy.yaml").read_bytes())
        version = Version(hash=loaded.hash, policy=loaded.policy, published_at=datetime(2026, 8, 1, tzinfo=UTC))
        versions = VersionList([version])
        readings = RegisterReadings(self.register, versions)
        vault = Vault(self.identity, keys, readings, clock)
        readings.seal_with(VaultSealer(vault, versions))
        self.desk = ConsentDesk(self.register, vault, versions, clock, receipts, LINKS)
        self.choice = Choice(
            purposes=dict.fromkeys(loaded.policy.consent_purposes, True),
            language="en",
            layer=1,
            how="banner",
            text_hash="0" * 64,
            policy_hash=loaded.hash,
        )

    def decide(self) -> Decided:
        """Take one choice."""
        return self.desk.decide(self.choice, None)

    def decide_with_document(self) -> Decided:
        """Take one choice and issue its receipt."""
        decided = self.decide()
        assert decided.receipt is not None
        self.desk.issue(decided.receipt)
        return decided

    def check_one(self) -> None:
        """A receipt of this run can be checked without the house."""
        decided = self.decide()
        assert decided.receipt is not None
        document = self.desk.issue(decided.receipt)
        checked = check_receipt(document, self.keys)
        print(f"a receipt has {len(document):,} bytes; entry {checked.seq:,} of {checked.head.size:,} checked offline")

    def count(self) -> int:
        """Return how many entries the ledger has."""
        with self.register.reading() as reading:
            return reading.ledger.length()

    def close(self) -> None:
        """Let go of the files."""
        self.register.close()
        self.identity.close()


def main(seconds: float) -> None:
    """Measure with a growing number of threads; then count what is stored."""
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(Path(folder))
        made = sum(_row(stand, threads, seconds) for threads in THREADS)
        assert stand.count() == made, "every decision acknowledged stands in the ledger"
        stand.check_one()
        stand.close()


def _row(stand: Stand, threads: int, seconds: float) -> int:
    """Measure both kinds in turns and print one row."""
    kinds: tuple[Work, Work] = (stand.decide, stand.decide_with_document)
    made, took, burnt = [0, 0], [0.0, 0.0], [0.0, 0.0]
    for turn in range(4):
        kind = turn % 2
        number, wall, cpu = _measure(kinds[kind], threads, seconds / 4)
        made[kind] += number
        took[kind] += wall
        burnt[kind] += cpu
    alone, full = (made[kind] / took[kind] for kind in (0, 1))
    each = [burnt[kind] / made[kind] * 1e6 for kind in (0, 1)]
    print(
        f"{threads:3} threads  with receipt {full:6,.0f} decisions/s ({each[1]:4.0f} µs of CPU)   "
        f"alone {alone:6,.0f}/s ({each[0]:4.0f} µs)   ratio {full / alone:.2f}"
    )
    return sum(made)


def _measure(work: Work, threads: int, seconds: float) -> tuple[int, float, float]:
    """Return how many were made, in how many seconds of wall time and of CPU."""
    made = [0] * threads
    until = time.monotonic() + seconds

    def run(number: int) -> None:
        while time.monotonic() < until:
            work()
            made[number] += 1

    began, cpu = time.monotonic(), time.process_time()
    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(made), time.monotonic() - began, time.process_time() - cpu


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 8.0)
