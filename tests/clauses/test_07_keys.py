"""Clause 7: keys lie in one safe place, prove themselves at a start, and never show in anything we print or store."""

from __future__ import annotations

import copy
import hmac
import json
import os
import pickle
import re
import signal
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyrage
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from troth.clock import SetClock
from troth.engines.key_file import KeyFile, Root, load, save
from troth.engines.keys import (
    KeyFileProvider,
    confirm,
    create_key_file,
    encrypted_swap,
    open_key_file,
    report,
)
from troth.engines.memory import MemoryIdentity, MemoryReadings
from troth.engines.sql.identity import open_identity
from troth.errors import KeyFileError, StoreError, Tampered, WrongKey
from troth.ledger.encode import encode
from troth.policy.permit import SubjectId
from troth.vault import Key, Label, Named, Vault, Wrapped, seal
from troth.vault.index import BlindIndex
from troth.vault.keyring import SEALS_LIMIT, epoch_aad, subject_aad
from troth.vault.seal import derive_row_key

GOLDEN = Path(__file__).parents[1] / "golden"
CLOCK = SetClock(datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A key file as `troth init` makes it, beside a data folder."""
    (tmp_path / "data").mkdir()
    made = tmp_path / "keys" / "troth.json"
    create_key_file(made, CLOCK, [tmp_path / "data"])
    return made


def golden(name: str) -> dict[str, str]:
    return json.loads((GOLDEN / f"vault-{name}.json").read_text())


def provider(kek: str = "11" * 32, index: str = "22" * 32) -> KeyFileProvider:
    """A provider on given secrets."""

    def root(text: str) -> Root:
        return Root(date(2026, 11, 24), Key(bytes.fromhex(text)))

    return KeyFileProvider(
        KeyFile(1, {1: root(kek)}, {1: root(index)}, root("33" * 32), root("44" * 32), "age1", None), Path("troth.json")
    )


def two_lines(error: BaseException) -> bool:
    return bool(re.fullmatch(r"error: [^\n]+\nfix:   [^\n]+", str(error)))


# The file


def test_a_key_file_holds_four_independent_secrets_that_differ_in_every_file(path: Path, tmp_path: Path) -> None:
    create_key_file(tmp_path / "other" / "troth.json", CLOCK)
    secrets = []
    for file in (load(path, []), load(tmp_path / "other" / "troth.json", [])):
        roots = (file.kek[1], file.index[1], file.ledger_sign, file.receipt_sign)
        secrets += [root.secret.reveal() for root in roots]
    assert len(set(secrets)) == 8
    assert path.stat().st_mode & 0o7777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o400, 0o700, 0o200, 0o4600])
def test_a_key_file_of_another_mode_is_refused_in_two_lines(path: Path, mode: int) -> None:
    assert open_key_file(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=r"mode|cannot be read") as refused:
        open_key_file(path)
    assert two_lines(refused.value)


def test_a_key_file_of_another_owner_is_refused_in_two_lines(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_key_file(path)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(KeyFileError, match="belongs to user") as refused:
        open_key_file(path)
    assert two_lines(refused.value)


def _inside(data: Path, path: Path) -> Path:
    return path.rename(data / "troth.json")


def _deep_inside(data: Path, path: Path) -> Path:
    (data / "a" / "b").mkdir(parents=True)
    return path.rename(data / "a" / "b" / "troth.json")


def _link_that_points_inside(data: Path, path: Path) -> Path:
    inside = path.rename(data / "troth.json")
    path.symlink_to(inside)
    return path


def _link_that_lies_inside(data: Path, path: Path) -> Path:
    (data / "link.json").symlink_to(path)
    return data / "link.json"


def _through_a_linked_folder(data: Path, path: Path) -> Path:
    _inside(data, path)
    (data.parent / "elsewhere").symlink_to(data)
    return data.parent / "elsewhere" / "troth.json"


def _by_a_crooked_path(data: Path, path: Path) -> Path:
    _inside(data, path)
    return path.parent / ".." / data.name / "troth.json"


def _second_name_inside(data: Path, path: Path) -> Path:
    (data / "hard.json").hardlink_to(path)
    return path


@pytest.mark.parametrize(
    "place",
    [
        _inside,
        _deep_inside,
        _link_that_points_inside,
        _link_that_lies_inside,
        _through_a_linked_folder,
        _by_a_crooked_path,
        _second_name_inside,
    ],
)
def test_a_key_file_in_a_data_path_is_refused_in_two_lines(
    path: Path, tmp_path: Path, place: Callable[[Path, Path], Path]
) -> None:
    data = tmp_path / "data"
    assert open_key_file(path, [data])
    found = place(data, path)
    with pytest.raises(KeyFileError, match=r"inside|second name") as refused:
        open_key_file(found, [data])
    assert two_lines(refused.value)


def test_a_key_file_is_not_made_in_a_data_path(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="inside"):
        create_key_file(tmp_path / "data" / "troth.json", CLOCK, [tmp_path / "data"])
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="already"):
        create_key_file(path, CLOCK)
    assert path.read_bytes() == before
    path.unlink()
    with pytest.raises(KeyFileError, match="already"):  # the copy may be all that is left of it
        create_key_file(path, CLOCK)


@pytest.mark.parametrize("damage", ["missing", "empty", "folder", "other", "newer", "short key", "fifo"])
def test_a_key_file_that_is_none_is_refused_without_quoting_it(path: Path, damage: str) -> None:
    raw = json.loads(path.read_text())
    secret = raw["kek"]["1"]["secret"]
    path.unlink()
    match damage:
        case "empty":
            path.write_bytes(b"")
        case "folder":
            path.mkdir()
        case "other":
            path.write_text(json.dumps(raw | {secret: secret}))
        case "newer":
            path.write_text(json.dumps(raw | {"troth_keys": 2}))
        case "short key":
            path.write_text(json.dumps(raw | {"ledger_sign": {"made_on": "2026-11-24", "secret": secret[:-4]}}))
        case "fifo":
            os.mkfifo(path)
    if path.is_file():
        path.chmod(0o600)
    with pytest.raises(KeyFileError) as refused:
        open_key_file(path)
    assert two_lines(refused.value)
    assert secret[:8] not in "".join(traceback.format_exception(refused.value))


# The recovery kit


def test_the_copy_opens_with_the_recovery_identity_and_is_the_key_file(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "troth.json"
    kit = create_key_file(path, CLOCK)
    copied = kit.copy.read_bytes()
    assert copied.startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert kit.copy.stat().st_mode & 0o7777 == 0o600
    assert pyrage.decrypt(copied, [pyrage.x25519.Identity.from_str(kit.identity)]) == path.read_bytes()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(copied, [pyrage.x25519.Identity.generate()])


def test_the_recovery_identity_is_stored_nowhere_and_not_in_a_repr(tmp_path: Path) -> None:
    kit = create_key_file(tmp_path / "keys" / "troth.json", CLOCK)
    assert kit.identity.startswith("AGE-SECRET-KEY-1")
    stored = b"".join(file.read_bytes() for file in (tmp_path / "keys").iterdir())
    assert kit.recipient.encode() in stored
    assert b"AGE-SECRET-KEY" not in stored
    assert kit.identity not in repr(kit)


def test_only_who_kept_the_kit_confirms_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "troth.json"
    kit = create_key_file(path, CLOCK)
    with pytest.raises(KeyFileError, match="nobody has confirmed") as refused:
        open_key_file(path).require_confirmed()
    assert two_lines(refused.value)
    assert open_key_file(path).health().state == "unconfirmed"
    for wrong in (str(pyrage.x25519.Identity.generate()), kit.recipient, "", "yes"):
        with pytest.raises(KeyFileError, match="recovery identity"):
            confirm(path, wrong, CLOCK)
    assert report(path).confirmed_on is None
    confirm(path, f"  {kit.identity}\n", CLOCK)
    open_key_file(path).require_confirmed()
    assert report(path).confirmed_on == date(2026, 11, 24)
    assert open_key_file(path).health().state == "ok"
    recovered = pyrage.decrypt(kit.copy.read_bytes(), [pyrage.x25519.Identity.from_str(kit.identity)])
    assert recovered == path.read_bytes()


def test_a_report_and_a_repr_of_a_key_file_show_no_secret(path: Path) -> None:
    secrets = [root["secret"] for root in (json.loads(path.read_text())["kek"]["1"],)]
    secrets += [repr(load(path, []).kek[1].secret.reveal())]
    shown = repr(report(path)) + repr(load(path, [])) + repr(open_key_file(path)) + repr(open_key_file(path).health())
    assert "<key>" in shown
    assert not any(secret in shown for secret in secrets)


# A start proves the key


def everything(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("running", [False, True])
def test_a_start_with_another_key_file_is_refused_and_leaves_every_byte(
    path: Path, tmp_path: Path, running: bool
) -> None:
    store = open_identity(tmp_path / "data" / "identity.sqlite", open_key_file(path))
    vault = Vault(store, open_key_file(path), MemoryReadings(), CLOCK)
    vault.create_subject("browser", [Named("browser", "consent", "t")])
    if not running:
        store.close()
    create_key_file(tmp_path / "keys" / "other.json", CLOCK)
    before = everything(tmp_path)
    assert ("data/identity.sqlite-wal" in before) == running
    with pytest.raises(KeyFileError, match="does not open this identity store") as refused:
        open_identity(tmp_path / "data" / "identity.sqlite", open_key_file(tmp_path / "keys" / "other.json"))
    assert refused.value.exit_code == 2
    assert two_lines(refused.value)
    assert everything(tmp_path) == before
    store.close()
    again = open_identity(tmp_path / "data" / "identity.sqlite", open_key_file(path))
    assert len(Vault(again, open_key_file(path), MemoryReadings(), CLOCK).find("browser", "consent", "t")) == 1
    again.close()


def test_a_store_without_its_canary_or_one_that_is_none_is_refused(path: Path, tmp_path: Path) -> None:
    place = tmp_path / "data" / "identity.sqlite"
    open_identity(place, open_key_file(path)).close()
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("DELETE FROM canary")
    assert place.with_name("identity.sqlite-wal").stat().st_size > 0
    with pytest.raises(StoreError, match="no canary"):
        open_identity(place, open_key_file(path))
    other.close()
    with pytest.raises(StoreError, match="no canary"):
        open_identity(place, open_key_file(path))
    place.write_bytes(b"not a database, but long enough to be one" * 100)
    with pytest.raises(StoreError, match="not an identity store"):
        open_identity(place, open_key_file(path))


def test_a_start_cut_short_before_the_first_commit_is_started_again(path: Path, tmp_path: Path) -> None:
    place = tmp_path / "data" / "identity.sqlite"
    with sqlite3.connect(place) as cut:
        cut.execute("PRAGMA journal_mode = wal")
    cut.close()
    assert place.stat().st_size > 0
    store = open_identity(place, open_key_file(path))
    assert store.canary() is not None
    store.close()


# Wrapped keys


def test_wrapped_keys_are_the_frozen_ones() -> None:
    v = golden("wrap")
    keys, nonce = provider(kek=v["kek"]), bytes.fromhex(v["nonce"])
    of_subject, of_epoch = subject_aad(SubjectId(v["subject"]), 1), epoch_aad(v["class"], v["epoch"], 1)
    assert of_subject == encode(("subject", v["subject"], "1"))
    for aad, name in ((of_subject, "subject_key"), (of_epoch, "epoch_key")):
        key = Key(bytes.fromhex(v[name]))
        assert keys._wrap(aad, key, nonce).blob.hex() == v[f"wrapped_{name}"]
        opened = keys.unwrap(aad, Wrapped(1, bytes.fromhex(v[f"wrapped_{name}"])))
        assert opened.reveal() == key.reveal()


def test_a_wrapped_key_opens_only_for_what_it_was_wrapped_for() -> None:
    keys = provider()
    one, other = SubjectId("01" * 16), SubjectId("02" * 16)
    wrapped = keys.wrap(subject_aad(one, 1), Key(b"k" * 32))
    assert keys.unwrap(subject_aad(one, 1), wrapped).reveal() == b"k" * 32
    for aad in (subject_aad(other, 1), subject_aad(one, 2), epoch_aad(one, "1", 1)):
        with pytest.raises(Tampered):
            keys.unwrap(aad, wrapped)
    with pytest.raises(Tampered):
        provider(kek="55" * 32).unwrap(subject_aad(one, 1), wrapped)
    with pytest.raises(WrongKey):
        keys.unwrap(subject_aad(one, 1), Wrapped(2, wrapped.blob))
    for cut in (b"", wrapped.blob[:12], wrapped.blob[:-1]):
        with pytest.raises(Tampered):
            keys.unwrap(subject_aad(one, 1), Wrapped(1, cut))


@pytest.mark.parametrize("table", ["subjects", "epochs"])
def test_two_wrapped_keys_swapped_in_the_table_are_refused(path: Path, tmp_path: Path, table: str) -> None:
    place, keys = tmp_path / "data" / "identity.sqlite", open_key_file(path)
    vault = Vault(open_identity(place, keys), keys, MemoryReadings(), CLOCK)
    one, other = vault.create_subjects("browser", [[], []])
    assert vault.row_key(one, "visits", "2026-11")
    assert vault.row_key(other, "visits", "2026-12")
    with sqlite3.connect(place) as c:
        name = {"subjects": "subject", "epochs": "epoch"}[table]
        (first, a), (second, b) = c.execute(f"SELECT {name}, wrapped FROM {table}").fetchall()  # noqa: S608
        c.executemany(f"UPDATE {table} SET wrapped = ? WHERE {name} = ?", [(b, first), (a, second)])  # noqa: S608
    with pytest.raises(Tampered):
        vault.row_key(one, "visits", "2026-11")


def test_one_root_key_never_wraps_more_than_2_to_the_32_keys() -> None:
    identity = MemoryIdentity()
    identity.reserve_seals(1, SEALS_LIMIT - 1024)
    vault = Vault(identity, provider(), MemoryReadings(), CLOCK)
    vault.create_subjects("browser", [[]] * 1024)
    with pytest.raises(KeyFileError, match=r"2\^32") as refused:
        vault.create_subject("browser")
    assert two_lines(refused.value)


def test_seals_are_counted_through_restarts() -> None:
    identity = MemoryIdentity()
    for _ in range(3):
        Vault(identity, provider(), MemoryReadings(), CLOCK).create_subject("browser")
    assert identity.reserve_seals(1, 0) >= 3


# Blind indexes


def test_a_blind_index_is_the_frozen_one_and_the_one_the_rule_describes() -> None:
    v = golden("index")
    blind = BlindIndex(provider(index=v["index_key"])).of(v["kind"], v["purpose"], v["value"])
    assert blind.hex() == v["blind"]
    prk = hmac.digest(b"troth/blind-index/v1", bytes.fromhex(v["index_key"]), "sha256")
    derived = hmac.digest(prk, encode((v["kind"], v["purpose"])) + b"\x01", "sha256")
    assert hmac.digest(derived, encode((v["value"],)), "sha256")[:16] == blind


def test_a_name_registered_under_an_older_index_key_is_still_found() -> None:
    old = provider()
    identity = MemoryIdentity()
    subject = Vault(identity, old, MemoryReadings(), CLOCK).create_subject(
        "browser", [Named("browser", "consent", "t")]
    )
    newer = replace(old._file, index={**old._file.index, 2: Root(date(2026, 12, 24), Key(b"n" * 32))})
    vault = Vault(identity, KeyFileProvider(newer, Path("troth.json")), MemoryReadings(), CLOCK)
    assert vault.index("browser", "consent", "t") != BlindIndex(old).of("browser", "consent", "t")
    assert vault.find("browser", "consent", "t") == [subject]
    arrival = vault.arrive("t", "visits", "2026-11")
    assert arrival is not None
    assert arrival.subject == subject


# Keys never show


def keys_of_every_kind() -> list[object]:
    vault = Vault(MemoryIdentity(), provider(), MemoryReadings(), CLOCK)
    subject = vault.create_subject("browser")
    index = BlindIndex(provider())
    index.of("browser", "consent", "t")
    return [
        Key(b"\xa7" * 32),
        vault.row_key(subject, "visits", "2026-11"),
        vault.site_row_key("network_log", "2026-11"),
        *index._ready.values(),
    ]


def test_every_key_shows_as_a_word_and_is_neither_pickled_nor_copied() -> None:
    for key in keys_of_every_kind():
        assert repr(key) == str(key) == f"{key}" == "<key>"
        for refused in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="neither pickled nor copied"):
                refused(key)
        assert not hasattr(key, "__dict__")


def test_a_traceback_with_its_variables_shows_no_key() -> None:
    subject_key, epoch_key = (
        Key(b"canary subject key canary subjec"),
        Key(b"canary epoch key, canary epoch !"),
    )
    row_key = derive_row_key(SubjectId("00" * 16), 1, subject_key, "visits", "2026-11", epoch_key)

    def derive_wrongly() -> None:
        derive_row_key(SubjectId("00" * 16), 1, subject_key, "visits", 2026, epoch_key)  # type: ignore[arg-type]

    def seal_wrongly() -> None:
        seal(row_key, Label("visit", "ip", "", "r1", 0, "visits", "2026-11"), b"")

    def unwrap_wrongly() -> None:
        keys = provider()
        keys.unwrap(b"one", keys.wrap(b"other", subject_key))

    for wrongly in (derive_wrongly, seal_wrongly, unwrap_wrongly):
        with pytest.raises((AttributeError, TypeError, ValueError, Tampered)) as failed:
            wrongly()
        text = "".join(traceback.TracebackException.from_exception(failed.value, capture_locals=True).format())
        assert "<key>" in text or wrongly is unwrap_wrongly
        assert "canary" not in text


LOCKED = """
import ctypes, resource
from troth.engines.keys import lock_down_process
def now():
    return resource.getrlimit(resource.RLIMIT_CORE)[0] == 0, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
print(now()); lock_down_process(); print(now(), resource.getrlimit(resource.RLIMIT_CORE))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="core dumps and dumpable are asked the Linux way")
def test_a_locked_down_process_dumps_no_core_and_lets_nobody_look() -> None:
    done = subprocess.run([sys.executable, "-c", LOCKED], capture_output=True, text=True, check=True)
    before, after = done.stdout.splitlines()
    assert before.endswith(" 1)")
    assert after == "(True, 0) (0, 0)"


