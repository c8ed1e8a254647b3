"""Clause 7: recompute the whole ledger and compare it with everything that was signed (security rules 27 to 30).

What is found: an entry, node, checkpoint or head that was altered, removed, reordered, added or cut off. What cannot be
found from the inside: a history rewritten by whoever holds the signing key. An outside head, one that left the machine
in a receipt, a letter or a mail, finds that too; without one we say "consistent", never "complete".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from msgspec import Struct

from troth.errors import Tampered
from troth.ledger.checkpoint import open_checkpoint
from troth.ledger.entry import Numbered, leaf_bytes
from troth.ledger.note import PublicKey
from troth.ledger.tree import Frontier, Growth, Head, grow, leaf_hash

AT_ONCE: Final = 1000
MOST_PROBLEMS: Final = 20


class LedgerShelf(Protocol):
    """The stored ledger as the verifier reads it, in one state."""

    def after(self, seq: int = -1, most: int = 1000) -> list[Numbered]:
        """Return entries in the order of their numbers, from the one after `seq`."""
        ...

    def nodes_between(self, level: int, first: int, last: int) -> dict[int, bytes]:
        """Return the stored complete subtrees of a level, from one index to another, both included."""
        ...

    def count_nodes(self) -> int: ...

    def frontier(self) -> Frontier:
        """Return the right edge as it is stored."""
        ...

    def head(self) -> str | None:
        """Return the newest checkpoint."""
        ...

    def checkpoints(self) -> Iterable[tuple[int, str]]:
        """Return the kept checkpoints, each with the size it is stored under, smallest first."""
        ...


class Outside(Struct, frozen=True):
    """A head that left the machine; `name` says where it comes from: a file, a receipt."""

    name: str
    head: Head


class Problem(Struct, frozen=True):
    """What is wrong, and where: "entry 12", "checkpoint 40"."""

    where: str
    what: str


class Verdict(Struct, frozen=True, kw_only=True):
    """What a verification found.

    head      size and root as recomputed from the entries
    attested  the outside heads that this ledger contains
    problems  empty = consistent; at most 20, the first places found
    """

    head: Head
    attested: tuple[Outside, ...]
    problems: tuple[Problem, ...]

    @property
    def is_consistent(self) -> bool:
        return not self.problems


def verify_ledger(
    shelf: LedgerShelf,
    keys: Sequence[PublicKey],
    outside: Sequence[Outside] = (),
    advance: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Recompute the ledger and return what was found.

    keys     the ledger's public keys, of now and before
    outside  heads from elsewhere that must be a beginning of this ledger
    advance  told after each thousand entries how many there were, for a progress display
    """
    return _Verification(shelf, keys, outside).run(advance)


class _Verification:
    """One walk through the entries, with the heads to compare waiting at their sizes."""

    def __init__(self, shelf: LedgerShelf, keys: Sequence[PublicKey], outside: Sequence[Outside]) -> None:
        self._shelf = shelf
        self._keys = keys
        self._outside = outside
        self._problems: list[Problem] = []
        self._attested: list[Outside] = []
        self._waiting: dict[int, list[tuple[str, bytes, Outside | None]]] = {}
        self._nodes = 0

    def run(self, advance: Callable[[int], None]) -> Verdict:
        newest = self._gather()
        frontier = Frontier()
        self._compare(frontier)
        last_seq = -1
        while batch := self._shelf.after(last_seq, AT_ONCE):
            covered = batch if newest is None else batch[: max(0, newest.size - frontier.size)]
            if not self._numbers_follow(covered, frontier.size):
                break
            frontier = self._walk(frontier, covered)
            if newest is not None and len(covered) < len(batch):
                self._found(f"entry {newest.size}", f"it was added after the signed head of {newest.size} entries")
                break
            last_seq = batch[-1].seq
            advance(len(batch))
        self._finish(frontier, newest)
        return Verdict(
            head=frontier.head, attested=tuple(self._attested), problems=tuple(self._problems[:MOST_PROBLEMS])
        )

    def _gather(self) -> Head | None:
        """Open every head there is; return the newest of our own."""
        for size, note in self._shelf.checkpoints():
            head = self._open(f"checkpoint {size}", note)
            if head is not None:
                if head.size != size:
                    self._found(f"checkpoint {size}", f"it states the size {head.size}")
                self._await(f"checkpoint {size}", head, None)
        note_of_head = self._shelf.head()
        newest = self._open("head", note_of_head) if note_of_head is not None else None
        if newest is not None:
            self._await("head", newest, None)
        for each in self._outside:
            self._await(each.name, each.head, each)
        return newest

    def _open(self, where: str, note: str) -> Head | None:
        try:
            return open_checkpoint(note, self._keys)
        except Tampered as error:
            self._found(where, error.what)
            return None

    def _await(self, where: str, head: Head, outside: Outside | None) -> None:
        self._waiting.setdefault(head.size, []).append((where, head.root, outside))

    def _numbers_follow(self, batch: Sequence[Numbered], expected: int) -> bool:
        for place, numbered in enumerate(batch, expected):
            if numbered.seq != place:
                self._found(f"entry {place}", f"it is missing; the next one has the number {numbered.seq}")
                return False
        return True

    def _walk(self, frontier: Frontier, batch: Sequence[Numbered]) -> Frontier:
        """Grow by a batch, stopping at every size for which a head waits."""
        leaves = [leaf_hash(leaf_bytes(numbered)) for numbered in batch]
        end = frontier.size + len(leaves)
        start = frontier.size
        if not leaves:
            return frontier
        for size in sorted({*(size for size in self._waiting if frontier.size < size < end), end}):
            growth = grow(frontier, leaves[frontier.size - start : size - start])
            self._compare_nodes(growth)
            frontier = growth.frontier
            self._compare(frontier)
        return frontier

    def _compare(self, frontier: Frontier) -> None:
        """Hold the recomputed root against every head of this size."""
        waiting = self._waiting.pop(frontier.size, [])
        if not waiting:
            return
        root = frontier.root()
        for where, stated, outside in waiting:
            if stated != root:
                self._found(where, f"it attests another history of the first {frontier.size} entries")
            elif outside is not None:
                self._attested.append(outside)

    def _compare_nodes(self, growth: Growth) -> None:
        by_level: dict[int, dict[int, bytes]] = {}
        for level, index, hash_ in growth.nodes:
            by_level.setdefault(level, {})[index] = hash_
        self._nodes += len(growth.nodes)
        for level, computed in by_level.items():
            stored = self._shelf.nodes_between(level, min(computed), max(computed))
            for index, hash_ in computed.items():
                if stored.get(index) != hash_:
                    self._found(f"node {level}/{index}", "it is missing" if index not in stored else "it was altered")

    def _finish(self, frontier: Frontier, newest: Head | None) -> None:
        for size, waiting in sorted(self._waiting.items()):
            for where, _, _ in waiting:
                self._found(where, f"it attests {size} entries, of which {frontier.size} could be followed")
        if newest is None and frontier.size and not any(problem.where == "head" for problem in self._problems):
            self._found("head", "there are entries and no signed head")
        if self._shelf.frontier() != frontier and not self._problems:
            self._found("head", "the stored right edge of the tree is another one")
        if self._shelf.count_nodes() != self._nodes and not self._problems:
            self._found("nodes", "there are nodes that belong to no entry")

    def _found(self, where: str, what: str) -> None:
        self._problems.append(Problem(where, what))
