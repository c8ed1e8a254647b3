"""Give the loader of policy files damaged files, very many of them: `python tests/tools/fuzz_policy.py 1000000`.

Whatever is in a file, the answer is a policy or findings with lines: never another exception, never a long wait,
never much memory. Input `number` of run `seed` is always the same bytes: `--show NUMBER` prints them.
"""

from __future__ import annotations

import argparse
import copy
import faulthandler
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from troth.policy import PolicyErrors, check_policy, load_policy_text
from troth.policy.yaml12 import read_yaml

ROOT = Path(__file__).parents[2]
SMALL, DEMO = ROOT / "tests/golden/policy-small.yaml", ROOT / "src/troth/demo/policy.yaml"
MAX_INPUT_S, MAX_SILENCE_S, MEMORY_BYTES, CHUNK = 2.0, 120, 1 << 30, 500
WHOLE_DEMO_IN = 100
"""One input in so many begins with the whole of the demo's policy, which takes ten times as long."""
BAD_BYTES = [b"\x85", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xff", b"\xe4\xb8"]
PIECES = [
    "\n", " ", "  ", "\t", "\r", "\x00", "\x07", "\u0085", "\u2028", "\ufeff", "😀", "e\u0301",
    "中", "\\ud800", '"', "'", "\\",
    ": ", "- ", "? ", "?", ":", ",", "{", "}", "[", "]", "[[", "]]", "{}", "[]", "&a ", "*a", "*a: ", "<<: *a",
    "!!int ",
    "!!python/object/apply:os.system ", "!<tag:x> ", "!", "%YAML 1.1\n---\n", "%TAG ! x\n", "---\n", "...\n", "|\n",
    ">-\n",
    "|2\n", "|+9\n", "#", " #", "null", "~", "true", "no", "0o7", "0x", "1e999", ".inf", ".nan", "9" * 40, "-0", "1_0",
    "2026-02-30", "10000-01-01", "12:30:45", "troth: 2", "troth: true", "troth: 1\n", "policy:",
    "__class__", "a" * 2000,
]  # fmt: skip
VALUES: list[Any] = [
    None, True, 0, -1, 10**17, 1.5, "", "x", "~", "\n", "2026-02-30", [], [[]], [None], {}, {"a": None}, {"en": 1},
    {"": ""},
    ["x"] * 500, {"zh-CN": "\u2028"}, "<fill in: x>", "{company} {nothing} {", "<b>", "http://[",
    "*", "a" * 70_000,
]  # fmt: skip


class TooSlow(Exception):
    """One input took more processor time than any may."""


@cache
def beginnings() -> list[str]:
    """Return what is damaged: a small policy in three ways of writing, and every part of the demo's."""
    small = SMALL.read_text("utf-8")
    written = [small, *(json.dumps(values_of(SMALL), ensure_ascii=False, indent=n) for n in (None, 1))]
    return written * 4 + [part for part in DEMO.read_text("utf-8").split("\n\n") if len(part) < 6000]


@cache
def values_of(path: Path) -> Any:
    return read_yaml(path.read_bytes()).values


def damaged(seed: int, number: int) -> bytes:
    """Return one input: some damage to the values of a policy, or to its text, or to both, or to its bytes."""
    random = Random(f"{seed}/{number}")
    whole = random.randrange(WHOLE_DEMO_IN) == 0
    if random.randrange(3) == 0:
        values = copy.deepcopy(values_of(DEMO if whole else SMALL))
        for _ in range(random.choice((1, 1, 2, 4))):
            _damage_values(random, values)
        text = json.dumps(values, ensure_ascii=False, indent=random.choice((None, 1)))
        damages = random.choice((0, 0, 1))
    else:
        text = DEMO.read_text("utf-8") if whole else random.choice(beginnings())
        damages = random.choice((1, 1, 1, 2, 3, 5, 8))
    for _ in range(damages):
        text = _damage(random, text)
    source = text.encode()
    if random.randrange(20) == 0:
        at = random.randrange(len(source) + 1)
        source = source[:at] + random.choice(BAD_BYTES) + source[at + random.randrange(3) :]
    return source


def _damage_values(random: Random, values: Any) -> None:
    """Change one value of a tree: take it out, write another, write a whole group around it, name it differently."""
    group, parents = values, []
    while isinstance(group, (dict, list)) and group and (not parents or random.randrange(4)):
        parents.append(group)
        key = random.choice(list(group)) if isinstance(group, dict) else random.randrange(len(group))
        group = group[key]
    inside = parents[-1]
    match random.randrange(4):
        case 0:
            del inside[key]
        case 1 if isinstance(inside, dict):
            inside[random.choice(PIECES)] = inside.pop(key)
        case 2:
            inside[key] = copy.deepcopy(random.choice(parents))
        case _:
            inside[key] = copy.deepcopy(random.choice(VALUES))


def _damage(random: Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    to = min(len(text), at + random.choice((1, 2, 5, 20, 200)))
    match random.randrange(11):
        case 0:
            return text[:at] + text[to:]
        case 1:
            return text[:at] + random.choice(PIECES) + text[at:]
        case 2:
            return text[:at] + random.choice(PIECES) + text[to:]
        case 3:
            return text[:at] + chr(random.randrange(128)) + text[at + 1 :]
        case 4:
            return text[:to] + text[at:to] * random.choice((1, 2, 100)) + text[to:]
        case 5:
            return text[:at]
        case 6:
            other = random.choice(beginnings())
            return text[:at] + other[random.randrange(len(other)) :]
        case 7:
            return text[:at] + random.choice(PIECES) * random.choice((40, 400, 4000)) + text[at:]
        case _:
            return _damage_lines(random, text)


def _damage_lines(random: Random, text: str) -> str:
    lines = text.split("\n")
    one, two = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            lines[one], lines[two] = lines[two], lines[one]
        case 1:
            lines[one] = " " * random.randrange(8) + lines[one].lstrip()
        case 2:
            lines.insert(one, lines[two])
        case _:
            key, _, value = lines[one].partition(":")
            lines[one] = f"{key}: {random.choice((random.choice(PIECES), value.strip()[::-1], f'[{value}]'))}"
    return "\n".join(lines)


def judge(source: bytes) -> str:
    """Return what came of one input: "loaded", or the rule of the first finding. Raises whatever went wrong."""
    try:
        loaded = load_policy_text(source)
    except PolicyErrors as errors:
        refused = errors
    else:
        assert all(found.line >= 1 for found in check_policy(loaded))
        return "loaded"
    lines = source.count(b"\n") + source.count(b"\r") + 2
    assert all(1 <= found.line <= lines and found.what and found.fix for found in refused.findings)
    assert str(refused).startswith("error: policy.yaml:")
    return refused.findings[0].rule


def run(seed: int, numbers: range) -> dict[str, Any]:
    """Judge inputs one after another; return what came of them, the slowest and the memory at its highest."""
    signal.signal(signal.SIGVTALRM, _stop)
    came: Counter[str] = Counter()
    failures, slowest = [], (0.0, -1)
    for number in numbers:
        if number % CHUNK == 0:  # a parser that never returns cannot be interrupted, only ended
            faulthandler.dump_traceback_later(MAX_SILENCE_S, exit=True)
        source = damaged(seed, number)
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, MAX_INPUT_S)
        try:
            came[judge(source)] += 1
        except Exception as error:
            failures.append((number, f"{type(error).__name__}: {error}"[:200]))
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        slowest = max(slowest, (time.process_time() - begun, number))
    faulthandler.cancel_dump_traceback_later()
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"came": came, "failures": failures, "slowest": slowest, "peak_kib": peak_kib}


