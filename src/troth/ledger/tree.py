"""Clause 7: the Merkle tree of RFC 6962, section 2.1, as pure functions over hashes (security rule 27).

A complete subtree of 2**level leaves that begins at leaf index * 2**level has the coordinates (level, index); it never
changes once it is full. `Frontier` is what a writer keeps to grow the tree; a proof asks for complete subtrees only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from msgspec import Struct

from troth.errors import Tampered

EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = tuple[int, int, bytes]
"""Level, index and hash of a complete subtree."""

NodeAt = Callable[[int, int], bytes]
"""Answers with the hash of the complete subtree at (level, index); level 0 is a leaf's hash."""


class Head(Struct, frozen=True):
    """How many leaves a tree has, and its root: 32 bytes."""

    size: int
    root: bytes


class Frontier(Struct, frozen=True):
    """The right edge of a tree: the roots of its complete subtrees, the largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    @property
    def head(self) -> Head:
        return Head(self.size, self.root())


class Growth:
    """What became of a tree by some new leaves.

    frontier  the new right edge
    nodes     the subtrees of level 1 and more that the new leaves completed
    """

    def __init__(self, before: Frontier, leaves: Sequence[bytes]) -> None:
        self.nodes: list[Node] = []
        self._known = dict(zip(_edge(before.size), before.hashes, strict=True))
        edge = list(before.hashes)
        for index, leaf in enumerate(leaves, before.size):
            self._known[0, index] = leaf
            edge.append(self._complete(edge, index, leaf))
        self.frontier = Frontier(before.size + len(leaves), tuple(edge))

    def proof(self, index: int) -> list[bytes]:
        """Return the inclusion proof of one of the new leaves in the new tree."""
        return prove_inclusion(index, self.frontier.size, lambda level, at: self._known[level, at])

    def _complete(self, edge: list[bytes], index: int, leaf: bytes) -> bytes:
        """Join a leaf with every subtree it completes; those leave the edge."""
        level, hash_ = 0, leaf
        while index >> level & 1:
            hash_ = node_hash(edge.pop(), hash_)
            level += 1
            self.nodes.append((level, index >> level, hash_))
            self._known[level, index >> level] = hash_
        return hash_


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf's bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbouring subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(frontier: Frontier, leaves: Sequence[bytes]) -> Growth:
    """Return what the tree becomes with these leaf hashes appended."""
    return Growth(frontier, leaves)


def prove_inclusion(index: int, size: int, node_at: NodeAt) -> list[bytes]:
    """Return the path from leaf `index` to the root of the tree of `size` leaves, lowest first (section 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    return _path(index, 0, size, node_at)


def prove_consistency(old_size: int, new_size: int, node_at: NodeAt) -> list[bytes]:
    """Return the proof that the tree of `old_size` leaves is the beginning of the one of `new_size` (section 2.1.2)."""
    if not 0 <= old_size <= new_size:
        raise ValueError("the old tree is larger than the new one")
    if old_size in (0, new_size):
        return []
    return _common(old_size, 0, new_size, node_at, is_whole=True)


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root a path leads to from a leaf's hash; Tampered if the path has the wrong length."""
    if not 0 <= index < size:
        raise Tampered("an inclusion proof is for a leaf outside the tree")
    at, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise Tampered("an inclusion proof is too long")
        if at & 1 or at == last:
            root = node_hash(sibling, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise Tampered("an inclusion proof is too short")
    return root


def check_consistency(old: Head, new: Head, proof: Sequence[bytes]) -> None:
    """Return if `old` is a beginning of `new`. Raises Tampered: the two tell different histories."""
    if old.size == 0 or old.size == new.size:
        is_same = not proof and (old.root == EMPTY_ROOT if old.size == 0 else old.root == new.root)
        if not is_same:
            raise Tampered("two heads of one size differ" if old.size else "an empty tree has another root")
        return
    if not 0 < old.size < new.size or not proof:
        raise Tampered("a consistency proof does not fit the sizes of its trees")
    at, last = old.size - 1, new.size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    steps = list(proof)
    old_root = new_root = old.root if old.size & (old.size - 1) == 0 else steps.pop(0)
    for sibling in steps:
        if last == 0:
            raise Tampered("a consistency proof is too long")
        if at & 1 or at == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new_root = node_hash(new_root, sibling)
        at, last = at >> 1, last >> 1
    if last or old_root != old.root or new_root != new.root:
        raise Tampered("an older head is not a beginning of the newer one")


def _edge(size: int) -> list[tuple[int, int]]:
    """Return the coordinates of the complete subtrees that make up a tree, the largest first."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return [(level, (size >> level) - 1) for level in levels]


def _split(start: int, end: int) -> int:
    """Return where RFC 6962 cuts a range: after the largest power of two that is smaller than its length."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _hash_of(start: int, end: int, node_at: NodeAt) -> bytes:
    length = end - start
    if length & (length - 1) == 0:
        level = length.bit_length() - 1
        return node_at(level, start >> level)
    middle = _split(start, end)
    return node_hash(_hash_of(start, middle, node_at), _hash_of(middle, end, node_at))


def _path(index: int, start: int, end: int, node_at: NodeAt) -> list[bytes]:
    if end - start == 1:
        return []
    middle = _split(start, end)
    if index < middle:
        return [*_path(index, start, middle, node_at), _hash_of(middle, end, node_at)]
    return [*_path(index, middle, end, node_at), _hash_of(start, middle, node_at)]


def _common(old_end: int, start: int, end: int, node_at: NodeAt, *, is_whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.2; `is_whole`: the subtree is the whole old tree, whose root the verifier has."""
    if old_end == end:
        return [] if is_whole else [_hash_of(start, end, node_at)]
    middle = _split(start, end)
    if old_end <= middle:
        return [*_common(old_end, start, middle, node_at, is_whole=is_whole), _hash_of(middle, end, node_at)]
    return [*_common(old_end, middle, end, node_at, is_whole=False), _hash_of(start, middle, node_at)]