CRASH = """
import os, resource, sys
from troth.engines.keys import lock_down_process
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
if sys.argv[1] == "locked":
    lock_down_process()
os.abort()
"""


def dumped_core(folder: Path, how: str) -> bool:
    crash = subprocess.Popen([sys.executable, "-c", CRASH, how], cwd=folder, stderr=subprocess.DEVNULL)
    _, status = os.waitpid(crash.pid, 0)
    crash.returncode = os.waitstatus_to_exitcode(status)
    assert crash.returncode == -signal.SIGABRT
    for core in folder.glob("core*"):
        core.unlink()
    return os.WCOREDUMP(status)


@pytest.mark.skipif(sys.platform != "linux", reason="core dumps are asked the Linux way")
def test_a_locked_down_process_that_crashes_leaves_no_core(tmp_path: Path) -> None:
    if not dumped_core(tmp_path, "open"):
        pytest.skip("this machine dumps no core of any process")
    assert not dumped_core(tmp_path, "locked")


@pytest.mark.parametrize(
    ("lines", "uuid", "found"),
    [
        ([], None, "none"),
        (["/dev/sda2 partition 100 0 -2"], None, "plain"),
        (["/swapfile file 100 0 -2"], None, "plain"),
        (["/dev/dm-0 partition 100 0 -2"], "CRYPT-PLAIN-swap", "encrypted"),
        (["/dev/dm-0 partition 100 0 -2"], "LVM-abc", "plain"),
        (["/dev/dm-0 partition 100 0 -2", "/swapfile file 100 0 -3"], "CRYPT-PLAIN-swap", "plain"),
    ],
)
def test_swap_is_safe_when_there_is_none_or_all_of_it_is_encrypted(
    tmp_path: Path, lines: list[str], uuid: str | None, found: str
) -> None:
    (tmp_path / "swaps").write_text("\n".join(["Filename Type Size Used Priority", *lines]))
    if uuid:
        (tmp_path / "dm-0" / "dm").mkdir(parents=True)
        (tmp_path / "dm-0" / "dm" / "uuid").write_text(uuid)
    assert encrypted_swap(tmp_path / "swaps", tmp_path) == found
    assert encrypted_swap(tmp_path / "missing") == "unknown"


