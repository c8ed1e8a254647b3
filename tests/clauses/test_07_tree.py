"""Clause 7: the ledger's tree is the one of RFC 6962, and no bit of a proof can be changed (security rule 27)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from troth.errors import Tampered
from troth.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    Head,
    check_consistency,
    grow,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_of_inclusion,
)

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "rfc6962.json").read_text("utf-8"))
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in GOLDEN["leaves"]]
MANY = [leaf_hash(str(number).encode()) for number in range(64)]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of section 2.1, word for word, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    cut = 1
    while cut * 2 < len(leaves):
        cut *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:cut]) + naive_root(leaves[cut:])).digest()


def node_at(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """Answer with complete subtrees only: asking for a ragged one is a mistake of the prover."""

    def answer(level: int, index: int) -> bytes:
        part = leaves[index << level : index + 1 << level]
        assert len(part) == 1 << level
        return naive_root(part)

    return answer


def hexed(proof: Sequence[bytes]) -> list[str]:
    return [part.hex() for part in proof]


def flips(raw: bytes) -> Iterator[bytes]:
    """Every value that differs in one bit."""
    for bit in range(len(raw) * 8):
        yield (int.from_bytes(raw) ^ 1 << bit).to_bytes(len(raw))


def test_roots_are_those_of_the_published_vectors() -> None:
    assert [grow(Frontier(), LEAVES[:size]).frontier.root().hex() for size in range(9)] == GOLDEN["roots"]


@pytest.mark.parametrize("case", GOLDEN["inclusion"])
def test_inclusion_proofs_are_those_of_the_published_vectors(case: dict[str, object]) -> None:
    assert hexed(prove_inclusion(case["index"], case["size"], node_at(LEAVES))) == case["proof"]  # type: ignore[arg-type]


@pytest.mark.parametrize("case", GOLDEN["consistency"])
def test_consistency_proofs_are_those_of_the_published_vectors(case: dict[str, object]) -> None:
    assert hexed(prove_consistency(case["old"], case["new"], node_at(LEAVES))) == case["proof"]  # type: ignore[arg-type]


def test_every_tree_up_to_64_leaves_grows_to_the_naive_root_from_every_smaller_one() -> None:
    for size in range(65):
        for cut in range(size + 1):
            begun = grow(Frontier(), MANY[:cut]).frontier
            assert grow(begun, MANY[cut:size]).frontier.root() == naive_root(MANY[:size])


def test_growing_names_each_complete_subtree_exactly_once() -> None:
    named = [
        node
        for cut in range(0, 64, 5)
        for node in grow(grow(Frontier(), MANY[:cut]).frontier, MANY[cut : cut + 5]).nodes
    ]
    whole = {
        (level, index): naive_root(MANY[index << level : index + 1 << level])
        for level in range(1, 7)
        for index in range(64 >> level)
    }
    assert {(level, index): hash_ for level, index, hash_ in named} == whole
    assert len(named) == len(whole)


def test_every_leaf_of_every_tree_up_to_64_leaves_is_proved_to_be_in_it() -> None:
    for size in range(1, 65):
        root = naive_root(MANY[:size])
        for index in range(size):
            proof = prove_inclusion(index, size, node_at(MANY[:size]))
            assert root_of_inclusion(MANY[index], index, size, proof) == root


def test_a_new_leaf_is_proved_without_asking_the_store() -> None:
    for cut in range(33):
        growth = grow(grow(Frontier(), MANY[:cut]).frontier, MANY[cut:40])
        for index in range(cut, 40):
            assert growth.proof(index) == prove_inclusion(index, 40, node_at(MANY[:40]))


def test_every_tree_up_to_64_leaves_is_proved_to_begin_with_every_smaller_one() -> None:
    for new in range(65):
        for old in range(new + 1):
            proof = prove_consistency(old, new, node_at(MANY[:new]))
            check_consistency(Head(old, naive_root(MANY[:old])), Head(new, naive_root(MANY[:new])), proof)


def test_one_changed_bit_anywhere_in_an_inclusion_is_found() -> None:
    size, index = 13, 6
    proof, root = prove_inclusion(index, size, node_at(MANY[:size])), naive_root(MANY[:size])
    assert root_of_inclusion(MANY[index], index, size, proof) == root
    assert all(root_of_inclusion(leaf, index, size, proof) != root for leaf in flips(MANY[index]))
    for place, part in enumerate(proof):
        for flipped in flips(part):
            assert root_of_inclusion(MANY[index], index, size, [*proof[:place], flipped, *proof[place + 1 :]]) != root


def test_an_inclusion_for_another_place_or_of_another_length_is_found() -> None:
    size, index = 13, 6
    proof, root = prove_inclusion(index, size, node_at(MANY[:size])), naive_root(MANY[:size])
    assert all(root_of_inclusion(MANY[index], other, size, proof) != root for other in range(8) if other != index)
    for wrong in (proof[:-1], [*proof, proof[0]], []):
        with pytest.raises(Tampered):
            root_of_inclusion(MANY[index], index, size, wrong)
    for outside in (-1, size):
        with pytest.raises(Tampered, match="outside"):
            root_of_inclusion(MANY[index], outside, size, proof)


@pytest.mark.parametrize(("old", "new"), [(6, 13), (8, 13), (1, 2), (13, 64)])
def test_one_changed_bit_anywhere_in_a_consistency_is_found(old: int, new: int) -> None:
    proof = prove_consistency(old, new, node_at(MANY[:new]))
    before, after = Head(old, naive_root(MANY[:old])), Head(new, naive_root(MANY[:new]))
    check_consistency(before, after, proof)
    changed = [(Head(old, root), after, proof) for root in flips(before.root)]
    changed += [(before, Head(new, root), proof) for root in flips(after.root)]
    changed += [
        (before, after, [*proof[:place], flipped, *proof[place + 1 :]])
        for place, part in enumerate(proof)
        for flipped in flips(part)
    ]
    changed += [(before, after, proof[:-1]), (before, after, [*proof, proof[0]]), (before, after, [])]
    for case in changed:
        with pytest.raises(Tampered):
            check_consistency(*case)


def test_two_heads_of_one_size_must_be_the_same_head() -> None:
    head = Head(5, naive_root(MANY[:5]))
    check_consistency(head, head, [])
    check_consistency(Head(0, EMPTY_ROOT), head, [])
    for old, new, proof in (
        (head, Head(5, naive_root(MANY[1:6])), []),
        (head, head, [head.root]),
        (Head(0, head.root), head, []),
        (Head(6, head.root), head, []),
    ):
        with pytest.raises(Tampered):
            check_consistency(old, new, proof)


def test_asking_for_what_is_not_in_the_tree_is_the_askers_mistake() -> None:
    with pytest.raises(ValueError, match="not in the tree"):
        prove_inclusion(3, 3, node_at(MANY))
    with pytest.raises(ValueError, match="larger"):
        prove_consistency(4, 3, node_at(MANY))
