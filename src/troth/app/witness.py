"""`troth verify`: the stored ledger, heads and receipts held against each other; nothing is changed (rule 30)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from troth.app.signing import public_keys
from troth.consent.receipt_check import Checked, check_receipt
from troth.engines.keys import open_key_file
from troth.engines.sql.register import Witness
from troth.errors import Tampered, UnusableInput
from troth.ledger import Outside, Problem, PublicKey, Verdict, open_checkpoint, verify_ledger
from troth.ledger.public_keys import read_public_keys
from troth.ledger.tree import EMPTY_ROOT, Head
from troth.settings import Settings

LONGEST_BYTES = 1024 * 1024


class Found(Struct, frozen=True, kw_only=True):
    """What was found.

    verdict   on the ledger; None if only receipts were checked
    receipts  those that fit in every part, each with its file
    problems  everything that does not fit, the ledger's first
    """

    verdict: Verdict | None
    receipts: tuple[tuple[str, Checked], ...]
    problems: tuple[Problem, ...]


class Watch(Struct, frozen=True):
    """Who is told how far the walk is: `begin` how many entries there are, `advance` how many were followed."""

    begin: Callable[[int], None] = lambda _: None
    advance: Callable[[int], None] = lambda _: None


def verify(
    settings: Settings,
    *,
    keys_file: Path | None,
    checkpoints: Sequence[Path],
    receipts: Sequence[Path],
    with_ledger: bool,
    watch: Watch | None = None,
) -> Found:
    """Verify the ledger, receipts, or both.

    keys_file    the site's public keys; None = those of the key file
    checkpoints  files with a head that left the machine: a signed note, or a receipt
    receipts     files with receipts to be checked in every part; each also holds a head
    with_ledger  False = only the receipts
    Raises UnusableInput, KeyFileError, StoreError if there is nothing to verify with.
    """
    if not with_ledger:
        return _Files(_keys(settings, keys_file, ()), checkpoints, receipts).found(None)
    with closing(Witness(settings.register_place)) as register, register.reading() as reading:
        keys = _keys(settings, keys_file, reading.policies.policy_ids())
        files = _Files(keys, checkpoints, receipts)
        telling = watch or Watch()
        telling.begin(reading.ledger.length())
        try:
            return files.found(verify_ledger(reading.ledger, keys, files.outside, telling.advance))
        except Tampered as error:  # a row that no writer of ours can have left: it cannot even be read
            place = Problem(error.where.removesuffix(" of the ledger"), error.what)
            return files.found(Verdict(head=Head(0, EMPTY_ROOT), attested=(), problems=(place,)))


class _Files:
    """The files with heads and receipts, opened; what does not fit in them is a problem of its own."""

    def __init__(self, keys: Sequence[PublicKey], checkpoints: Sequence[Path], receipts: Sequence[Path]) -> None:
        self._keys = keys
        self.outside: list[Outside] = []
        self._receipts: list[tuple[str, Checked]] = []
        self._problems: list[Problem] = []
        for path in checkpoints:
            self._open(path, self._head_in)
        for path in receipts:
            self._open(path, self._head_of_receipt)

    def found(self, verdict: Verdict | None) -> Found:
        """Return everything that was found, with the ledger's verdict."""
        problems = (*(verdict.problems if verdict else ()), *self._problems)
        return Found(verdict=verdict, receipts=tuple(self._receipts), problems=problems)

    def _open(self, path: Path, head_in: Callable[[Path, bytes], Head]) -> None:
        try:
            self.outside.append(Outside(str(path), head_in(path, _read(path))))
        except Tampered as error:
            self._problems.append(Problem(str(path), error.what))

    def _head_in(self, path: Path, raw: bytes) -> Head:
        """Return the head of a signed note, or of a receipt."""
        if raw.lstrip().startswith(b"{"):
            return _check(path, raw, self._keys).head
        return open_checkpoint(raw.decode("utf-8", "replace"), self._keys)

    def _head_of_receipt(self, path: Path, raw: bytes) -> Head:
        checked = _check(path, raw, self._keys)
        self._receipts.append((str(path), checked))
        return checked.head


def _check(path: Path, raw: bytes, keys: Sequence[PublicKey]) -> Checked:
    try:
        return check_receipt(raw, keys)
    except UnusableInput as error:
        raise UnusableInput(error.what, error.fix, str(path)) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST_BYTES + 1)
    except OSError as error:
        raise UnusableInput(f"cannot be read ({error.strerror})", "give a file", str(path)) from None
    if len(raw) > LONGEST_BYTES:
        raise UnusableInput("is longer than any head, receipt or list of keys", "give the file itself", str(path))
    return raw


def _keys(settings: Settings, keys_file: Path | None, policy_ids: Sequence[str]) -> list[PublicKey]:
    """Return the public keys: those of a file, else those of our own key file under the names of these policies."""
    if keys_file is not None:
        return read_public_keys(_read(keys_file), str(keys_file))
    if not settings.key_file.exists() or not policy_ids:
        fix = "give the site's /.well-known/troth-keys.json with --keys FILE"
        raise UnusableInput("there is no key here that checks signatures", fix)
    return public_keys(open_key_file(settings.key_file, [settings.data]), policy_ids)
