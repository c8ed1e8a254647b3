"""Decisions a second: each with its subject, intervals, ledger entry and sealed payload, durable, in one process.

    python bench/consent.py [SECONDS]

The budget is 1,000 a second; every decision is a new browser's yes, the dearest kind.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from troth.app.signing import head_signer, receipt_signer
from troth.clock import SystemClock
from troth.consent import Choice, ConsentDesk, VaultSealer
from troth.engines.keys import create_key_file, open_key_file
from troth.engines.sql.identity import open_identity
from troth.engines.sql.readings import RegisterReadings
from troth.engines.sql.register import Register
from troth.policy import load_policy_text
from troth.policy.versions import Version, VersionList
from troth.vault import Vault

THREADS = (1, 8, 16, 32)


def main(seconds: float) -> None:
    """Measure with a growing number of threads; then count what is stored."""
    with tempfile.TemporaryDirectory() as folder:
        register, desk, choice = _open(Path(folder))
        made = sum(_measure(desk, choice, threads, seconds) for threads in THREADS)
        with register.reading() as reading:
            assert reading.ledger.length() == made
        register.close()


def _open(folder: Path) -> tuple[Register, ConsentDesk, Choice]:
    clock = SystemClock()
    create_key_file(folder / "key", clock)
    keys = open_key_file(folder / "key")
    identity = open_identity(folder / "identity.db", keys)
    register = Register(folder / "register.db", identity, head_signer(keys, "bench"))
    loaded = load_policy_text(resources.files("troth.demo").joinpath("policy.yaml").read_bytes())
    version = Version(hash=loaded.hash, policy=loaded.policy, published_at=datetime(2026, 8, 1, tzinfo=UTC))
    versions = VersionList([version])
    readings = RegisterReadings(register, versions)
    vault = Vault(identity, keys, readings, clock)
    readings.seal_with(VaultSealer(vault, versions))
    choice = Choice(
        purposes=dict.fromkeys(loaded.policy.consent_purposes, True),
        language="en",
        layer=1,
        how="banner",
        text_hash="0" * 64,
        policy_hash=loaded.hash,
    )
    return register, ConsentDesk(register, vault, versions, clock, receipt_signer(keys, "bench")), choice


def _measure(desk: ConsentDesk, choice: Choice, threads: int, seconds: float) -> int:
    made = [0] * threads
    until = time.monotonic() + seconds

    def decide(number: int) -> None:
        while time.monotonic() < until:
            desk.decide(choice, None)
            made[number] += 1

    began, cpu = time.monotonic(), time.process_time()
    workers = [threading.Thread(target=decide, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    took, burnt = time.monotonic() - began, time.process_time() - cpu
    print(f"{threads:3} threads  {sum(made) / took:6,.0f} decisions/s  {burnt / sum(made) * 1e6:5.0f} µs of CPU each")
    return sum(made)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)
