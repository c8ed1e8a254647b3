"""Clause 2.3: the usual snippets of known vendors, gated, and the lines that the policy needs for each.

What is written here of a vendor is what its code does in a browser: addresses, names, cookies, what it sends. What is a
claim of law (who the company is, how long it keeps what it got, where its statement is) is left to be filled in.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class SetCookie(Struct, frozen=True):
    """A cookie that a vendor's code sets; `name` ends in `*` where it covers several. 0 days = until the end."""

    name: str
    days: int
    content: str
    zh: str
    en: str
    host: str = ""

    @property
    def key(self) -> str:
        return self.name.removesuffix("*")


class Vendor(Struct, frozen=True, kw_only=True):
    """One vendor's snippet. {id}, {host} and {origin} are filled in.

    script   the path of its code on its host
    before   what the page runs just before, or "": it makes the vendor's queue and fills it
    more     further attributes of the script element
    others   hosts it talks to besides its own
    names    what its code and its snippet put on window: the policy's `globals`
    data     facts that its code sends or that reach it with every request
    """

    key: str
    zh: str
    en: str
    script: str
    names: tuple[str, ...]
    data: tuple[str, ...]
    host: str = "stats.example.com"
    before: str = ""
    more: str = ""
    others: tuple[str, ...] = ()
    cookies: tuple[SetCookie, ...] = ()


_EVERY_REQUEST: Final = ("ip", "ts", "ua_browser", "os", "locale", "page", "referrer", "screen")

VENDORS: Final[Mapping[str, Vendor]] = {
    vendor.key: vendor
    for vendor in (
        Vendor(
            key="baidu",
            zh="百度统计",
            en="Baidu Tongji",
            host="hm.baidu.com",
            script="/hm.js?{id}",
            before="var _hmt = _hmt || [];",
            names=("_hmt",),
            data=(*_EVERY_REQUEST, "color_bits", "cookie_ok", "java_ok", "prev_visit", "is_first", "stay"),
            cookies=(
                SetCookie("Hm_lvt_*", 365, "random_id", "记录最近几次访问的时间", "The times of the latest visits"),
                SetCookie("Hm_lpvt_*", 0, "session", "记录本次访问最近一页的时间", "The time of the latest page view"),
                SetCookie("HMACCOUNT", 400, "random_id", "百度的访客编号", "Baidu's number for a visitor", "{host}"),
            ),
        ),
        Vendor(
            key="ga",
            zh="谷歌分析 (GA4)",
            en="Google Analytics (GA4)",
            host="www.googletagmanager.com",
            script="/gtag/js?id={id}",
            before="window.dataLayer = window.dataLayer || [];\n"
            "function gtag() { dataLayer.push(arguments); }\n"
            'gtag("js", new Date());\n'
            'gtag("config", "{id}");',
            names=("gtag", "dataLayer"),
            data=_EVERY_REQUEST,
            others=("www.google-analytics.com", "region1.google-analytics.com"),
            cookies=(
                SetCookie("_ga", 400, "random_id", "用编号区分访客", "Tells visitors apart by a number"),
                SetCookie("_ga_*", 400, "session", "记住正在进行的访问", "Remembers the visit under way"),
            ),
        ),
        Vendor(
            key="matomo",
            zh="Matomo",
            en="Matomo",
            script="/matomo.js",
            before="var _paq = window._paq = window._paq || [];\n"
            '_paq.push(["trackPageView"]);\n'
            '_paq.push(["enableLinkTracking"]);\n'
            '_paq.push(["setTrackerUrl", "{origin}/matomo.php"]);\n'
            '_paq.push(["setSiteId", "{id}"]);',
            names=("_paq", "Matomo"),
            data=(*_EVERY_REQUEST, "cookie_ok", "prev_visit", "freq"),
            cookies=(
                SetCookie("_pk_id*", 393, "random_id", "用编号区分访客", "Tells visitors apart by a number"),
                SetCookie("_pk_ses*", 1, "session", "记住正在进行的访问", "Remembers the visit under way"),
                SetCookie("_pk_ref*", 183, "session", "记住从哪个网站来", "Remembers which site a visitor came from"),
            ),
        ),
        Vendor(
            key="umami",
            zh="Umami",
            en="Umami",
            script="/script.js",
            more=' data-website-id="{id}"',
            names=("umami",),
            data=_EVERY_REQUEST,
        ),
    )
}
ALSO_CALLED: Final[Mapping[str, str]] = {
    **{"tongji": "baidu", "baidu-tongji": "baidu", "hmt": "baidu"},
    **{"google": "ga", "google-analytics": "ga", "gtag": "ga", "ga4": "ga", "piwik": "matomo"},
}


