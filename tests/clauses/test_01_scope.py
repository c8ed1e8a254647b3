"""Clause 1: for which site and pages the policy is, and that people can read it."""

from __future__ import annotations

import pytest
from policies import changed, demo, findings, rules

from troth.policy.placeholders import NAMES, TABLES, fill_words, names_in
from troth.policy.rules.scope import is_route
from troth.policy.rules.texts import texts_of


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/products", "/products"),
        ("/products/k1", "/products/k1"),
        ("/products/unknown", None),
        ("/news/2026/risc-v", "/news/*"),
        ("/news/", "/news/*"),
        ("/news", "/news"),
        ("/newsletter", None),
        ("/news/*", "/news/*"),
        ("", None),
    ],
)
def test_a_page_belongs_to_the_declared_route_that_covers_it_or_to_none(path: str, route: str | None) -> None:
    assert demo().policy.scope.route_of(path) == route


def test_the_narrower_of_two_routes_wins() -> None:
    scope = changed(("scope.routes", ["/*", "/news/*"])).policy.scope
    assert (scope.route_of("/news/1"), scope.route_of("/else")) == ("/news/*", "/*")


@pytest.mark.parametrize(
    "origin", ["https://www.example.com", "http://a.localhost:8400", "http://localhost", "https://x.cn:8443"]
)
def test_an_origin_is_a_scheme_a_host_and_perhaps_a_port(origin: str) -> None:
    assert rules(("scope.origins", [origin])) == set()


@pytest.mark.parametrize(
    "origin",
    [
        "www.example.com",
        "https://www.example.com/",
        "https://*.example.com",
        "ftp://x.org",
        "https://WWW.x.org",
        "null",
        "https://user@x.org",
        "https://x.org:99999",
        "https://",
    ],
)
def test_anything_else_is_no_origin(origin: str) -> None:
    assert rules(("scope.origins", [origin])) == {"T1-01"}


@pytest.mark.parametrize(
    ("route", "good"),
    [("/", True), ("/a/*", True), ("/*", True), ("a", False), ("/a*", False), ("/a?b", False)],
)
def test_a_route_begins_with_a_slash_and_may_end_with_one_star(route: str, good: bool) -> None:
    assert is_route(route) is good


def test_the_demo_says_everything_in_both_languages() -> None:
    texts = list(texts_of(demo().policy, ()))
    assert len(texts) > 100
    assert all(set(text) == {"zh-CN", "en"} for _, text in texts)


def test_a_missing_language_is_found_at_its_line() -> None:
    (found,) = findings(("purposes.statistics.title", {"zh-CN": "访问统计"}))
    assert (found.rule, found.path) == ("T0-17", ("purposes", "statistics", "title"))
    assert found.line == changed(("purposes.statistics.title", {"zh-CN": "访问统计"})).lines.line_of(found.path)


def test_the_demo_has_the_twelve_sections_and_a_word_before_them() -> None:
    assert [clause.id for clause in demo().policy.clauses] == [str(number) for number in range(13)]
    assert [clause.id for clause in demo().policy.clauses if clause.emphasis] == ["2", "6", "8"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_name_in_braces_is_left_open_but_those_of_tables(language: str) -> None:
    policy = demo().policy
    bodies = "\n".join(fill_words(clause.body.in_(language), policy, language) for clause in policy.clauses)
    left = list(names_in(bodies))
    assert sorted(left) == sorted(set(TABLES) & set(left))
    assert "Acme Silicon" in bodies or "顶峰芯片" in bodies


def test_every_table_is_shown_once_in_each_language_of_the_demo() -> None:
    for language in ("zh-CN", "en"):
        named = [name for clause in demo().policy.clauses for name in names_in(clause.body.in_(language))]
        assert sorted(name for name in named if name in TABLES) == sorted(set(TABLES))


def test_a_misspelt_name_in_braces_is_told_the_nearest_one() -> None:
    assert "company" in NAMES
    (found,) = findings(("clauses.12.body.en", "by {compani}"))
    assert found.fix == 'did you mean "{company}"?'
