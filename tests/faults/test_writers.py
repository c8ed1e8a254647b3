"""Rule 29: eight processes write to one register, roll back, are killed at random: no gap, no fork, none lost."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import time
from collections import Counter
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from registers import NOON, SIGNER, counted, draft, open_register
from write_entries import write_until_killed

from troth.engines.sql.register import Register, Witness
from troth.ledger import Outside, open_checkpoint, verify_ledger
from troth.ledger.tree import check_consistency

pytestmark = pytest.mark.slow
WRITERS, KILLS, LONGEST_S = 8, 60, 18
AT_LEAST, GOAL = 40, 3000


# Writers are forked from a process that has imported everything: a life begins in milliseconds.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["write_entries", "psycopg", "sqlalchemy.dialects.postgresql.psycopg"])


class Crew:
    """Eight writers; whoever is killed is started again."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.lives = 0
        self.processes = [self._start(number) for number in range(WRITERS)]

    def _start(self, number: int) -> BaseProcess:
        log = self.folder / f"writer-{number}.log"
        process = FORKS.Process(target=write_until_killed, args=(self.url, str(log), f"{number}.{self.lives}"))
        process.start()
        self.lives += 1
        return process

    def kill(self, number: int, *, again: bool) -> None:
        """Kill one at once; no handler runs."""
        process = self.processes[number]
        assert process.is_alive(), "a writer ended by itself"
        process.kill()
        process.join(10)
        if again:
            self.processes[number] = self._start(number)

    def watch(self, number: int, longest_s: float) -> None:
        """Let all write for a while."""
        self.processes[number].join(longest_s)

    def kill_all(self) -> None:
        """Leave nothing running."""
        for number, process in enumerate(self.processes):
            if process.is_alive():
                self.kill(number, again=False)

    def lines(self) -> list[list[str]]:
        """What the writers noted, whole lines only: the last one may have been cut by the kill."""
        read = [path.read_text("utf-8") for path in sorted(self.folder.glob("writer-*.log"))]
        return [line.split(" ") for text in read for line in text.split("\n")[:-1]]

    def noted(self, what: str) -> dict[str, int]:
        """The names noted with this word, with the places they were told."""
        return {line[1]: int(line[2]) if len(line) > 2 else -1 for line in self.lines() if line[0] == what}


def kill_at_random(crew: Crew, dice: random.Random, watched: Register) -> list[Outside]:
    """Kill one writer after the other while all write; return heads as somebody outside saw them meanwhile."""
    until = time.monotonic() + LONGEST_S
    seen: list[Outside] = []
    kills = 0
    while time.monotonic() < until and (kills < KILLS or len(crew.noted("kept")) < GOAL):
        victim = dice.randrange(WRITERS)
        crew.watch(victim, dice.uniform(0, 0.5))
        with watched.reading() as reading:
            head = reading.ledger.head()
        assert head is not None
        seen.append(Outside(f"seen before kill {kills}", open_checkpoint(head, [SIGNER.public_key])))
        crew.kill(victim, again=True)
        kills += 1
    assert kills >= KILLS // 4
    return seen


def test_eight_writers_with_rollbacks_and_kills_leave_no_gap_and_no_fork_and_lose_nothing(
    register_url: str, tmp_path: Path, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    dice = random.Random()
    with closing(open_register(register_url)) as watched:
        crew = Crew(register_url, tmp_path)
        try:
            seen = kill_at_random(crew, dice, watched)
        finally:
            crew.kill_all()

    with closing(open_register(register_url)) as register:
        with register.change() as change:
            change.ledger.append(draft("and it goes on"))
        with register.reading() as reading:
            entries = reading.ledger.after(most=1_000_000)
            duties = [duty.reference for duty in reading.duties.due(NOON, 1_000_000)]
            payloads = [seq for seq in range(len(entries)) if reading.ledger.payload_at(seq) is not None]
            for old, new in itertools.pairwise(seen):
                proof = reading.ledger.prove_consistency(old.head.size, new.head.size)
                check_consistency(old.head, new.head, proof)
        counts = counted(register, "kept")
    kept, rolled_back, refused = crew.noted("kept"), crew.noted("rolled-back"), crew.noted("refused")
    names = [numbered.entry.commitment.rstrip(b".").decode() for numbered in entries[:-1]]

    assert [numbered.seq for numbered in entries] == list(range(len(entries))), "no gap"
    assert len(kept) >= AT_LEAST
    assert {names[seq]: seq for seq in kept.values()} == kept, "none lost, each where it was told"
    assert Counter(names).most_common(1)[0][1] == 1, "none twice"
    assert set(names) & rolled_back.keys() == set()
    assert set(names) & refused.keys() == set()
    assert sorted(duties) == sorted(names), "no change is there by half"
    assert counts == len(names)
    assert payloads == list(range(len(entries)))
    with closing(Witness(register_url)) as witness, witness.reading() as reading:
        verdict = verify_ledger(reading.ledger, [SIGNER.public_key], seen)
    assert verdict.problems == (), "no fork"
    assert len(verdict.attested) == len(seen) > 0
    with capsys.disabled():
        told = f"{len(kept)} acknowledged, {len(rolled_back)} rolled back, {len(refused)} refused"
        print(f"\n{engine}: {crew.lives} lives of {WRITERS} writers: {len(names)} changes kept, {told}; 0 lost, 0 gaps")
