"""The engine behind geography: reading installed .xdb files."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_xdb import FOUR, FOUR_XDB, HEADER_BYTES, SIX, SIX_XDB, VECTOR_BYTES, build_xdb

from troth.clock import SetClock
from troth.collect.geography import UNKNOWN_PLACE, NoGeography, Place
from troth.engines import xdb
from troth.engines.geo_install import install_geography_file
from troth.engines.xdb_file import check_xdb
from troth.errors import StoreError, UnusableInput

CLOCK = SetClock(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))


def installed(folder: Path, *contents: bytes) -> Path:
    for number, content in enumerate(contents):
        file = folder / f"own-{number}.xdb"
        file.write_bytes(content)
        install_geography_file(file, folder / "geo", CLOCK)
    return folder / "geo"


# --- looking up


def test_an_installed_file_places_addresses(tmp_path: Path) -> None:
    geography = xdb.open_geography(installed(tmp_path, FOUR_XDB))
    shanghai = Place("中国", "上海", "上海市", "电信", "telecom", "own-0.xdb", "2025-09-06")
    assert geography.locate("202.96.209.133") == shanghai
    assert geography.locate("202.96.209.128") == geography.locate("202.96.209.255") == shanghai
    assert geography.locate("114.114.115.1").city == "南京市"
    assert geography.locate("8.8.8.8").isp == "other"


def test_two_files_place_both_kinds_of_address(tmp_path: Path) -> None:
    geography = xdb.open_geography(installed(tmp_path, FOUR_XDB, SIX_XDB))
    assert geography.locate("1.2.4.8").province == "北京"
    assert geography.locate("2408:8000::1") == Place(
        "中国", "北京", "北京市", "专线用户", "unknown", "own-1.xdb", "2025-09-06"
    )
    assert geography.locate("2408:8fff:ffff:ffff:ffff:ffff:ffff:ffff").country == "中国"
    assert geography.locate("::ffff:1.2.4.8") == geography.locate("1.2.4.8")


def test_a_file_of_the_older_structure_is_read(tmp_path: Path) -> None:
    rows = [("1.2.4.0/24", "中国|0|北京|北京市|联通")]
    geography = xdb.open_geography(installed(tmp_path, build_xdb(rows, structure=2)))
    assert geography.locate("1.2.4.8").city == "北京市"


def test_a_file_named_in_the_settings_is_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "my file.xdb").write_bytes(FOUR_XDB)
    place = xdb.open_geography(tmp_path / "my file.xdb").locate("1.2.4.8")
    assert (place.city, place.source, place.built_on) == ("北京市", "my_file.xdb", "2025-09-06")


@pytest.mark.parametrize("ip", ["10.0.0.1", "127.0.0.1", "192.168.1.1", "100.64.0.1", "1.2.3.4", "9.9.9.9"])
def test_an_address_the_file_does_not_know_is_unknown_with_the_files_name(tmp_path: Path, ip: str) -> None:
    rows = [*FOUR[:1], ("10.0.0.0/24", "中国|北京|北京市|联通")]
    place = xdb.open_geography(installed(tmp_path, build_xdb(rows))).locate(ip)
    assert place == Place(source="own-0.xdb", built_on="2025-09-06")


@pytest.mark.parametrize("ip", ["", "x", "1.2.4", "1.2.4.8.9", "999.1.1.1", "2408:8000::1", "1" * 10_000, "1.2.4.8\n8"])
def test_what_is_no_address_for_any_file_is_nowhere(tmp_path: Path, ip: str) -> None:
    assert xdb.open_geography(installed(tmp_path, FOUR_XDB)).locate(ip) == UNKNOWN_PLACE


def test_with_nothing_installed_every_place_is_unknown(tmp_path: Path) -> None:
    assert isinstance(xdb.open_geography(tmp_path / "geo"), NoGeography)
    assert isinstance(xdb.open_geography(tmp_path), NoGeography)


def test_answers_are_remembered_but_not_without_bound(tmp_path: Path) -> None:
    geography = xdb.open_geography(installed(tmp_path, FOUR_XDB))
    assert geography.locate("1.2.4.8") is geography.locate("1.2.4.8")
    assert geography._cached.cache_info().maxsize == xdb.CACHED_PLACES  # type: ignore[attr-defined]


@given(st.ip_addresses(v=4), st.integers(0, len(FOUR_XDB) - 1), st.integers(0, 255))
def test_a_damaged_file_answers_something_and_never_raises(ip: object, at: int, value: int) -> None:
    damaged = bytearray(FOUR_XDB)
    damaged[at] = value
    file = xdb.XdbFile(bytes(damaged), 4, "x", "2025-09-06")
    geography = xdb.XdbGeography({4: file})
    for address in (str(ip), "1.2.4.8", "202.96.209.133"):
        assert geography.locate(address).source == "x"


def test_a_file_whose_pointers_lead_nowhere_answers_unknown() -> None:
    damaged = bytearray(FOUR_XDB)
    struct.pack_into("<II", damaged, HEADER_BYTES + (1 * 256 + 2) * 8, 2**31, 2**31 + 140)
    geography = xdb.XdbGeography({4: xdb.XdbFile(bytes(damaged), 4, "x", "2025-09-06")})
    assert geography.locate("8.8.8.8").country == "美国"
    assert geography.locate("1.2.4.8") == Place(source="x", built_on="2025-09-06")


@given(st.data())
def test_the_file_agrees_with_its_own_table(data: st.DataObject) -> None:
    network, region = data.draw(st.sampled_from(FOUR + SIX))
    address = str(data.draw(st.ip_addresses(network=network)))
    version = ip_address(address).version
    content = FOUR_XDB if version == 4 else SIX_XDB
    geography = xdb.XdbGeography({version: xdb.XdbFile(content, version, "x", "2025-09-06")})
    assert geography.locate(address).country == region.split("|")[0]


# --- what is accepted as a file


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"hello" * 200_000,
    "cut off": lambda good: good[:-20],
    "cut in the index": lambda good: good[: HEADER_BYTES + VECTOR_BYTES - 1],
    "unknown structure": lambda good: b"\x09" + good[1:],
    "unknown policy": lambda good: good[:2] + b"\x02" + good[3:],
    "unknown addresses": lambda good: good[:16] + b"\x05" + good[17:],
    "index before the data": lambda good: good[:8] + struct.pack("<I", 10) + good[12:],
    "index backwards": lambda good: good[:8] + good[12:16] + good[8:12] + good[16:],
    "texts out of reach": lambda good: good[:-4] + struct.pack("<I", 2**31),
    "texts unreadable": lambda good: good.replace("中国".encode(), b"\xff" * 6),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_is_no_usable_xdb_is_not_installed(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    assert check_xdb(FOUR_XDB, "x").built_on == "2025-09-06"
    bad = tmp_path / "bad.xdb"
    bad.write_bytes(damage(FOUR_XDB))
    with pytest.raises(UnusableInput) as trouble:
        install_geography_file(bad, tmp_path / "geo", CLOCK)
    assert len(str(trouble.value).splitlines()) == 2
    assert not (tmp_path / "geo").exists()


def test_the_record_names_file_source_hash_and_days(tmp_path: Path) -> None:
    folder = installed(tmp_path, FOUR_XDB)
    digest = hashlib.sha256(FOUR_XDB).hexdigest()
    assert json.loads((folder / "ipv4.json").read_text("utf-8")) == {
        "name": "own-0.xdb",
        "source": "operator's file",
        "sha256": digest,
        "built_on": "2025-09-06",
        "installed_at": "2026-11-24T03:00:00Z",
        "ip_version": 4,
        "file": f"ipv4-{digest[:12]}.xdb",
    }
    assert sorted(file.name for file in folder.iterdir()) == [f"ipv4-{digest[:12]}.xdb", "ipv4.json"]


def test_a_newer_file_replaces_the_older_one(tmp_path: Path) -> None:
    newer = build_xdb([("1.2.4.0/24", "中国|上海|上海市|电信")])
    geography = xdb.open_geography(installed(tmp_path, FOUR_XDB, newer))
    assert geography.locate("1.2.4.8").city == "上海市"
    assert len(list((tmp_path / "geo").glob("*.xdb"))) == 1


def test_a_file_that_changed_after_it_was_installed_is_refused(tmp_path: Path) -> None:
    folder = installed(tmp_path, FOUR_XDB)
    file = next(folder.glob("*.xdb"))
    file.write_bytes(FOUR_XDB.replace("北京市".encode(), "天津市".encode()))
    with pytest.raises(UnusableInput, match="changed since it was installed"):
        xdb.open_geography(folder)


@pytest.mark.parametrize("text", ["", "{}", '{"file": "../../etc/passwd"}'])
def test_a_record_we_did_not_write_is_refused(tmp_path: Path, text: str) -> None:
    folder = installed(tmp_path, FOUR_XDB)
    record = json.loads((folder / "ipv4.json").read_text("utf-8"))
    changed = json.dumps(record | json.loads(text)) if "file" in text else text
    (folder / "ipv4.json").write_text(changed, "utf-8")
    with pytest.raises(UnusableInput, match="not a record of troth geo install"):
        xdb.open_geography(folder)


def test_a_folder_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "geo").write_text("a file where the folder should be", "utf-8")
    (tmp_path / "own.xdb").write_bytes(FOUR_XDB)
    with pytest.raises(StoreError, match="file exists"):
        install_geography_file(tmp_path / "own.xdb", tmp_path / "geo", CLOCK)


def test_a_missing_file_is_unusable(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="no such file"):
        install_geography_file(tmp_path / "nothing.xdb", tmp_path / "geo", CLOCK)
