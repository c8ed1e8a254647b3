"""The demo company's site: six sections, two languages, no cookie of its own, nothing from elsewhere unasked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec import Struct

from troth.demo.story import JOBS, NEWS, NEWS_BY_SLUG, PRODUCTS, PRODUCTS_BY_SLUG, Both, find_products
from troth.pages.answers import Answer, header, query_of, send_answer
from troth.pages.headers import AsgiApp, Message, Receive, Scope, Send, with_security_headers
from troth.pages.language import choose_language
from troth.pages.layout import day_in_words
from troth.pages.static_files import StaticFiles, static_app
from troth.words import LANGUAGES, OWN_NAMES, Language

NAV: Final = (
    ("/products", Both("产品", "Products")),
    ("/news", Both("新闻", "News")),
    ("/jobs", Both("招聘", "Jobs")),
    ("/about", Both("关于我们", "About")),
    ("/contact", Both("联系", "Contact")),
)
SEARCH_LIMIT_CHARS: Final = 80
TEMPLATES: Final = {
    "/": "home.html",
    "/products": "products.html",
    "/news": "news.html",
    "/jobs": "jobs.html",
    "/about": "about.html",
    "/contact": "contact.html",
}
"""Pages without a name in their address; products and news have one each."""


class Visit(Struct, frozen=True):
    """One request as the site sees it: the page, the language, and whether the language was asked for by address."""

    path: str
    language: Language
    asked: bool
    search: str


def site_app(
    port: int,
    *,
    sdk_host: str = "sdk.vendor.localhost",
    privacy_host: str = "privacy.acme.localhost",
    edge_path: str = "/troth",
    office_map: str = "",
) -> AsgiApp:
    """Return the site of www.acme.localhost as one ASGI application; the edge is mounted beside it.

    port        the one port of the demo, part of the addresses of the other two hosts
    office_map  key of the SDK of the policy under which the map on the contact page may load; "" leaves the map out
    """
    vendor, rooms = f"http://{sdk_host}:{port}", f"http://{privacy_host}:{port}"
    site = Site({"vendor": vendor, "rooms": rooms, "edge": edge_path, "office_map": office_map})
    static = static_app(site.static)
    policy = (
        f"default-src 'none'; script-src 'self' {vendor}; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' {vendor}; frame-src {vendor}; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'; require-trusted-types-for 'script'; trusted-types troth"
    )

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/assets/"):
            await static(scope, receive, send)
        else:
            await send_answer(scope, send, site.answer(scope))

    return with_security_headers(_with_site_headers(serve), policy)


class Site:
    """The pages and how an address finds its page."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.static = StaticFiles(files("troth.demo") / "site" / "static", "/assets")
        self._templates = Environment(
            loader=PackageLoader("troth.demo", "site/templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            static=self.static.url, places=places, nav=NAV, products=PRODUCTS, news=NEWS, jobs=JOBS,
            languages=LANGUAGES, own_names=OWN_NAMES,
        )  # fmt: skip

    def answer(self, scope: Scope) -> Answer:
        """Return the page at an address, or the page that says there is none."""
        if scope["method"] not in ("GET", "HEAD"):
            return Answer(b"GET only\n", 405, "text/plain; charset=utf-8", (("allow", "GET, HEAD"),))
        query = query_of(scope)
        asked = query.get("lang", "")
        visit = Visit(
            path=scope["path"].rstrip("/") or "/",
            language=choose_language(asked, header(scope, "accept-language"), ("en", "zh-CN")),
            asked=bool(asked),
            search=query.get("q", "")[:SEARCH_LIMIT_CHARS],
        )
        template, facts = _page_at(visit)
        body = self._render(template, visit, facts)
        headers = (("content-language", visit.language), ("vary", "Accept-Language"))
        return Answer(body, 404 if template == "missing.html" else 200, headers=headers)

    def _render(self, template: str, visit: Visit, facts: Mapping[str, object]) -> bytes:
        both: Callable[[str, str], str] = lambda zh, en: Both(zh, en).in_(visit.language)  # noqa: E731
        page = self._templates.get_template(template)
        return page.render(
            lang=visit.language,
            visit=visit,
            both=both,
            to=lambda path: f"{path}?lang={visit.language}" if visit.asked else path,
            day=lambda on: day_in_words(on, visit.language),
            **facts,
        ).encode()


def _page_at(visit: Visit) -> tuple[str, dict[str, object]]:
    """Return the template of an address and what it shows."""
    if visit.path == "/products":
        return "products.html", {"found": find_products(visit.search, visit.language)}
    if visit.path in TEMPLATES:
        return TEMPLATES[visit.path], {}
    section, _, slug = visit.path.lstrip("/").partition("/")
    if section == "products" and slug in PRODUCTS_BY_SLUG:
        return "product.html", {"product": PRODUCTS_BY_SLUG[slug]}
    if section == "news" and slug in NEWS_BY_SLUG:
        return "article.html", {"item": NEWS_BY_SLUG[slug]}
    return "missing.html", {}


def _with_site_headers(app: AsgiApp) -> AsgiApp:
    """A company's site lets browsers say where a link came from, unlike the rooms."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"referrer-policy", b"strict-origin-when-cross-origin")]
            await send(message)

        await app(scope, receive, send_with)

    return serve
