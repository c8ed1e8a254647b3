"""Clause 7: heads are signed notes that other tools can check, and no bit of them can be changed (security rule 27)."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path

import pytest

from troth.errors import Tampered
from troth.ledger.checkpoint import HeadSigner, open_checkpoint
from troth.ledger.note import NoteSigner, PublicKey, open_note, read_verifier
from troth.ledger.tree import EMPTY_ROOT, Head
from troth.vault import Key

EXAMPLE = json.loads((Path(__file__).parents[1] / "golden" / "signed-note.json").read_text("utf-8"))
NOTE = f"{EXAMPLE['text']}\n{EXAMPLE['signature']}"
DAY = date(2026, 11, 24)
HEAD = Head(12, bytes(range(32)))


def example_key() -> PublicKey:
    return read_verifier(EXAMPLE["verifier"], "ledger", DAY)


def signer(name: str = "acme-web/ledger", seed: int = 7) -> HeadSigner:
    return HeadSigner(name, Key(bytes([seed]) * 32), DAY)


def test_the_published_example_is_accepted_and_made_again_byte_for_byte() -> None:
    assert open_note(NOTE, [example_key()]) == EXAMPLE["text"]
    made = NoteSigner("PeterNeumann", Key(base64.b64decode(EXAMPLE["seed"])), "ledger", DAY)
    assert made.public_key.verifier == EXAMPLE["verifier"]
    assert made.sign(EXAMPLE["text"]) == NOTE


def test_one_changed_bit_anywhere_in_a_note_is_found() -> None:
    raw = NOTE.encode()
    key = example_key()
    accepted = []
    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            accepted.append(open_note(changed.decode(), [key]))
        except (Tampered, UnicodeDecodeError):
            continue
    assert accepted == []


def test_one_changed_bit_of_a_verifier_key_is_found() -> None:
    for place, char in enumerate(EXAMPLE["verifier"]):
        for bit in range(7):
            changed = EXAMPLE["verifier"][:place] + chr(ord(char) ^ 1 << bit) + EXAMPLE["verifier"][place + 1 :]
            if changed.strip() != EXAMPLE["verifier"]:
                with pytest.raises(Tampered):
                    read_verifier(changed, "ledger", DAY)


def test_a_strangers_signature_beside_ours_is_passed_over_and_alone_it_is_nothing() -> None:
    ours, stranger = signer(), signer("witness.example/w", 9)
    note = ours.sign("a text\n\nwith an empty line\n")
    both = note + stranger.sign("a text\n\nwith an empty line\n").rpartition("\n\n")[2]
    assert open_note(both, [ours.public_key]) == "a text\n\nwith an empty line\n"
    with pytest.raises(Tampered, match="none of the known keys"):
        open_note(note, [stranger.public_key])


def test_another_key_under_our_name_is_not_our_key() -> None:
    with pytest.raises(Tampered, match="none of the known keys"):
        open_note(signer(seed=8).sign_head(HEAD), [signer(seed=7).public_key])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        NOTE.removesuffix("\n"),
        NOTE.replace("— ", "- "),
        NOTE.replace("PeterNeumann x08", "PeterNeumannx08"),
        NOTE.replace("\n\n", "\n"),
        "a\ttab\n\n" + EXAMPLE["signature"],
        EXAMPLE["text"] + "\n" + EXAMPLE["signature"] * 17,
        "x" * 70_000 + "\n\n" + EXAMPLE["signature"],
        NOTE.replace("x08go", "%%%%%"),
    ],
)
def test_a_note_out_of_form_is_refused(note: str) -> None:
    with pytest.raises(Tampered):
        open_note(note, [example_key()])


def test_a_checkpoint_states_origin_size_and_root() -> None:
    note = signer().sign_head(HEAD)
    assert note.startswith("acme-web/ledger\n12\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— acme-web/ledger ")
    assert open_checkpoint(note, [signer().public_key]) == HEAD
    empty = Head(0, EMPTY_ROOT)
    assert open_checkpoint(signer().sign_head(empty), [signer().public_key]) == empty


@pytest.mark.parametrize(
    "text",
    [
        "acme\n12\n",
        "acme\n012\nAAAA\n",
        "acme\n-1\nAAAA\n",
        "acme\n12\nAAAA\n",
        "acme\n１２\nAAAA\n",
        "\n12\nAAAA\n",
        "a\n1\n?\n",
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Tampered, match="out of form"):
        open_checkpoint(signer().sign(text), [signer().public_key])


def test_a_receipt_key_does_not_speak_for_the_ledger() -> None:
    receipts = NoteSigner("acme-web/ledger", Key(b"\x07" * 32), "receipt", DAY)
    with pytest.raises(Tampered, match="none of the known keys"):
        open_checkpoint(signer().sign_head(HEAD), [receipts.public_key])


def test_a_key_is_named_so_that_a_signature_line_can_be_read() -> None:
    for name in ("", "two words", "a+b", "line\nbreak"):
        with pytest.raises(ValueError, match="no space and no plus"):
            signer(name)
    with pytest.raises(ValueError, match="ends in a newline"):
        signer().sign("no newline")


def test_a_signer_shows_its_name_and_never_its_key() -> None:
    shown = repr(signer())
    assert "acme-web/ledger" in shown
    assert "<key>" in shown
    assert (b"\x07" * 32).hex() not in shown
