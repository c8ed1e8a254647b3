"""What the vault needs of the identity store: subjects, their wrapped keys and blind indexes (clauses 5 and 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Protocol, TypeVar

from msgspec import Struct

from troth.errors import Erased, Restricted, UnusableInput, VaultError
from troth.policy.permit import SubjectId
from troth.vault.keyring import Wrapped

T = TypeVar("T")
Kind = Literal["browser", "submission", "person"]
State = Literal["live", "restricted", "erasing", "erased"]
EpochState = Literal["none", "live", "ended"]
Why = Literal["restrict", "withdraw", "erase"]
"""Why a generation ended something for a subject."""

MAY_BECOME: Final[dict[State, frozenset[State]]] = {
    "live": frozenset({"restricted", "erasing"}),
    "restricted": frozenset({"live", "erasing"}),
    "erasing": frozenset({"erased"}),
    "erased": frozenset(),
}


class IndexRow(Struct, frozen=True):
    """A blind index of a subject; `version` is the index key's. Verified rows are unique, others are not."""

    blind: bytes
    version: int
    verified: bool = False


class NewSubject(Struct, frozen=True):
    """A subject to be added, with its wrapped key and its index rows, in one transaction."""

    subject: SubjectId
    kind: Kind
    key: Wrapped
    made_at_ms: int
    index: tuple[IndexRow, ...] = ()


class Held(Struct, frozen=True):
    """State and wrapped keys of a subject for one class and epoch, read in one query.

    subject_key   None once erased
    epoch_state   "none": never made; "ended": the epoch key is gone
    """

    subject: SubjectId
    state: State
    key_generation: int
    subject_key: Wrapped | None
    epoch_state: EpochState
    epoch_generation: int
    epoch_key: Wrapped | None
    generation: int


class EpochHeld(Struct, frozen=True):
    """The wrapped key of one class and epoch; `key` is None once the epoch ended."""

    class_: str
    epoch: str
    key_generation: int
    key: Wrapped | None


class Ending(Struct, frozen=True):
    """Generation number, whose processing ended, why."""

    generation: int
    subject: SubjectId
    why: Why
    at_ms: int


class IdentityStore(Protocol):
    """Every write is durable when the call returns; every call raises StoreError when the disk fails."""

    def add_subjects(self, subjects: Sequence[NewSubject]) -> None:
        """Add subjects and their index rows in one transaction. Raises UnusableInput if a verified row exists."""
        ...

    def state_of(self, subject: SubjectId) -> State | None:
        """Return the state, None for a subject never made here."""
        ...

    def held(self, subject: SubjectId, class_: str, epoch: str) -> Held | None:
        """Return state and wrapped keys in one query, None for a subject never made here."""
        ...

    def held_by_index(self, blinds: Sequence[bytes], class_: str, epoch: str) -> Held | None:
        """Return the same for the subject with one of these blind indexes, in one query for each.

        For names only one subject can have (a browser's token); `find` is for the others.
        """
        ...

    def move(self, subject: SubjectId, to: State, why: Why | None, at_ms: int) -> int:
        """Change the state as `check_move` allows; return the generation now in force.

        With `why` and a real change the generation rises and an ending is kept. Moving to the state it is in
        changes nothing. To "erased", the key and the index rows go in the same transaction.
        """
        ...

    def end(self, subject: SubjectId, why: Why, at_ms: int) -> int:
        """Raise the generation with an ending and leave the state as it is."""
        ...

    def generation(self) -> int:
        """Return how often something was ended."""
        ...

    def endings_after(self, generation: int) -> list[Ending]:
        """Return the endings with a higher number, oldest first."""
        ...

    def add_index_row(self, subject: SubjectId, row: IndexRow) -> None:
        """Add a blind index to a live subject. Raises as `check_live`, UnusableInput if verified for another."""
        ...

    def find(self, blinds: Sequence[bytes]) -> list[SubjectId]:
        """Return the subjects with one of these blind indexes, oldest first."""
        ...

    def epoch(self, class_: str, epoch: str) -> EpochHeld | None:
        """Return one epoch key, None if never made."""
        ...

    def epochs(self, class_: str) -> list[EpochHeld]:
        """Return every epoch of a class, ended ones too, in order."""
        ...

    def add_epoch(self, class_: str, epoch: str, key: Wrapped, at_ms: int) -> EpochHeld:
        """Keep an epoch key and return what is held: of two that come at once the first wins, an ended one stays so."""
        ...

    def end_epoch(self, class_: str, epoch: str, at_ms: int) -> None:
        """Drop the key of the epoch for ever; a row that says so stays."""
        ...

    def canary(self) -> Wrapped | None:
        """Return the canary wrapped under a root key (security rule 2)."""
        ...

    def reserve_seals(self, version: int, count: int) -> int:
        """Add `count` to the seals of this root key version; return the new sum."""
        ...

    def checkpoint_truncate(self, tries: int = 20) -> bool:
        """Empty the write-ahead log; False while a reader still holds it (security rule 12)."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


def known(subject: SubjectId, found: T | None) -> T:
    """Return what the store found. Raises UnusableInput for a subject never made here."""
    if found is None:
        raise UnusableInput(f"there is no subject {subject}", "check the id; subjects are made by create_subject only")
    return found


def check_live(subject: SubjectId, state: State | None) -> None:
    """Return if we may write about this subject. Raises Erased, Restricted, UnusableInput."""
    match known(subject, state):
        case "restricted":
            raise Restricted(f"subject {subject} is restricted", "nothing is collected until the restriction is lifted")
        case "erasing" | "erased":
            raise Erased(f"subject {subject} is erased")


def check_move(subject: SubjectId, state: State | None, to: State) -> bool:
    """Return whether this move changes anything. Raises Erased or VaultError for one that is not allowed."""
    now: State = known(subject, state)
    if now == to or (now == "erased" and to == "erasing"):
        return False
    if to in MAY_BECOME[now]:
        return True
    if now in ("erasing", "erased"):
        raise Erased(f"subject {subject} is {now} and cannot become {to}")
    raise VaultError(f"subject {subject} is {now} and cannot become {to}", "begin the erasure first")