def test_a_key_file_cut_off_while_it_is_written_leaves_the_old_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(path.parent)

    def fail(fd: int) -> None:
        raise OSError(28, "no space left on device")

    keys = load(path, [])
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        save(path, replace(keys, confirmed_on=date(2026, 11, 25)))
    assert everything(path.parent) == before


# The commands


def test_the_operator_confirms_the_kit_by_typing_it_and_is_shown_no_secret(tmp_path: Path) -> None:
    from troth.cli.keys import commands

    path = tmp_path / "keys" / "troth.json"
    kit = create_key_file(path, CLOCK)
    runner = CliRunner()
    shown = runner.invoke(commands, ["show", str(path)])
    assert shown.exit_code == 0
    assert "no: print the kit" in shown.output
    assert kit.recipient in shown.output
    refused = runner.invoke(commands, ["confirm", str(path)], input=f"{pyrage.x25519.Identity.generate()}\n")
    assert isinstance(refused.exception, KeyFileError)
    confirmed = runner.invoke(commands, ["confirm", str(path)], input=f"{kit.identity}\n")
    assert confirmed.exit_code == 0
    assert kit.identity not in confirmed.output
    shown = runner.invoke(commands, ["show", str(path)])
    assert "no: print the kit" not in shown.output
    raw = json.loads(path.read_text())
    for secret in (raw["kek"]["1"], raw["index"]["1"], raw["ledger_sign"], raw["receipt_sign"]):
        assert secret["secret"] not in shown.output
