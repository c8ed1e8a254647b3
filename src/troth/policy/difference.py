"""What differs between two policies, as a list of steps that make the new one out of the old one (clause 10)."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from msgspec import Struct

from troth.policy.findings import Path
from troth.policy.model import Policy
from troth.policy.tree import policy_of, tree_of

Kind = Literal["removed", "renamed", "reordered", "added", "changed"]


class Change(Struct, frozen=True, kw_only=True):
    """One step. Steps are taken in order, each on what the steps before it left.

    path   where, in the tree of the policy (`policy.tree`): for `renamed` and `reordered` the group itself
    names  the same place for a person: list items by their id or number in the file (first = 1), not by position
    old    what stood there; for `renamed` the old key, for `reordered` the names in their old order
    new    what stands there now; for `reordered` which item of the old order comes first, second, … (from 0)
    """

    kind: Kind
    path: Path
    names: tuple[str, ...]
    old: Any = None
    new: Any = None


class Difference(Struct, frozen=True):
    """All the steps from one policy to another. None: they promise the same."""

    changes: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)


def apply(policy: Policy, difference: Difference) -> Policy:
    """Return the policy that the steps lead to. Raises LookupError for steps that start from another policy."""
    return policy_of(apply_to_tree(tree_of(policy), difference.changes))


def apply_to_tree(tree: Any, changes: Iterable[Change]) -> Any:
    """Return a tree with steps taken; the tree given stays as it is."""
    tree = copy.deepcopy(tree)
    for change in changes:
        _take(tree, change)
    return tree


def _take(tree: Any, change: Change) -> None:
    is_whole = change.kind in ("renamed", "reordered")
    last: Any = None if is_whole else change.path[-1]
    group = tree
    for key in change.path if is_whole else change.path[:-1]:
        group = group[key]
    match change.kind:
        case "removed":
            del group[last]
        case "renamed":
            pairs = [(change.new if key == change.old else key, value) for key, value in group.items()]
            if change.old not in group:
                raise KeyError(change.old)
            group.clear()
            group.update(pairs)
        case "reordered":
            group[:] = [group[place] for place in change.new]
        case "added" if isinstance(group, list):
            group.insert(last, copy.deepcopy(change.new))
        case _:
            group[last] = copy.deepcopy(change.new)


def as_values(difference: Difference) -> list[Mapping[str, Any]]:
    """Return the steps as plain values for JSON; `difference_of` reads them again."""
    return [
        {
            "kind": change.kind,
            "path": list(change.path),
            "names": list(change.names),
            "old": change.old,
            "new": change.new,
        }
        for change in difference.changes
    ]


def difference_of(values: Iterable[Mapping[str, Any]]) -> Difference:
    """Return the difference that `as_values` wrote."""
    return Difference(
        tuple(
            Change(
                kind=step["kind"],
                path=tuple(step["path"]),
                names=tuple(step["names"]),
                old=step["old"],
                new=step["new"],
            )
            for step in values
        )
    )
