"""Clause 2.1: browser, operating system and kind of device, in coarse families only."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.collect import device
from troth.collect.device import UNKNOWN_DEVICE, Device, Kind, device_of
from troth.collect.device_rules import APP_RULES, BRAND_FAMILIES, BROWSER_FAMILIES, OS_FAMILIES, PLATFORM_FAMILIES

WIN = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
DROID = "Mozilla/5.0 (Linux; Android 10; K) "
OLD_DROID = "Mozilla/5.0 (Linux; U; Android 12; zh-cn; V2055A Build/SP1A.210812.003) "
IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) "

SEEN: dict[str, tuple[str, tuple[str, int | None, str, Kind]]] = {
    "Chrome on Windows": (WIN + BLINK + "Chrome/124.0.0.0 Safari/537.36", ("Chrome", 124, "Windows", "desktop")),
    "Edge on Windows": (
        WIN + BLINK + "Chrome/124.0.0.0 Safari/537.36 Edg/123.0.2420.81",
        ("Edge", 123, "Windows", "desktop"),
    ),
    "Opera on macOS": (
        MAC + BLINK + "Chrome/122.0.0.0 Safari/537.36 OPR/108.0.0.0",
        ("Opera", 108, "macOS", "desktop"),
    ),
    "Safari on macOS": (
        MAC + "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
        ("Safari", 17, "macOS", "desktop"),
    ),
    "Firefox on Ubuntu": (
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
        ("Firefox", 125, "Linux", "desktop"),
    ),
    "Chrome on Linux": (
        "Mozilla/5.0 (X11; Linux x86_64) " + BLINK + "Chrome/124.0.0.0 Safari/537.36",
        ("Chrome", 124, "Linux", "desktop"),
    ),
    "Chrome OS": (
        "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " + BLINK + "Chrome/124.0.0.0 Safari/537.36",
        ("Chrome", 124, "Chrome OS", "desktop"),
    ),
    "Internet Explorer": (
        "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
        ("Internet Explorer", 11, "Windows", "desktop"),
    ),
    "Chrome on Android": (
        DROID + BLINK + "Chrome/124.0.0.0 Mobile Safari/537.36",
        ("Chrome", 124, "Android", "mobile"),
    ),
    "Chrome on an Android tablet": (
        DROID + BLINK + "Chrome/124.0.0.0 Safari/537.36",
        ("Chrome", 124, "Android", "tablet"),
    ),
    "Samsung Internet": (
        DROID + BLINK + "SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36",
        ("Samsung Internet", 24, "Android", "mobile"),
    ),
    "Firefox on Android": (
        "Mozilla/5.0 (Android 14; Mobile; rv:125.0) Gecko/125.0 Firefox/125.0",
        ("Firefox", 125, "Android", "mobile"),
    ),
    "a Cubot telephone": (
        "Mozilla/5.0 (Linux; Android 11; CUBOT X50) " + BLINK + "Chrome/120.0.0.0 Mobile Safari/537.36",
        ("Chrome", 120, "Android", "mobile"),
    ),
    "a television": (
        "Mozilla/5.0 (Linux; Android 9; BRAVIA 4K UR2) " + BLINK + "Chrome/96.0.4664.45 Safari/537.36",
        ("Chrome", 96, "Android", "unknown"),
    ),
    "Safari on an iPhone": (IOS + "Version/17.4 Mobile/15E148 Safari/604.1", ("Safari", 17, "iOS", "mobile")),
    "Chrome on an iPhone": (IOS + "CriOS/124.0.6367.68 Mobile/15E148 Safari/604.1", ("Chrome", 124, "iOS", "mobile")),
    "Safari on an iPad": (
        "Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 "
        "Mobile/15E148 Safari/604.1",
        ("Safari", 16, "iOS", "tablet"),
    ),
    "Huawei Browser on HarmonyOS": (
        "Mozilla/5.0 (Phone; OpenHarmony 5.0) " + BLINK + "Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile "
        "HuaweiBrowser/5.0.4.300",
        ("Huawei Browser", 5, "HarmonyOS", "mobile"),
    ),
    "ArkWeb on a HarmonyOS tablet": (
        "Mozilla/5.0 (Tablet; OpenHarmony 5.0) " + BLINK + "Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1",
        ("ArkWeb", 4, "HarmonyOS", "tablet"),
    ),
    "ArkWeb on a HarmonyOS computer": (
        "Mozilla/5.0 (PC; OpenHarmony 5.1) " + BLINK + "Chrome/132.0.0.0 Safari/537.36 ArkWeb/6.0.0.47",
        ("ArkWeb", 6, "HarmonyOS", "desktop"),
    ),
    "HarmonyOS that still says Android": (
        "Mozilla/5.0 (Linux; Android 12; HarmonyOS; ALN-AL00; HMSCore 6.13.0.302) "
        + BLINK
        + "Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36",
        ("Huawei Browser", 15, "HarmonyOS", "mobile"),
    ),
    "360": (
        WIN + BLINK + "Chrome/86.0.4240.198 Safari/537.36 QIHU 360SE/13.1.6110.0",
        ("360", 13, "Windows", "desktop"),
    ),
    "360 without a version": (
        WIN + BLINK + "Chrome/86.0.4240.198 Safari/537.36 QIHU 360EE",
        ("360", None, "Windows", "desktop"),
    ),
    "Quark": (
        OLD_DROID + BLINK + "Version/4.0 Chrome/100.0.4896.58 Quark/6.2.2.246 Mobile Safari/537.36",
        ("Quark", 6, "Android", "mobile"),
    ),
    "Quark on a computer": (
        WIN + BLINK + "Chrome/112.0.0.0 Safari/537.36 QuarkPC/2.0.5.221",
        ("Quark", 2, "Windows", "desktop"),
    ),
    "UC Browser": (
        OLD_DROID + BLINK + "Version/4.0 Chrome/100.0.4896.58 UCBrowser/15.5.8.1268 Mobile Safari/537.36",
        ("UC Browser", 15, "Android", "mobile"),
    ),
    "QQ Browser": (
        OLD_DROID + BLINK + "Version/4.0 Chrome/89.0.4389.72 MQQBrowser/13.0 Mobile Safari/537.36 COVC/046033",
        ("QQ Browser", 13, "Android", "mobile"),
    ),
    "QQ Browser on Windows": (
        WIN + BLINK + "Chrome/94.0.4606.71 Safari/537.36 Core/1.94.218.400 QQBrowser/12.1.5496.400",
        ("QQ Browser", 12, "Windows", "desktop"),
    ),
    "QQ itself": (IOS + "Mobile/15E148 QQ/9.0.20.609 V1_IPH_SQ_9.0.20", ("QQ", 9, "iOS", "mobile")),
    "Sogou on Windows": (
        WIN + BLINK + "Chrome/80.0.3987.87 Safari/537.36 SE 2.X MetaSr 1.0",
        ("Sogou", None, "Windows", "desktop"),
    ),
    "Sogou on Android": (
        OLD_DROID + BLINK + "Version/4.0 Chrome/83.0.4103.106 Mobile Safari/537.36 SogouMSE,SogouMobileBrowser/5.33.8",
        ("Sogou", 5, "Android", "mobile"),
    ),
    "WeChat on Android": (
        "Mozilla/5.0 (Linux; Android 13; ALN-AL00 Build/HUAWEIALN-AL00; wv) "
        + BLINK
        + "Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 "
        "MicroMessenger/8.0.47.2560(0x28002F30) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64",
        ("WeChat", 8, "Android", "mobile"),
    ),
    "WeChat on an iPhone": (
        IOS + "Mobile/15E148 MicroMessenger/8.0.48(0x1800302b) NetType/WIFI Language/zh_CN",
        ("WeChat", 8, "iOS", "mobile"),
    ),
    "WeChat with QQ Browser's engine": (
        OLD_DROID + BLINK + "Version/4.0 MQQBrowser/6.2 TBS/045613 Mobile Safari/537.36 MicroMessenger/7.0.20.1781",
        ("WeChat", 7, "Android", "mobile"),
    ),
    "WeCom": (
        IOS + "Mobile/15E148 wxwork/4.1.20 MicroMessenger/7.0.1 Language/zh",
        ("WeCom", 4, "iOS", "mobile"),
    ),
    "Baidu app": (
        OLD_DROID
        + BLINK
        + "Version/4.0 Chrome/97.0.4692.98 Mobile Safari/537.36 baiduboxapp/13.50.0.10 (Baidu; P1 12)",
        ("Baidu", 13, "Android", "mobile"),
    ),
    "Xiaomi": (
        OLD_DROID + BLINK + "Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/18.2.150",
        ("Xiaomi", 18, "Android", "mobile"),
    ),
    "vivo": (
        OLD_DROID + BLINK + "Chrome/87.0.4280.141 Mobile Safari/537.36 VivoBrowser/16.2.11.0",
        ("vivo", 16, "Android", "mobile"),
    ),
    "OPPO": (
        OLD_DROID + BLINK + "Version/4.0 Chrome/115.0.5790.168 Mobile Safari/537.36 HeyTapBrowser/45.11.3.1",
        ("OPPO", 45, "Android", "mobile"),
    ),
    "Alipay": (
        IOS + "Mobile/15E148 NebulaSDK/1.8.100112 Nebula AliApp(AP/10.5.80.6000) AlipayClient/10.5.80 Language/zh-Hans",
        ("Alipay", 10, "iOS", "mobile"),
    ),
    "DingTalk": (IOS + "Mobile/15E148 AliApp(DingTalk/7.5.5)", ("DingTalk", 7, "iOS", "mobile")),
    "an app nobody listed": ("SomethingOfTheirOwn/3.1 (private)", ("unknown", None, "unknown", "unknown")),
    "Baidu's spider": (
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        ("bot", None, "unknown", "bot"),
    ),
    "Google's robot as a telephone": (
        DROID
        + BLINK
        + "Chrome/124.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        ("bot", None, "Android", "bot"),
    ),
    "a headless Chrome": (
        "Mozilla/5.0 (X11; Linux x86_64) " + BLINK + "HeadlessChrome/124.0.0.0 Safari/537.36",
        ("bot", None, "Linux", "bot"),
    ),
    "curl": ("curl/8.5.0", ("bot", None, "unknown", "bot")),
    "a Python script": ("python-requests/2.31.0", ("bot", None, "unknown", "bot")),
    "nothing": ("", ("unknown", None, "unknown", "unknown")),
}

FAMILIES = (
    {rule.family for rule in APP_RULES}
    | set(BRAND_FAMILIES.values())
    | set(BROWSER_FAMILIES.values())
    | {"unknown", "other", "bot"}
)
SYSTEMS = set(OS_FAMILIES.values()) | set(PLATFORM_FAMILIES.values()) | {"Linux", "HarmonyOS", "unknown", "other"}


@pytest.mark.parametrize(("agent", "expected"), SEEN.values(), ids=SEEN.keys())
def test_a_browser_is_known_by_its_family(agent: str, expected: tuple[str, int | None, str, Kind]) -> None:
    assert device_of(agent) == Device(*expected)
    assert device_of(agent.encode()) == Device(*expected)


CHROME = SEEN["Chrome on Windows"][0]
ANDROID = SEEN["Chrome on an Android tablet"][0]


def hinted(brand: str, mobile: str = "?0", platform: str = '"Windows"') -> tuple[str, str, str]:
    return (f'"Not/A)Brand";v="8", "Chromium";v="126", "{brand}";v="125"', mobile, platform)


@pytest.mark.parametrize(
    ("brand", "family", "major"),
    [
        ("Google Chrome", "Chrome", 125),
        ("Microsoft Edge", "Edge", 125),
        ("Brave", "Brave", 125),
        ("Nobody's Browser", "Chromium", 126),
    ],
)
def test_client_hints_are_believed_before_the_frozen_text(brand: str, family: str, major: int) -> None:
    assert device_of(CHROME, hinted(brand)) == Device(family, major, "Windows", "desktop")


def test_the_hints_name_platform_and_mobile() -> None:
    assert device_of(CHROME, hinted("Google Chrome", "?0", '"Linux"')).os == "Linux"
    assert device_of(ANDROID, hinted("Google Chrome", "?0", '"Android"')).kind == "tablet"
    assert device_of(ANDROID, hinted("Google Chrome", "?1", '"Android"')).kind == "mobile"
    assert device_of("", hinted("Google Chrome", "?1", '"Android"')) == Device("Chrome", 125, "Android", "mobile")


def test_an_app_is_known_even_if_its_hints_say_web_view() -> None:
    agent, (family, major, _, _) = SEEN["WeChat on Android"]
    found = device_of(agent, hinted("Android WebView", "?1", '"Android"'))
    assert (found.browser, found.browser_major) == (family, major)


def test_hints_of_a_headless_browser_make_a_bot() -> None:
    assert device_of(CHROME, hinted("Google Chrome")).kind == "desktop"
    assert device_of(CHROME, hinted("HeadlessChrome")).kind == "bot"


def test_invented_hints_change_nothing() -> None:
    assert device_of(CHROME, ('"', "?x", '"My Own OS"')) == device_of(CHROME)
    assert device_of(CHROME, ('"Brave";v="1", ' * 40, "", "")) == device_of(CHROME)


def test_an_agent_over_512_characters_is_unknown_and_not_remembered() -> None:
    fits, too_long = CHROME + " " * (512 - len(CHROME)), CHROME + " " * (513 - len(CHROME))
    assert device_of(fits).browser == "Chrome"
    before = device._read.cache_info().currsize
    assert device_of(too_long) == UNKNOWN_DEVICE
    assert device._read.cache_info().currsize == before


def test_the_memory_of_agents_is_bounded() -> None:
    assert device._read.cache_info().maxsize == device.CACHED_DEVICES == 8_192


def test_a_version_nobody_reached_is_left_out() -> None:
    assert device_of("Mozilla/5.0 MicroMessenger/9999").browser_major == 9_999
    assert device_of("Mozilla/5.0 MicroMessenger/10000").browser_major is None


def test_importing_the_room_does_not_import_the_patterns() -> None:
    code = "import sys, troth.collect.device; print('ua_parser' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


pieces = st.lists(
    st.sampled_from(sorted({word for agent, _ in SEEN.values() for word in agent.split()})) | st.text(max_size=12),
    max_size=20,
).map(" ".join)
anything = st.text() | st.binary() | pieces | st.text(st.characters(categories=["Cs", "Cc", "Lo"]), max_size=600)


@given(anything, st.tuples(st.text(max_size=300), st.text(max_size=5), st.text(max_size=30)))
def test_whatever_a_browser_sends_only_listed_words_come_out(agent: str | bytes, hints: tuple[str, str, str]) -> None:
    found = device_of(agent, hints)
    assert found.browser in FAMILIES
    assert found.os in SYSTEMS
    assert found.kind in get_args(Kind)
    assert found.browser_major is None or 0 <= found.browser_major <= 9_999
