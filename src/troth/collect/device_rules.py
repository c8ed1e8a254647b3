"""The closed lists behind device.py: which words stand for which family.

Order matters in APP_RULES: an app that embeds a browser names both, and the app comes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

UNKNOWN = "unknown"


class AppRule(msgspec.Struct, frozen=True):
    """A browser or app that calls itself something else besides.

    words   lower-case; one of them in the User-Agent is enough
    major   where its version stands, or None if it does not say
    """

    family: str
    words: tuple[str, ...]
    major: re.Pattern[str] | None


def _rule(family: str, *words: str, version: str = "") -> AppRule:
    return AppRule(family, words, re.compile(rf"(?:{version})/(\d{{1,5}})") if version else None)


APP_RULES: tuple[AppRule, ...] = (
    _rule("WeCom", "wxwork/", version="wxwork"),
    _rule("WeChat", "micromessenger/", version="micromessenger"),
    _rule("Alipay", "alipayclient", "alipaydefined", version="alipayclient"),
    _rule("DingTalk", "dingtalk/", version="dingtalk"),
    _rule("Baidu", "baiduboxapp", "baidubrowser", "bidubrowser", version="baiduboxapp"),
    _rule("Douyin", "aweme", "bytedancewebview"),
    _rule("Weibo", "weibo"),
    _rule("QQ", " qq/", version="qq"),
    _rule("QQ Browser", "qqbrowser", version="qqbrowser|qqbrowserlite"),
    _rule("Quark", "quark/", "quarkpc/", version="quark|quarkpc"),
    _rule("UC Browser", "ucbrowser", "ubrowser/", "ucweb", version="ucbrowser|ubrowser"),
    _rule("Sogou", "metasr", "sogoumobilebrowser", "sogoumse", version="sogoumobilebrowser"),
    _rule("360", "qihu", "qihoo", "qhbrowser", "360se", "360ee", "360browser", version="360se|360ee|qhbrowser"),
    _rule("Huawei Browser", "huaweibrowser/", version="huaweibrowser"),
    _rule("Xiaomi", "miuibrowser/", version="miuibrowser"),
    _rule("vivo", "vivobrowser/", version="vivobrowser"),
    _rule("OPPO", "heytapbrowser/", "oppobrowser/", version="heytapbrowser|oppobrowser"),
    _rule("Honor", "honorbrowser/", version="honorbrowser"),
    _rule("ArkWeb", "arkweb/", version="arkweb"),
)

HARMONY_WORDS = ("openharmony", "harmonyos")

BOT_WORDS = ("bot", "crawl", "spider", "slurp", "headless", "phantomjs", "lighthouse", "scrapy")
BOT_STARTS = (
    "apache-httpclient",
    "axios",
    "curl",
    "go-http-client",
    "java/",
    "libwww",
    "node",
    "okhttp",
    "postman",
    "python",
    "ruby",
    "wget",
)
NOT_A_BOT = "cubot"  # a maker of telephones

BRAND_FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "Google Chrome": "Chrome",
        "Microsoft Edge": "Edge",
        "Microsoft Edge WebView2": "Edge",
        "Opera": "Opera",
        "Brave": "Brave",
        "Vivaldi": "Vivaldi",
        "Yandex": "Yandex",
        "YaBrowser": "Yandex",
        "Samsung Internet": "Samsung Internet",
        "DuckDuckGo": "DuckDuckGo",
        "Android WebView": "Android WebView",
        "Chromium": "Chromium",
    }
)

BROWSER_FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "Android": "Android Browser",
        "Brave": "Brave",
        "Chrome": "Chrome",
        "Chrome Mobile": "Chrome",
        "Chrome Mobile iOS": "Chrome",
        "Chrome Mobile WebView": "Android WebView",
        "Chromium": "Chromium",
        "DuckDuckGo Mobile": "DuckDuckGo",
        "DuckDuckGo": "DuckDuckGo",
        "Edge": "Edge",
        "Edge Mobile": "Edge",
        "Firefox": "Firefox",
        "Firefox Mobile": "Firefox",
        "Firefox iOS": "Firefox",
        "IE": "Internet Explorer",
        "IE Mobile": "Internet Explorer",
        "Mobile Safari": "Safari",
        "Mobile Safari UI/WKWebView": "Safari",
        "Opera": "Opera",
        "Opera Mini": "Opera",
        "Opera Mobile": "Opera",
        "Opera Touch": "Opera",
        "Safari": "Safari",
        "Samsung Internet": "Samsung Internet",
        "Vivaldi": "Vivaldi",
        "Yandex Browser": "Yandex",
    }
)

PLATFORM_FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "Android": "Android",
        "Chrome OS": "Chrome OS",
        "Chromium OS": "Chrome OS",
        "HarmonyOS": "HarmonyOS",
        "iOS": "iOS",
        "Linux": "Linux",
        "macOS": "macOS",
        "Windows": "Windows",
    }
)

OS_FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "Android": "Android",
        "Chrome OS": "Chrome OS",
        "iOS": "iOS",
        "Mac OS X": "macOS",
        "Mac OS": "macOS",
        "Windows": "Windows",
    }
)

LINUXES = frozenset(
    ("Linux", "Ubuntu", "Debian", "Fedora", "Red Hat", "CentOS", "SUSE", "openSUSE", "Gentoo", "Arch Linux", "Mint")
)