def _be_small() -> None:
    """Bound the memory of a process that does nothing else: a test's own process may hold more already."""
    os.nice(10)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, most))


def _stop(*_: object) -> None:
    raise TooSlow(f"more than {MAX_INPUT_S} s of processor time")


def main() -> int:
    """Judge so many inputs in several processes and print one JSON object; exit 1 if any input did harm."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("count", type=int)
    read.add_argument("--seed", type=int, default=4)
    read.add_argument("--processes", type=int, default=2)
    read.add_argument("--show", type=int, help="print this one input instead")
    asked = read.parse_args()
    if asked.show is not None:
        sys.stdout.buffer.write(damaged(asked.seed, asked.show))
        return 0
    step = max(CHUNK, asked.count // (asked.processes * 20))
    shares = [range(start, min(start + step, asked.count)) for start in range(0, asked.count, step)]
    begun = time.monotonic()
    with ProcessPoolExecutor(asked.processes, initializer=_be_small) as pool:
        parts = list(pool.map(run, [asked.seed] * len(shares), shares))
    came = sum((part["came"] for part in parts), Counter())
    failures = [failure for part in parts for failure in part["failures"]]
    whole = {
        "seed": asked.seed,
        "inputs": sum(came.values()) + len(failures),
        "failures": failures[:50],
        "number_of_failures": len(failures),
        "slowest_cpu_s_and_number": max(part["slowest"] for part in parts),
        "peak_mib": max(part["peak_kib"] for part in parts) // 1024,
        "wall_s": round(time.monotonic() - begun),
        "came": dict(came.most_common()),
    }
    print(json.dumps(whole, indent=1))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
