"""C4-01, C4-05, C4-06: the demo site works without cookies, loads nothing unasked, leads to policy and choices."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from asking import Reply, ask
from consents import demo_policy

from troth.demo.sdk import sdk_app
from troth.demo.site import site_app
from troth.demo.story import NEWS, PRODUCTS

PORT = 8800
VENDOR = f"http://sdk.vendor.localhost:{PORT}"
PAGES = ["/", "/products", "/news", "/jobs", "/contact", "/about"]
PAGES += [f"/products/{product.slug}" for product in PRODUCTS] + [f"/news/{item.slug}" for item in NEWS]


@pytest.fixture(scope="module")
def site() -> Any:
    return site_app(PORT)


def get(site: Any, address: str, **headers: str) -> Reply:
    return ask(site, address, **headers)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_page_sets_no_cookie_and_names_no_other_host_but_the_gated_one(site: Any, path: str, language: str) -> None:
    reply = get(site, f"{path}?lang={language}")
    assert reply.status == 200
    assert reply.cookies == []
    assert f'<html lang="{language}">' in reply.text
    loaded = re.findall(r'(?:\ssrc|<link[^>]* href)="([^"]+)"', reply.text)
    assert len(loaded) >= 4
    assert [address for address in loaded if not address.startswith("/")] == []
    gated = re.findall(rf'<(\w+) [^>]*data-src="{VENDOR}[^"]*"', reply.text)
    assert gated == ["script"]
    assert re.search(r'<script type="text/plain" data-troth="visitor_analytics"', reply.text)
    assert " style=" not in reply.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_leads_to_the_policy_and_to_the_choices_without_a_script(site: Any, path: str) -> None:
    page = get(site, f"{path}?lang=en").text
    assert f'href="http://privacy.acme.localhost:{PORT}/privacy/policy?lang=en"' in page
    assert re.search(r'<a href="/troth/choices\?lang=en" data-troth-open>Privacy choices</a>', page)


def test_every_page_of_the_site_is_a_route_of_its_policy() -> None:
    scope = demo_policy().scope
    assert [path for path in PAGES if scope.route_of(path) is None] == []
    assert scope.search_params == ("q",)


def test_what_is_gated_is_declared() -> None:
    sdk = demo_policy().sdks["visitor_analytics"]
    assert "sdk.vendor.localhost" in sdk.hosts
    script = ask(sdk_app(), "/va.js", host="sdk.vendor.localhost").text
    set_names = set(re.findall(r'document\.cookie = "([^="]+)=', script))
    assert set_names == {"_va", "_va_session"}
    stored = demo_policy().stored_for("statistics")
    assert all(any(name.covers(each) for name in stored) for each in set_names)


def test_a_map_is_shown_only_if_the_policy_has_one() -> None:
    assert "<iframe" not in get(site_app(PORT), "/contact").text
    frame = re.search(r"<iframe[^>]*>", get(site_app(PORT, office_map="office_map"), "/contact").text)
    assert frame
    assert 'data-troth="office_map"' in frame[0]
    assert not re.search(r"\ssrc=", frame[0])


def test_the_language_follows_the_browser_and_stays_when_it_was_chosen(site: Any) -> None:
    assert '<html lang="zh-CN">' in get(site, "/", accept_language="zh-CN,zh;q=0.9").text
    assert 'href="/products"' in get(site, "/", accept_language="zh-CN").text
    assert 'href="/products?lang=en"' in get(site, "/?lang=en", accept_language="zh-CN").text


def test_the_search_finds_products_and_shows_what_was_typed_as_text(site: Any) -> None:
    found = get(site, "/products?lang=en&q=dual+issue").text
    assert "/products/x60" in found
    assert "/products/k1" not in found
    hostile = get(site, "/products?lang=en&q=%22%3E%3Cscript%3Ecanary%3C/script%3E").text
    assert "&#34;&gt;&lt;script&gt;canary" in hostile
    assert "<script>canary" not in hostile
    assert get(site, "/products?q=" + "x" * 5000).status == 200


def test_the_sites_policy_lets_in_its_own_script_and_one_vendor(site: Any) -> None:
    said = get(site, "/").headers["content-security-policy"]
    assert f"script-src 'self' {VENDOR};" in said
    assert "default-src 'none'" in said
    assert "unsafe" not in said
    assert "require-trusted-types-for 'script'" in said


def test_an_unknown_address_is_not_found_and_is_not_repeated(site: Any) -> None:
    reply = get(site, "/products/canary")
    assert reply.status == 404
    assert "canary" not in reply.text


def test_the_vendor_keeps_what_its_script_sends_and_answers_to_its_own_name_only() -> None:
    vendor = sdk_app()
    host = "sdk.vendor.localhost"
    assert json.loads(ask(vendor, "/hits", host=host).body) == []
    ask(vendor, "/hit", host=host, method="POST", fields={"not": "json"}, origin="http://www.acme.localhost")
    assert json.loads(ask(vendor, "/hits", host=host).body) == []
    assert ask(vendor, "/va.js", host=host).status == 200
    assert ask(vendor, "/va.js", host="www.acme.localhost").status == 421
