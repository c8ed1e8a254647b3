"""A second process without a house: opens identity and register, withdraws what a token granted, says when it was done.

    python withdraw.py DATA KEY_FILE TOKEN [NOW]

It says "ready", waits for a line, withdraws, and prints the machine's monotonic clock and what was withdrawn.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from troth.app.signing import head_signer, receipt_signer
from troth.clock import SetClock, SystemClock
from troth.consent import ConsentDesk
from troth.consent.sealing import VaultSealer
from troth.engines.keys import open_key_file
from troth.engines.sql.identity import open_identity
from troth.engines.sql.policy_rows import PublishedVersions
from troth.engines.sql.readings import RegisterReadings
from troth.engines.sql.register import Register
from troth.policy import load_policy_text
from troth.vault import Vault


def main(data: Path, key_file: Path, token: str, at: str = "") -> None:
    """Withdraw everything the browser with this token granted."""
    clock = SetClock(SystemClock().now().fromisoformat(at)) if at else SystemClock()
    keys = open_key_file(key_file, [data])
    identity = open_identity(data / "identity.sqlite", keys)
    register = Register(data / "register.sqlite", identity, head_signer(keys, "acme-site"))
    versions = PublishedVersions(register, lambda source: load_policy_text(source).policy)
    readings = RegisterReadings(register, versions)
    vault = Vault(identity, keys, readings, clock)
    readings.seal_with(VaultSealer(vault, versions))
    desk = ConsentDesk(register, vault, versions, clock, receipt_signer(keys, "acme-site"))
    print("ready", flush=True)
    sys.stdin.readline()
    decided = desk.withdraw(token)
    print(time.monotonic(), *sorted(decided.withdrawn), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
