"""Clause 7: `troth verify` on a real house: what it says, how it ends, and that it changes nothing (rule 30)."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from houses import Houses, agree, demo_policy_text
from postgres import Postgres
from sqlalchemy import delete, text, update

from troth.app.house import House
from troth.app.signing import head_signer, public_keys
from troth.app.witness import Watch, verify
from troth.cli import main
from troth.clock import SystemClock
from troth.consent import Choice
from troth.engines.keys import open_key_file
from troth.engines.sql.database import open_writer, url_of
from troth.engines.sql.ledger_tree import Sequencer
from troth.engines.sql.tables import ledger_checkpoints, ledger_entries, ledger_head, ledger_nodes
from troth.ledger.public_keys import write_public_keys
from troth.settings import read_settings


class Said(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Verify = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Verify:
    """`troth verify`, called with its words."""

    def call(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["troth", "verify", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return call


def data_of(houses: Houses) -> Path:
    return houses.folder / "data"


def choose(house: House, token: str | None = None) -> bytes:
    """Let a browser agree and return the receipt it is given."""
    choice = Choice(
        purposes={"statistics": True},
        language="en",
        layer=1,
        how="banner",
        text_hash="0" * 64,
        policy_hash=house.loaded.hash,
    )
    receipt = house.desk.decide(choice, token).receipt
    assert receipt is not None
    return house.desk.issue(receipt)


def entry_count(house: House) -> int:
    with house.register.reading() as reading:
        return reading.ledger.length()


def head_of(house: House) -> str:
    with house.register.reading() as reading:
        head = reading.ledger.head()
    assert head is not None
    return head


def keep(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rewrite_with_the_key(houses: Houses, house: House) -> None:
    """Alter one entry and sign everything anew with the house's own key, as its owner could."""
    signer = head_signer(open_key_file(houses.folder / "keys" / "troth-keys.json"), house.policy.policy.id)
    engine = open_writer(url_of(data_of(houses) / "register.sqlite"))
    with engine.begin() as connection:
        connection.execute(update(ledger_entries).where(ledger_entries.c.seq == 1).values(clause="C9-99"))
        for table in (ledger_nodes, ledger_head, ledger_checkpoints):
            connection.execute(delete(table))
        Sequencer(signer).plant(connection)
    engine.dispose()


def test_without_a_head_from_outside_it_says_consistent_and_never_complete(houses: Houses, run: Verify) -> None:
    house = houses.open()
    for _ in range(3):
        agree(house)
    said = run(data_of(houses))
    assert said.code == 0, said
    assert said.out.splitlines()[0] == "consistent"
    assert f"{entry_count(house)} entries" in said.out
    assert "--checkpoint" in said.out
    assert "complete" not in said.out


def test_with_a_head_from_outside_it_says_at_which_size_that_head_was_made(houses: Houses, run: Verify) -> None:
    house = houses.open()
    agree(house)
    size = entry_count(house)
    note = keep(houses.folder, "mail.txt", head_of(house))
    agree(house)
    said = run(data_of(houses), "--checkpoint", note)
    assert (said.code, said.out.splitlines()[0]) == (
        0,
        f"consistent, and contains what was attested at size {size} ({note})",
    )


def test_a_receipt_is_checked_in_every_part_and_its_head_against_the_ledger(houses: Houses, run: Verify) -> None:
    house = houses.open(clock=SystemClock())  # keys are made today, and a receipt's day must not be before
    receipt = keep(houses.folder, "receipt.json", choose(house))
    agree(house)
    said = run(data_of(houses), "--receipt", receipt)
    assert said.code == 0, said
    assert f"{receipt}: fits" in said.out
    assert "contains what was attested at size" in said.out
    assert "contains what was attested" in run(data_of(houses), "--checkpoint", receipt).out

    altered = keep(houses.folder, "altered.json", receipt.read_bytes().replace(b'"banner"', b'"bunner"'))
    assert altered.read_bytes() != receipt.read_bytes()
    said = run(data_of(houses), "--receipt", altered)
    assert said.code == 1
    assert f"the first at {altered}" in said.out


def test_a_receipt_is_checked_offline_with_the_public_keys_alone(houses: Houses, run: Verify, tmp_path: Path) -> None:
    house = houses.open(clock=SystemClock())  # keys are made today, and a receipt's day must not be before
    receipt = keep(tmp_path, "receipt.json", choose(house))
    keys = public_keys(house.keys, [house.policy.policy.id])
    published = keep(tmp_path, "published.json", write_public_keys(keys))
    others = keep(tmp_path, "others.json", write_public_keys(public_keys(house.keys, ["somebody-else"])))
    houses.close_all()
    for path in data_of(houses).glob("register*"):
        path.unlink()
    said = run("--receipt", receipt, "--keys", published)
    assert (said.code, said.out.split(":")[1].split(";")[0]) == (0, " fits")
    assert run("--receipt", receipt, "--keys", others).code == 1
    assert not (data_of(houses) / "register.sqlite").exists(), "nothing is made"


def test_history_rewritten_with_the_signing_key_is_found_by_an_old_receipt(houses: Houses, run: Verify) -> None:
    house = houses.open(clock=SystemClock())
    agree(house)
    receipt = keep(houses.folder, "receipt.json", choose(house))
    note = keep(houses.folder, "mail.txt", head_of(house))
    agree(house)
    assert run(data_of(houses), "--receipt", receipt, "--checkpoint", note).code == 0
    houses.close(house)
    rewrite_with_the_key(houses, house)
    plain = run(data_of(houses))
    assert (plain.code, plain.out.splitlines()[0]) == (0, "consistent"), "from the inside it cannot be seen"
    for flag, path in (("--receipt", receipt), ("--checkpoint", receipt), ("--checkpoint", note)):
        said = run(data_of(houses), flag, path)
        assert said.code == 1
        assert f"{path}: it attests another history" in said.out


