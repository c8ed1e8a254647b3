"""Clause 2.1, facts 3, 7 and 19: where an address is and whose network it is; unknown is a value (C2.1-03)."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.collect.geography import UNKNOWN_PLACE, Isp, NoGeography, Place, parse_region

U = "unknown"

REGIONS: dict[str, tuple[str, tuple[str, str, str, str, Isp]]] = {
    "four fields": ("中国|上海|上海市|电信", ("中国", "上海", "上海市", "电信", "telecom")),
    "a country code behind": ("中国|广东省|深圳市|移动|CN", ("中国", "广东", "深圳市", "移动", "mobile")),
    "the older form with an area": ("中国|0|北京|北京市|联通", ("中国", "北京", "北京市", "联通", "unicom")),
    "the older form, little known": ("美国|0|0|0|Level3", ("美国", U, U, "Level3", "other")),
    "another network": ("中国|北京|北京市|教育网", ("中国", "北京", "北京市", "教育网", "other")),
    "nothing but a country": ("澳大利亚|0|0|0", ("澳大利亚", U, U, U, "unknown")),
    "no carrier": ("中国|江苏省|南京市|0", ("中国", "江苏", "南京市", U, "unknown")),
    "a code but no province": ("中国|0|0|0|CN", ("中国", U, U, U, "unknown")),
    "a code that is missing": ("Australia|Queensland|0|Telstra|0", ("Australia", "Queensland", U, "Telstra", "other")),
    "inside a house": ("0|0|内网IP|内网IP", (U, U, U, U, "unknown")),
    "inside a house, older": ("0|0|0|内网IP|内网IP", (U, U, U, U, "unknown")),
    "reserved": ("0|0|Reserved|Reserved|Reserved", (U, U, U, U, "unknown")),
    "a carrier that took another over": ("中国|河北省|保定市|铁通", ("中国", "河北", "保定市", "铁通", "mobile")),
    "how, not by whom": ("中国|北京市|北京市|移动网络", ("中国", "北京", "北京市", "移动网络", "unknown")),
    "the same word abroad": ("澳大利亚|0|0|电信", ("澳大利亚", U, U, "电信", "other")),
    "a name that only ends alike": ("中国|香港|0|TPG电信", ("中国", "香港", U, "TPG电信", "other")),
    "empty fields and spaces": (" 中国 || |", ("中国", U, U, U, "unknown")),
    "more fields than known": ("中国|华东|上海|上海市|浦东|电信", ("中国", U, U, U, "unknown")),
    "nothing": ("", (U, U, U, U, "unknown")),
}


@pytest.mark.parametrize(("text", "expected"), REGIONS.values(), ids=REGIONS.keys())
def test_a_region_text_becomes_a_place(text: str, expected: tuple[str, str, str, str, Isp]) -> None:
    assert parse_region(text, "file.xdb", "2025-09-06") == Place(*expected, "file.xdb", "2025-09-06")


@pytest.mark.parametrize(
    ("worded", "short"),
    [
        ("北京市", "北京"),
        ("吉林省", "吉林"),
        ("广西壮族自治区", "广西"),
        ("香港特别行政区", "香港"),
        ("台湾省", "台湾"),
    ],
)
def test_a_province_has_one_name_however_the_file_words_it(worded: str, short: str) -> None:
    assert {parse_region(f"中国|{word}|0|0", "x", "y").province for word in (worded, short)} == {short}
    assert parse_region(f"日本|{worded}|0|0", "x", "y").province == worded


def test_without_a_file_every_address_is_unknown() -> None:
    assert NoGeography().locate("114.114.114.114") == UNKNOWN_PLACE
    assert {UNKNOWN_PLACE.country, UNKNOWN_PLACE.city, UNKNOWN_PLACE.isp, UNKNOWN_PLACE.built_on} == {"unknown"}
    assert UNKNOWN_PLACE.source == "none"


@given(st.text() | st.lists(st.sampled_from(["0", "", "中国", "电信", "CN", "内网IP"]), max_size=8).map("|".join))
def test_whatever_a_file_says_becomes_a_place_without_empty_words(text: str) -> None:
    place = parse_region(text, "file.xdb", "2025-09-06")
    assert not {"", "0"} & {place.country, place.province, place.city, place.isp_text}
    assert place.isp in get_args(Isp)
