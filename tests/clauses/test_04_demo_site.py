"""C4-01, C4-05, C4-06: the demo site works without cookies, loads nothing unasked, leads to policy and choices."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from asking import Reply, ask
from consents import demo_policy

from troth.demo.crowd import ENTRIES, NEXT_PAGES
from troth.demo.sdk import sdk_app
from troth.demo.site import addresses, site_app
from troth.demo.story import read_story

PORT = 8800
VENDOR = f"http://sdk.vendor.localhost:{PORT}"
ROOMS = f"http://privacy.acme.localhost:{PORT}"
HOST = "sdk.vendor.localhost"
BOARD_PAGE = "/news/quiet-website"
LANGUAGES = ["en", "zh-CN"]


class Outline(HTMLParser):
    """What a page links to, its headings in order, its ids, and the pictures without words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.bare_pictures: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(said["href"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in said:
            self.ids.append(said["id"])
        if tag == "img" and not ({"alt", "width", "height"} <= said.keys()):
            self.bare_pictures.append(said["src"])


@pytest.fixture(scope="module")
def site() -> Any:
    return site_app(PORT)


def get(site: Any, address: str, **headers: str) -> Reply:
    return ask(site, address, **headers)


def test_the_site_has_every_section_of_a_companys_site() -> None:
    pages = addresses()
    assert pages[:6] == ["/", "/products", "/news", "/jobs", "/about", "/contact"]
    for section, entries in (("products", 4), ("news", 6), ("jobs", 5)):
        assert len([path for path in pages if path.startswith(f"/{section}/")]) >= entries
    assert len(set(pages)) == len(pages)


@pytest.mark.parametrize("path", addresses())
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_sets_no_cookie_and_names_no_other_host_but_the_gated_one(site: Any, path: str, language: str) -> None:
    reply = get(site, f"{path}?lang={language}")
    assert reply.status == 200
    assert reply.cookies == []
    assert f'<html lang="{language}">' in reply.text
    loaded = re.findall(r'(?:\ssrc|<link[^>]* href)="([^"]+)"', reply.text)
    assert len(loaded) >= 4
    assert [address for address in loaded if not address.startswith("/")] == []
    gated = re.findall(rf'<(\w+) [^>]*data-src="{VENDOR}[^"]*"', reply.text)
    assert gated == (["script", "iframe"] if path == BOARD_PAGE else ["script"])
    assert re.search(r'<script type="text/plain" data-troth="visitor_analytics"', reply.text)
    assert " style=" not in reply.text
    assert "<form" not in reply.text or 'method="get" action="/products"' in reply.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_the_site_leads_somewhere(site: Any, language: str) -> None:
    pages = {path: Outline(get(site, f"{path}?lang={language}").text) for path in addresses()}
    found = {link for page in pages.values() for link in page.links}
    own = {link for link in found if link.startswith("/") and not link.startswith("/troth/")}
    assert len(own) > len(pages)
    assert {urlsplit(link).path for link in own} == set(pages), "each page is linked, and no link leads nowhere"
    assert [link for link in own if get(site, link).status != 200] == []
    for page in pages.values():
        assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
        assert len(set(page.ids)) == len(page.ids)
    rooms = {urlsplit(link).path for link in found if link.startswith(ROOMS)}
    assert rooms == {"/privacy", "/privacy/policy"}
    rest = [link for link in found - own if not link.startswith((ROOMS, "#", "/troth/choices?"))]
    assert {link.partition(":")[0] for link in rest} == {"mailto", "tel"}


def test_the_addresses_for_letters_are_those_of_the_policy(site: Any) -> None:
    policy = demo_policy()
    links = {link for path in addresses() for link in Outline(get(site, path).text).links}
    declared = {policy.controller.email, policy.contact.email, "jobs@acme.example"}
    assert {link.removeprefix("mailto:") for link in links if link.startswith("mailto:")} == declared
    assert {link for link in links if link.startswith("tel:")} == {f"tel:{policy.contact.phone.replace(' ', '')}"}
    assert {"mailbox", "hiring_mailbox"} <= policy.places.keys()
    assert str(policy.contact.phone) in get(site, "/contact").text


@pytest.mark.parametrize("path", addresses())
def test_headings_go_down_one_step_at_a_time_and_pictures_have_words_and_sizes(site: Any, path: str) -> None:
    page = Outline(get(site, path).text)
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert [pair for pair in zip(page.headings, page.headings[1:], strict=False) if pair[1] > pair[0] + 1] == []
    assert page.bare_pictures == []


@pytest.mark.parametrize("path", addresses())
def test_every_page_leads_to_the_policy_and_to_the_choices_without_a_script(site: Any, path: str) -> None:
    page = get(site, f"{path}?lang=en").text
    assert f'href="{ROOMS}/privacy/policy?lang=en"' in page
    assert re.search(r'<a href="/troth/choices\?lang=en" data-troth-open>Privacy choices</a>', page)


def test_every_page_of_the_site_is_a_route_of_its_policy() -> None:
    scope = demo_policy().scope
    assert [path for path in addresses() if scope.route_of(path) is None] == []
    assert scope.search_params == ("q",)


def test_every_exact_route_of_the_policy_is_a_page() -> None:
    exact = {route for route in demo_policy().scope.routes if not route.endswith("*")}
    assert "/products/k1" in exact
    assert exact <= set(addresses())


def test_invented_readers_go_only_where_the_site_has_pages() -> None:
    goals = {*ENTRIES, *NEXT_PAGES, *(page for pages in NEXT_PAGES.values() for page in pages)}
    assert "/products/cairn" in goals
    assert goals <= set(addresses())
    assert {page for page in goals if page not in NEXT_PAGES} == set(), "from every page there is a next one"


def test_what_is_gated_is_declared() -> None:
    sdk = demo_policy().sdks["visitor_analytics"]
    assert HOST in sdk.hosts
    script = ask(sdk_app(), "/va.js", host=HOST).text
    set_names = set(re.findall(r'document\.cookie = "([^="]+)=', script))
    assert set_names == {"_va", "_va_session"}
    stored = demo_policy().stored_for("statistics")
    assert all(any(name.covers(each) for name in stored) for each in set_names)


def test_the_frame_of_the_site_waits_for_its_purpose_and_takes_no_room_until_then(site: Any) -> None:
    frame = re.search(r"<iframe[^>]*>", get(site, f"{BOARD_PAGE}?lang=en").text)
    assert frame
    assert 'data-troth="visitor_analytics"' in frame[0]
    assert f'data-src="{VENDOR}/board?lang=en"' in frame[0]
    assert not re.search(r"\ssrc=", frame[0])
    assert frame[0].endswith(" sandbox hidden>")
    assert f"frame-src {VENDOR};" in get(site, BOARD_PAGE).headers["content-security-policy"]


def test_the_language_follows_the_browser_and_stays_when_it_was_chosen(site: Any) -> None:
    assert '<html lang="zh-CN">' in get(site, "/", accept_language="zh-CN,zh;q=0.9").text
    assert 'href="/products"' in get(site, "/", accept_language="zh-CN").text
    assert 'href="/products?lang=en"' in get(site, "/?lang=en", accept_language="zh-CN").text


@pytest.mark.parametrize("path", addresses())
def test_the_language_switch_keeps_the_page(site: Any, path: str) -> None:
    for here, there, name in (("en", "zh-CN", "简体中文"), ("zh-CN", "en", "English")):
        page = get(site, f"{path}?lang={here}").text
        assert f'<a href="{path}?lang={there}" lang="{there}" hreflang="{there}">{name}</a>' in page


def test_the_language_switch_keeps_the_search(site: Any) -> None:
    assert 'href="/products?q=a%26b&amp;lang=zh-CN"' in get(site, "/products?q=a%26b&lang=en").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_in_a_language(language: str) -> None:
    """A text that reads alike in both languages holds no Chinese, and no English one does."""
    han = re.compile(r"[\u4e00-\u9fff]")
    page = "".join(get(site_app(PORT), f"{path}?lang={language}").text for path in addresses())
    shown = re.sub(r"<a [^>]*hreflang[^>]*>[^<]*</a>", "", page)
    assert bool(han.search(shown)) == (language == "zh-CN")


def test_the_search_finds_products_and_shows_what_was_typed_as_text(site: Any) -> None:
    found = get(site, "/products?lang=en&q=dual+issue").text.partition("<main")[2].partition("</main>")[0]
    assert "/products/ridge" in found
    assert "/products/k1" not in found
    hostile = get(site, "/products?lang=en&q=%22%3E%3Cscript%3Ecanary%3C/script%3E").text
    assert "&#34;&gt;&lt;script&gt;canary" in hostile
    assert "<script>canary" not in hostile
    assert get(site, "/products?q=" + "x" * 5000).status == 200


def test_what_an_empty_search_suggests_is_found(site: Any) -> None:
    for language, words in (("en", ("vectors", "PCIe")), ("zh-CN", ("%E5%90%91%E9%87%8F", "PCIe"))):
        for word in words:
            assert '<article class="card">' in get(site, f"/products?lang={language}&q={word}").text


def test_the_number_of_errata_in_the_news_is_that_of_the_data_sheet() -> None:
    k1 = next(product for product in read_story().products if product.slug == "k1")
    assert len(k1.errata) == 7


def test_the_sites_policy_lets_in_its_own_script_and_one_vendor(site: Any) -> None:
    said = get(site, "/").headers["content-security-policy"]
    assert f"script-src 'self' {VENDOR};" in said
    assert "default-src 'none'" in said
    assert "unsafe" not in said
    assert "require-trusted-types-for 'script'" in said


@pytest.mark.parametrize(
    "path", ["/products/canary", "/jobs/canary", "/products/k1/canary", "/canary", "/about/canary"]
)
def test_an_unknown_address_is_not_found_and_is_not_repeated(site: Any, path: str) -> None:
    reply = get(site, path)
    assert reply.status == 404
    assert "<h1>" in reply.text
    assert "canary" not in reply.text


def test_the_vendor_keeps_what_its_script_sends_and_answers_to_its_own_name_only() -> None:
    vendor = sdk_app()
    assert json.loads(ask(vendor, "/hits", host=HOST).body) == []
    ask(vendor, "/hit", host=HOST, method="POST", fields={"not": "json"}, origin="http://www.acme.localhost")
    assert json.loads(ask(vendor, "/hits", host=HOST).body) == []
    assert ask(vendor, "/va.js", host=HOST).status == 200
    assert ask(vendor, "/va.js", host="www.acme.localhost").status == 421


def test_the_vendors_board_shows_what_it_counted_as_text() -> None:
    vendor = sdk_app()
    assert "Nobody has agreed" in ask(vendor, "/board?lang=en", host=HOST).text
    for page in ("http://www.acme.localhost:1/products?q=1#x", "http://[<b>", 7):
        body = json.dumps({"id": "a", "page": page}).encode()
        assert ask(vendor, "/hit", host=HOST, method="POST", raw=body).status == 204
    board = ask(vendor, "/board?lang=en", host=HOST)
    assert ("3 views, 1 visitor" in board.text, ">/products<" in board.text) == (True, True)
    assert "<b>" not in board.text
    assert board.cookies == []
    assert '<html lang="zh-CN">' in ask(vendor, "/board?lang=zh-CN", host=HOST).text
