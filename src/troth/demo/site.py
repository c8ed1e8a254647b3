"""The demo company's site: six sections, two languages, no cookie of its own, nothing from elsewhere unasked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from msgspec import Struct

from troth.demo.story import Both, Said, find_products, in_language, read_story
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
SECTIONS: Final = {"products": "product.html", "news": "article.html", "jobs": "job.html"}
"""Sections whose entries have a page each, under /section/slug."""


class Visit(Struct, frozen=True):
    """One request as the site sees it: the page, the language, and whether the language was asked for by address."""

    path: str
    language: Language
    asked: bool
    search: str

    def to(self, path: str) -> str:
        """Return the address of another page; a language that was asked for goes along."""
        return f"{path}?lang={self.language}" if self.asked else path

    def same_in(self, language: Language) -> str:
        """Return the address of this very page in another language."""
        searched = {"q": self.search} if self.search else {}
        return f"{self.path}?{urlencode({**searched, 'lang': language})}"


def site_app(
    port: int,
    *,
    sdk_host: str = "sdk.vendor.localhost",
    privacy_host: str = "privacy.acme.localhost",
    edge_path: str = "/troth",
) -> AsgiApp:
    """Return the site of www.acme.localhost as one ASGI application; the edge is mounted beside it.

    port   the one port of the demo, part of the addresses of the other two hosts
    """
    vendor, rooms = f"http://{sdk_host}:{port}", f"http://{privacy_host}:{port}"
    site = Site({"vendor": vendor, "rooms": rooms, "edge": edge_path})
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
        self._story = read_story()
        self._entries = {
            section: {entry.slug: entry for entry in getattr(self._story, section)} for section in SECTIONS
        }
        self._templates = Environment(
            loader=PackageLoader("troth.demo", "site/templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            static=self.static.url, places=places, nav=NAV, story=self._story, languages=LANGUAGES, own_names=OWN_NAMES
        )

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
        template, facts = self._page_at(visit)
        if template == "missing.html":
            visit = Visit("/", visit.language, visit.asked, "")  # a page that is not there is not named on any page
        body = self._render(template, visit, facts)
        headers = (("content-language", visit.language), ("vary", "Accept-Language"))
        return Answer(body, 404 if template == "missing.html" else 200, headers=headers)

    def _page_at(self, visit: Visit) -> tuple[str, Mapping[str, object]]:
        """Return the template of an address and what it shows."""
        section, _, slug = visit.path.lstrip("/").partition("/")
        if not section:
            return "home.html", {}
        if not slug and any(visit.path == path for path, _ in NAV):
            return f"{section}.html", {"found": find_products(visit.search, visit.language)}
        entries: Mapping[str, object] = self._entries.get(section, {})
        if slug in entries:
            others = [entry for other, entry in entries.items() if other != slug]
            return SECTIONS[section], {"entry": entries[slug], "others": others}
        return "missing.html", {}

    def _render(self, template: str, visit: Visit, facts: Mapping[str, object]) -> bytes:
        language = visit.language
        both: Callable[[str, str], str] = lambda zh, en: in_language(Both(zh, en), language)  # noqa: E731
        say: Callable[[Said], str] = lambda said: in_language(said, language)  # noqa: E731
        page = self._templates.get_template(template)
        return page.render(
            lang=language,
            visit=visit,
            both=both,
            say=say,
            to=visit.to,
            day=lambda on: day_in_words(on, language),
            **facts,
        ).encode()


def addresses() -> Sequence[str]:
    """Return the path of every page of the site."""
    story = read_story()
    pages = [f"/{section}/{entry.slug}" for section in SECTIONS for entry in getattr(story, section)]
    return ["/", *(path for path, _ in NAV), *pages]


def _with_site_headers(app: AsgiApp) -> AsgiApp:
    """A company's site lets browsers say where a link came from, unlike the rooms."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"referrer-policy", b"strict-origin-when-cross-origin")]
            await send(message)

        await app(scope, receive, send_with)

    return serve
