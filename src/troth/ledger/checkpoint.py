"""Clause 7: a checkpoint is a signed statement of the ledger's size and root, in C2SP tlog-checkpoint form (rule 27).

acme-web/ledger
1204
pN0m…=

— acme-web/ledger Kx…
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date

from troth.errors import Tampered
from troth.ledger.note import NoteSigner, PublicKey, Seed, open_note
from troth.ledger.tree import Head


class HeadSigner(NoteSigner):
    """Signs heads of one ledger; its origin is also the name of its key."""

    def __init__(self, origin: str, seed: Seed, since: date) -> None:
        super().__init__(origin, seed, "ledger", since)
        self.origin = origin

    def sign_head(self, head: Head) -> str:
        """Return the checkpoint of a head: a signed note."""
        return self.sign(f"{self.origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n")


def open_checkpoint(note: str, keys: Sequence[PublicKey]) -> Head:
    """Return the head that a checkpoint states. Raises Tampered if it is out of form or not signed by these keys."""
    text = open_note(note, [key for key in keys if key.use == "ledger"])
    lines = text.split("\n")
    try:
        origin, size, root = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
    except (IndexError, binascii.Error, ValueError):
        raise Tampered("a checkpoint is out of form", "fetch it again, as plain text") from None
    is_number = size.isascii() and size.isdigit() and (size == "0" or not size.startswith("0"))
    is_one_root = len(root) == 32 and base64.b64encode(root).decode() == lines[2] and lines[3:] == [""]
    if not origin or not is_number or not is_one_root:
        raise Tampered("a checkpoint is out of form", "fetch it again, as plain text")
    return Head(int(size), root)
