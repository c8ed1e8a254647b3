"""Facts 3, 7 and 19 of clause 2.1: where an address is and whose network it is, from a local file (C2.1-03).

No third party is asked. What the file does not know is the value "unknown", never an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Protocol

import msgspec

Isp = Literal["telecom", "unicom", "mobile", "other", "unknown"]

UNKNOWN = "unknown"
REGION_LIMIT_CHARS = 512


class Place(msgspec.Struct, frozen=True):
    """Where an address is, as the file words it; "unknown" where it does not say.

    province   of China: its short name
    isp        one of the three large carriers, or other
    source     name of the file that answered, "none" if no file is installed
    built_on   day the file was built, as in its header
    """

    country: str = UNKNOWN
    province: str = UNKNOWN
    city: str = UNKNOWN
    isp_text: str = UNKNOWN
    isp: Isp = "unknown"
    source: str = "none"
    built_on: str = UNKNOWN


UNKNOWN_PLACE = Place()


class Geography(Protocol):
    """What the collector needs to place an address."""

    def locate(self, ip: str) -> Place:
        """Return the place of an address; never raises."""


class NoGeography:
    """No file is installed: every address is nowhere."""

    def locate(self, ip: str) -> Place:
        return UNKNOWN_PLACE


# Words by which the files say that they do not know, or that nobody outside a house has the address.
_NOT_KNOWN = frozenset(("", "0", "内网IP", "保留地址", "Reserved", "unknown", "Unknown", "未知"))

# What some files put where the carrier belongs: how somebody is connected, not by whom.
# "移动网络" is any mobile network, not China Mobile.
_NOT_A_CARRIER = frozenset(("专线用户", "数据中心", "移动网络", "家庭宽带", "企业专线"))

_CARRIERS: Mapping[str, Isp] = MappingProxyType(
    {
        "电信": "telecom",
        "中国电信": "telecom",
        "China Telecom": "telecom",
        "联通": "unicom",
        "中国联通": "unicom",
        "网通": "unicom",  # joined China Unicom in 2008
        "China Unicom": "unicom",
        "移动": "mobile",
        "中国移动": "mobile",
        "铁通": "mobile",  # joined China Mobile in 2008
        "China Mobile": "mobile",
    }
)

# One province, one word: the same file says 吉林 here and 吉林省 there, 北京 for IPv4 and 北京市 for IPv6.
_PROVINCE = re.compile(
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|"
    "重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|台湾|香港|澳门"
)
_CHINA = ("中国", "China")
_COUNTRY_CODE = re.compile(r"[A-Z]{2}\Z")


def parse_region(text: str, source: str, built_on: str) -> Place:
    """Return the place a file's region text stands for.

    Known shapes: country|province|city|isp, the same with |CC behind it, and the older
    country|area|province|city|isp. Of any other shape only the country is believed.
    """
    parts = [part.strip() for part in text[:REGION_LIMIT_CHARS].split("|")]
    country, province, city, isp_text = (_known(part) for part in _fields(parts))
    return Place(country, _short(country, province), city, isp_text, _carrier(country, isp_text), source, built_on)


def _fields(parts: list[str]) -> tuple[str, str, str, str]:
    if len(parts) == 4:
        return parts[0], parts[1], parts[2], parts[3]
    if len(parts) == 5 and (_COUNTRY_CODE.match(parts[4]) or parts[1] != "0" or parts[2] == "Reserved"):
        return parts[0], parts[1], parts[2], parts[3]
    if len(parts) == 5:
        return parts[0], parts[2], parts[3], parts[4]
    return parts[0], "", "", ""


def _known(part: str) -> str:
    return UNKNOWN if part in _NOT_KNOWN else part


def _short(country: str, province: str) -> str:
    """Return a province of China by its short name, any other as the file words it."""
    found = _PROVINCE.match(province) if country in _CHINA else None
    return found[0] if found else province


def _carrier(country: str, isp_text: str) -> Isp:
    """Return the carrier; only in China do these short names mean the three large ones."""
    if isp_text == UNKNOWN or isp_text in _NOT_A_CARRIER:
        return "unknown"
    return _CARRIERS.get(isp_text, "other") if country in _CHINA else "other"