def test_an_altered_entry_is_named_and_the_exit_code_is_1(houses: Houses, run: Verify) -> None:
    house = houses.open()
    for _ in range(4):
        agree(house)
    houses.close(house)
    with sqlite3.connect(data_of(houses) / "register.sqlite") as connection:
        connection.execute("UPDATE ledger_entries SET clause = 'C9-99' WHERE seq = 2")
    assert "the first at node 1/1, over entries 2 to 3" in run(data_of(houses)).out
    with connection:
        connection.execute("DELETE FROM ledger_entries WHERE seq = 2")
    connection.close()
    said = run(data_of(houses))
    assert said.code == 1
    assert "entry 2: it is missing" in said.out
    asked = run(data_of(houses), "--format", "json")
    answer = json.loads(asked.out)
    assert (asked.code, answer["consistent"]) == (1, False)
    assert {"where": "entry 2", "what": "it is missing; the next one has the number 3"} in answer["problems"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ledger_entries SET kind = CAST(x'ff' AS TEXT) WHERE seq = 1",
        "UPDATE ledger_entries SET commitment = 'a text' WHERE seq = 1",
        "UPDATE ledger_entries SET at_s = 9000000000000000000 WHERE seq = 1",
        "UPDATE ledger_head SET checkpoint = CAST(x'ff' AS TEXT)",
        "UPDATE ledger_head SET edge = 'a text'",
    ],
)
def test_a_row_that_no_writer_can_have_left_is_a_finding_and_no_crash(houses: Houses, run: Verify, damage: str) -> None:
    house = houses.open()
    for _ in range(3):
        agree(house)
    houses.close(house)
    assert run(data_of(houses)).code == 0
    with sqlite3.connect(data_of(houses) / "register.sqlite") as connection:
        connection.execute(damage)
    connection.close()
    said = run(data_of(houses))
    assert said.code == 1, said
    assert said.out.startswith("not consistent")
    assert said.err == ""


def test_it_changes_nothing_whether_a_house_runs_or_not(houses: Houses, run: Verify) -> None:
    house = houses.open()
    for _ in range(3):
        agree(house)
    before = houses.every_file()
    assert "data/register.sqlite-wal" in before, "a house runs"
    assert run(data_of(houses)).code == 0
    after = houses.every_file()
    shared_memory = "data/register.sqlite-shm"
    assert {name for name in before if before[name] != after[name]} <= {shared_memory}
    houses.close(house)
    before = houses.every_file()
    assert run(data_of(houses)).code == 0
    after = houses.every_file()
    assert {name: after[name] for name in before} == before


def test_a_house_goes_on_writing_while_it_is_verified(houses: Houses) -> None:
    house = houses.open()
    for _ in range(3):
        agree(house)
    told: list[int] = []

    def write_meanwhile(count: int) -> None:
        told.append(count)
        agree(house)

    size = entry_count(house)
    settings = read_settings({"data": data_of(houses), "key_file": houses.folder / "keys" / "troth-keys.json"}, {})
    watch = Watch(begin=told.append, advance=write_meanwhile)
    found = verify(settings, keys_file=None, checkpoints=(), receipts=(), with_ledger=True, watch=watch)
    assert found.verdict is not None
    assert (found.problems, found.verdict.head.size) == ((), size)
    assert told == [size, size]
    assert entry_count(house) > size


def test_what_was_signed_under_an_earlier_id_of_the_policy_still_counts(houses: Houses, run: Verify) -> None:
    text_before = demo_policy_text()
    house = houses.open()
    agree(house)
    houses.close(house)
    houses.clock.forward(timedelta(minutes=1))
    assert "\n  id: acme-site\n" in text_before
    renamed = houses.open(text_before.replace("\n  id: acme-site\n", "\n  id: acme.shop\n", 1))
    agree(renamed)
    assert head_of(renamed).startswith("acme.shop/ledger\n")
    said = run(data_of(houses))
    assert said.code == 0, said.out


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("nowhere",), "there is no register here"),
        (("--receipt", "nowhere.json"), "there is no key here"),
        (("--keys", "nowhere.json", "--receipt", "nowhere.json"), "cannot be read"),
    ],
)
def test_nothing_to_verify_is_exit_code_2_and_two_lines(
    run: Verify, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run(*words)
    assert said.code == 2
    assert what in said.err
    assert len(said.err.strip().splitlines()) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_house_with_its_register_on_postgresql_is_verified_by_its_address(
    houses: Houses, run: Verify, postgres: Postgres, postgres_url: str
) -> None:
    house = houses.open(register=postgres_url)
    for _ in range(3):
        agree(house)
    assert not (data_of(houses) / "register.sqlite").exists()
    note = keep(houses.folder, "mail.txt", head_of(house))
    words = (data_of(houses), "--register", postgres_url, "--checkpoint", note)
    said = run(*words)
    assert said.code == 0, said
    assert "contains what was attested" in said.out
    engine = open_writer(url_of(postgres_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE ledger_entries SET clause = 'C9-99' WHERE seq = 1"))
    engine.dispose()
    assert run(*words).code == 1