class Snippet(Struct, frozen=True):
    """A vendor's snippet for one site. `origin` is where its code lies: `https://stats.example.com`."""

    vendor: Vendor
    id: str
    origin: str
    purpose: str

    @property
    def host(self) -> str:
        return self.origin.partition("://")[2].partition(":")[0]

    def filled(self, text: str) -> str:
        for name, value in (("id", self.id), ("host", self.host), ("origin", self.origin)):
            text = text.replace("{" + name + "}", value)
        return text

    @property
    def before(self) -> str:
        return self.filled(f"\n{self.vendor.before}\n") if self.vendor.before else ""


def page_lines(snippet: Snippet) -> str:
    """Return what goes into the page, where the vendor's own snippet would stand."""
    gated = f'<script type="text/plain" data-troth="{snippet.vendor.key}"'
    first = f"{gated}>{snippet.before}</script>\n" if snippet.before else ""
    source = snippet.origin + snippet.filled(snippet.vendor.script)
    return f'{first}{gated} async data-src="{source}"{snippet.filled(snippet.vendor.more)}></script>\n'


def header_lines(snippet: Snippet) -> Mapping[str, str]:
    """Return what the site's Content-Security-Policy must allow besides, by directive.

    The hash allows exactly the lines of the snippet: no `unsafe-inline`. Change a letter of them, and it is another.
    """
    digest = b64encode(hashlib.sha256(snippet.before.encode()).digest()).decode()
    allowed = [f"'sha256-{digest}'"] if snippet.before else []
    others = [f"https://{host}" for host in snippet.vendor.others]
    return {
        "script-src": " ".join([*allowed, snippet.origin]),
        "connect-src": " ".join([snippet.origin, *others]),
        "img-src": " ".join([snippet.origin, *others]),
    }


def policy_lines(snippet: Snippet) -> str:
    """Return the lines of the policy file, as YAML; `troth check` names what is left to fill in."""
    vendor = snippet.vendor
    lines = [
        "sdks:",
        f"  {vendor.key}:",
        f"    product: {_text(vendor.zh, vendor.en)}",
        f"    purpose: {snippet.purpose}",
        f"    scene: {_text('<fill in: 何时使用>', '<fill in: when it is used>')}",
        f"    data: [{', '.join(vendor.data)}]  # compare with what the company says",
        f"    method: {_text('由其脚本在浏览器中采集并发送', 'Its script collects it in the browser and sends it')}",
        f"    company: {_text('<fill in: 公司全称>', '<fill in: full name of the company>')}",
        '    statement_url: "<fill in: address of its privacy statement>"',
        f"    hosts: [{', '.join([snippet.host, *vendor.others])}]",
        f"    globals: [{', '.join(vendor.names)}]",
        "    egress: declared",
        f"    retention: {_text('<fill in: 保存多久>', '<fill in: how long the company keeps it>')}",
    ]
    if vendor.cookies:
        lines.insert(-2, f"    cookies: [{', '.join(cookie.key for cookie in vendor.cookies)}]")
        lines.append("cookies:")
    for cookie in vendor.cookies:
        lines += _cookie_lines(snippet, cookie)
    return "\n".join(lines) + "\n"


def _cookie_lines(snippet: Snippet, cookie: SetCookie) -> list[str]:
    lines = [
        f"  {cookie.key}:",
        f"    party: {'third' if cookie.host else 'first'}",
        f"    purpose: {snippet.purpose}",
        f"    set_by: {snippet.vendor.key}",
        f"    lifetime_days: {cookie.days}",
        f"    content: {cookie.content}",
        f"    text: {_text(cookie.zh, cookie.en)}",
    ]
    if cookie.name.endswith("*"):
        lines.insert(1, f'    pattern: "{cookie.name}"')
    if cookie.host:
        lines.append(f"    host: {snippet.filled(cookie.host)}")
    return lines


def _text(zh: str, en: str) -> str:
    return f"{{zh-CN: {json.dumps(zh, ensure_ascii=False)}, en: {json.dumps(en, ensure_ascii=False)}}}"
