"""Budget: durable page views a second, `troth serve` and the demo policy against a bare endpoint reading the same body.

Five alternating runs, the median of the ratios is the figure. Afterwards the server is stopped and its files are read
by this program: rows in the month files plus views in the segments must be the acknowledged ones, each once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from load import CONNECTIONS, Beacons, Tally, address_of, drive

BROWSERS = 10_000
ORIGIN = "http://www.acme.localhost"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run the benchmark and print its figures; exit 1 if a view is missing or doubled, or the budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--browsers", type=int, default=BROWSERS)
    parser.add_argument("--at-least", type=float, default=0.3, help="the budget: ratio to the bare endpoint")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as scratch:
        return run(Path(scratch), options)


def run(folder: Path, options: argparse.Namespace) -> int:
    """Start both servers, load them in turn, stop them, count."""
    port, bare_port = free_port(), free_port()
    troth = start_troth(folder, port)
    bare = subprocess.Popen([sys.executable, str(Path(__file__).with_name("bare.py")), str(bare_port)])
    try:
        wait_for(port)
        wait_for(bare_port)
        tokens = consent(port, options.browsers)
        beacons = Beacons(tokens, f"127.0.0.1:{port}", ORIGIN)
        drive(bare_port, beacons, 1.0)
        warm_up = drive(port, beacons, 3.0)
        tallies, ratios = [warm_up], []
        for number in range(options.runs):
            yardstick = drive(bare_port, beacons, options.seconds)
            before = cpu_seconds(troth.pid)
            tally = drive(port, beacons, options.seconds)
            cpu_us = (cpu_seconds(troth.pid) - before) / max(len(tally.views), 1) * 1e6
            tallies.append(tally)
            ratios.append(tally.per_second / yardstick.per_second)
            print(
                f"run {number + 1}: {tally.per_second:8.0f} views/s, bare {yardstick.per_second:8.0f}/s, "
                f"ratio {ratios[-1]:.3f}, {cpu_us:.0f} us CPU a view, {tally.refused} refused, "
                f"{memory_mb(troth.pid):.0f} MB",
                flush=True,
            )
    finally:
        stop(troth)
        stop(bare)
    return report(folder, tallies, ratios, options)


def report(folder: Path, tallies: list[Tally], ratios: list[float], options: argparse.Namespace) -> int:
    """Print the median, and compare the files with what the client saw acknowledged."""
    acknowledged = [view for tally in tallies for view in tally.views]
    loaded, waiting = stored_views(folder / "data")
    kept = loaded + waiting
    exact = sorted(kept) == sorted(acknowledged)
    median = statistics.median(ratios)
    print(f"median ratio {median:.3f} ({CONNECTIONS} connections, {options.browsers} browsers, {len(ratios)} runs)")
    print(
        f"acknowledged {len(acknowledged)} = {len(loaded)} in month files + {len(waiting)} in open visits: "
        f"{'yes' if exact else 'NO'} ({len(set(acknowledged) - set(kept))} lost, {len(kept) - len(set(kept))} doubled)"
    )
    return 0 if exact and median >= options.at_least else 1


def start_troth(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start `troth serve` as an operator would, with the demo's policy and confirmed keys."""
    from troth.demo.keys import prepare_keys
    from troth.demo.policy import write_demo_policy

    policy = write_demo_policy(folder / "policy.yaml", [ORIGIN])
    prepare_keys(folder / "keys" / "troth-keys.json", folder / "data")
    source = str(Path(__file__).resolve().parent.parent / "src")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "troth", "serve", str(policy), "--port", str(port), "--data", str(folder / "data")]
    command += ["--console-port", str(free_port()), "--trusted-proxies", "127.0.0.1"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def consent(port: int, browsers: int) -> list[str]:
    """Let so many browsers agree to statistics; return their tokens."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/privacy/policy.json") as answer:
        policy = hashlib.sha256(answer.read()).hexdigest()[:16]  # the very bytes that the version's hash is over
    body = {"policy": policy, "lang": "en", "layer": 1, "how": "banner", "text": "0" * 64, "gpc": False}

    def agree(number: int) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/troth/consent",
            json.dumps({**body, "purposes": {"statistics": True}}).encode(),
            {"Origin": ORIGIN, "Content-Type": "application/json", "X-Forwarded-For": address_of(number)},
        )
        with urllib.request.urlopen(request) as answer:
            return str(json.load(answer)["token"])

    began = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        tokens = list(pool.map(agree, range(browsers)))
    print(f"{browsers} browsers agreed, {browsers / (time.perf_counter() - began):.0f} decisions/s", flush=True)
    return tokens


def stored_views(data: Path) -> tuple[list[str], list[str]]:
    """Return the view ids in the month files and those in visits still open, read from the files themselves."""
    import duckdb

    from troth.collect.lines import ViewLine, VisitLine, read_lines

    loaded: list[str] = []
    closed: set[str] = set()
    for path in sorted((data / "visits").glob("*.duckdb")):
        with duckdb.connect(str(path), read_only=True) as month:
            loaded += [f"{row[0]:016x}" for row in month.execute("SELECT view FROM views").fetchall()]
            closed |= {row[0].hex for row in month.execute("SELECT visit FROM visits").fetchall()}
    waiting: list[str] = []
    for path in sorted((data / "segments").glob("*.segment")):
        lines, _ = read_lines(path.read_bytes())
        waiting += [line.view for line in lines if isinstance(line, ViewLine) and line.visit not in closed]
        assert all(line.visit for line in lines if isinstance(line, VisitLine))
    return loaded, waiting


def cpu_seconds(pid: int) -> float:
    """Return user and system time of a process, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float = 20) -> None:
    """Return once something answers on the port."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a server to stop and wait for it."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
