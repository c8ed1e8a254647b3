"""C0-01 to C0-04, C10-03, C12-01: the policy is public, dated, complete in both languages; its text is only text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from asking import Reply, ask
from consents import Versions, demo_policy, version_of
from msgspec import structs

from troth.clock import SetClock
from troth.policy import Policy, Text
from troth.policy.model import Clause
from troth.web.markdown import is_allowed_link, render_markdown
from troth.web.rooms import rooms_app
from troth.words import LANGUAGES, WORDS, say

HOST = "privacy.acme.localhost"
PAGES = (
    "/privacy", "/privacy/policy?lang=en", "/privacy/policy/none", "/privacy/cookies", "/privacy/sdks",
    "/privacy/collected", "/nowhere",
)  # fmt: skip
CANARY = "<img src=x onerror=canary()>"


def rooms(clock: SetClock, *policies: Policy, healthy: bool = True) -> Any:
    """The rooms for some versions, published on the day each was issued."""
    versions = Versions(
        *(version_of(policy, "abc"[place], noon(policy.policy.issued)) for place, policy in enumerate(policies))
    )
    return rooms_app(versions, clock, hosts=[HOST], is_healthy=lambda: healthy, choices_url="http://www/troth/choices")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def get(app: Any, address: str = "/privacy/policy?lang=en", host: str = HOST, **headers: str) -> Reply:
    return ask(app, address, host=host, **headers)


def shown_version(page: Reply) -> str:
    """The version a policy page names in its imprint."""
    found = re.search(r'<dd itemprop="version">([^<]+)</dd>', page.text)
    assert found
    return found[1]


def dated(policy: Policy, version: str, effective: date) -> Policy:
    header = structs.replace(policy.policy, version=version, issued=effective - timedelta(days=31), effective=effective)
    return structs.replace(policy, policy=header)


def with_body(policy: Policy, body: str, emphasis: bool = False) -> Policy:
    clause = Clause(
        id="1", title=Text({"en": "One", "zh-CN": "一"}), body=Text({"en": body, "zh-CN": body}), emphasis=emphasis
    )
    return structs.replace(policy, clauses=(clause,))


def test_the_page_shows_its_dates_version_operator_and_fingerprint(clock: SetClock) -> None:
    page = get(rooms(clock, demo_policy())).text
    for shown in ("1 July 2026", "1 August 2026", "2026.1", "Acme Silicon Co., Ltd.", "1 Sample Road", "a" * 64):
        assert shown in page, shown
    chinese = get(rooms(clock, demo_policy()), "/privacy/policy?lang=zh-CN").text
    for shown in ("2026年7月1日", "2026年8月1日", "顶峰芯片有限公司", "林知远"):
        assert shown in chinese, shown


def test_the_language_is_the_one_asked_for_else_the_one_the_browser_prefers(clock: SetClock) -> None:
    app = rooms(clock, demo_policy())
    assert get(app, "/privacy/policy", accept_language="en-GB,en;q=0.9").headers["content-language"] == "en"
    assert get(app, "/privacy/policy", accept_language="en;q=0.2, zh-TW;q=0.9").headers["content-language"] == "zh-CN"
    assert get(app, "/privacy/policy?lang=en", accept_language="zh-CN").headers["content-language"] == "en"
    assert get(app, "/privacy/policy", accept_language="fr").headers["content-language"] == "zh-CN"
    assert '<html lang="zh-CN">' in get(app, "/privacy/policy?lang=zh").text


def test_weighty_clauses_stand_first_and_in_bold(clock: SetClock) -> None:
    policy = demo_policy()
    weighty = [clause for clause in policy.clauses if clause.emphasis]
    plain = [clause for clause in policy.clauses if not clause.emphasis]
    assert weighty
    assert plain
    page = get(rooms(clock, policy)).text
    summary = page[page.index('class="essentials"') : page.index("</section>", page.index('class="essentials"'))]
    for clause in weighty:
        assert f'href="#clause-{clause.id}"' in summary
        assert re.search(rf'<section id="clause-{clause.id}"[^>]*class="weighty"', page)
    for clause in plain:
        assert f'href="#clause-{clause.id}"' not in summary
        assert not re.search(rf'<section id="clause-{clause.id}"[^>]*class="weighty"', page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_declared_thing_is_in_a_table(clock: SetClock, language: str) -> None:
    policy = demo_policy()
    page = get(rooms(clock, policy), f"/privacy/policy?lang={language}").text
    named = [purpose.title for purpose in policy.purposes.values()]
    named += [fact.necessity for fact in policy.collected_facts.values() if fact.necessity]
    named += [field.label for form in policy.forms.values() for field in form.fields.values()]
    named += [cookie.text for cookie in policy.cookies.values()]
    named += [text for sdk in policy.sdks.values() for text in (sdk.product, sdk.scene, sdk.method, sdk.company)]
    named += [kept.text for kept in policy.retention.values()]
    named += [place.title for place in policy.places.values()]
    named += [recipient.name for recipient in policy.recipients.values()]
    named += list(policy.security.measures)
    assert len(named) > 60
    plain = re.sub(r"&#34;|&quot;", '"', page.replace("&#39;", "'").replace("&amp;", "&"))
    assert [text.in_(language) for text in named if text.in_(language) not in plain] == []


def test_a_declared_thing_is_shown_although_no_clause_asks_for_its_table(clock: SetClock) -> None:
    page = get(rooms(clock, with_body(demo_policy(), "Nothing here names a table."))).text
    assert 'id="register-cookies"' in page
    assert "troth_id" in page


def test_the_version_in_force_is_served_and_older_ones_stay_readable(clock: SetClock) -> None:
    old, new = dated(demo_policy(), "1.0", date(2026, 8, 1)), dated(demo_policy(), "2.0", date(2026, 10, 1))
    app = rooms(clock, old, new)
    assert "1.0" in get(app).text
    assert "not in effect yet" in get(app, "/privacy/policy/2.0?lang=en").text
    clock.move_to(datetime(2026, 9, 30, 15, 59, tzinfo=UTC))
    assert shown_version(get(app)) == "1.0"
    clock.move_to(datetime(2026, 9, 30, 16, 0, tzinfo=UTC))  # midnight in Shanghai
    assert shown_version(get(app)) == "2.0"
    earlier = get(app, "/privacy/policy/1.0?lang=en")
    assert earlier.status == 200
    assert "This is an earlier version" in earlier.text
    assert "This is an earlier version" not in get(app).text


def test_a_version_that_was_never_published_is_not_found(clock: SetClock) -> None:
    app = rooms(clock, demo_policy())
    assert get(app, "/privacy/policy/2026.1").status == 200
    missing = get(app, f"/privacy/policy/{'9' * 9}canary")
    assert missing.status == 404
    assert "canary" not in missing.text


def test_the_page_needs_no_script_no_cookie_and_nobody_else(clock: SetClock) -> None:
    for address in PAGES:
        reply = get(rooms(clock, demo_policy()), address, cookie="troth=y.aaaaaaaa.20260901.statistics")
        assert reply.cookies == []
        assert "Acme Silicon" in reply.text or "顶峰芯片" in reply.text
        assert "<script" not in reply.text
        assert " style=" not in reply.text
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r'(src|<link[^>]*href)="https?:', reply.text)


def test_styles_are_served_under_the_hash_of_their_content(clock: SetClock) -> None:
    app = rooms(clock, demo_policy())
    address = re.search(r'href="(/static/troth\.[0-9a-f]{12}\.css)"', get(app).text)
    assert address
    style = get(app, address[1])
    assert style.status == 200
    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert get(app, "/static/troth.000000000000.css").status == 404


def test_another_host_name_is_refused(clock: SetClock) -> None:
    app = rooms(clock, demo_policy())
    assert get(app, host=f"{HOST}:8443").status == 200
    for host in ("evil.example", f"{HOST}.evil.example", "", "127.0.0.1"):
        assert get(app, host=host).status == 421, host


def test_health_says_ok_or_not_ok(clock: SetClock) -> None:
    well, ill = get(rooms(clock, demo_policy()), "/health"), get(rooms(clock, demo_policy(), healthy=False), "/health")
    assert (well.status, well.text) == (200, "ok")
    assert (ill.status, ill.text) == (503, "not ok")


def test_text_of_the_policy_never_becomes_markup(clock: SetClock) -> None:
    named = structs.replace(demo_policy().controller, name=Text({"en": CANARY, "zh-CN": CANARY}))
    policy = structs.replace(
        with_body(demo_policy(), f"{CANARY} **{CANARY}** {{company}} {{{{ 7 * 7 }}}}", True), controller=named
    )
    page = get(rooms(clock, policy)).text
    assert "canary()" in page
    assert CANARY not in page
    assert "{{ 7 * 7 }}" in page


@pytest.mark.parametrize(
    "target", ["https://a.example/x?y=1", "mailto:a@b.example", "tel:+86571", "/privacy", "#clause-2"]
)
def test_a_clause_may_link_to_the_web_to_mail_to_a_telephone_and_to_us(target: str) -> None:
    assert is_allowed_link(target)
    assert f'href="{target}"' in render_markdown(f"see [here]({target})")


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http://a.example", "//a.example",
        "\\\\a.example", "vbscript:x", "java&#x0A;script:alert(1)", "java&Tab;script:x", "&#x2f;&#x2f;a.example",
        "file:///etc/passwd", "blob:x", "x:y",
    ],
)  # fmt: skip
def test_a_clause_links_nowhere_else(target: str) -> None:
    assert "<a" not in render_markdown(f"see [here]({target})")


def test_prose_has_paragraphs_bold_and_lists_and_no_html_or_pictures() -> None:
    prose = render_markdown("One **two**\n\n- three\n- four\n\n<b onclick=x>five</b> ![six](https://a.example/i.png)")
    assert "<strong>two</strong>" in prose
    assert "<li>three</li>" in prose
    assert "<b" not in prose
    assert "<img" not in prose


def test_every_word_is_there_in_every_language_with_the_same_numbers() -> None:
    assert len(WORDS) > 100
    for key, texts in WORDS.items():
        assert set(texts) == set(LANGUAGES), key
        fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in texts.values()]
        assert all(texts.values()), key
        assert fields[0] == fields[1], key


def test_every_word_a_template_asks_for_exists() -> None:
    asked: set[str] = set()
    for package in ("troth.pages", "troth.web", "troth.console"):
        for template in Path(str(resources.files(package) / "templates")).glob("*.html"):
            asked |= set(re.findall(r"""say\(["']([a-z_.]+)["'][,)]""", template.read_text("utf-8")))
    assert len(asked) > 40
    assert asked - WORDS.keys() == set()


def test_a_missing_word_fails_loudly() -> None:
    assert say("page.skip", "en")
    with pytest.raises(KeyError, match="no words for"):
        say("page.no_such_word", "en")
    with pytest.raises(KeyError):
        say("retention.days", "en")


def test_no_template_trusts_what_it_shows() -> None:
    templates = [
        path
        for package in ("troth.pages", "troth.web", "troth.console", "troth.demo")
        for path in Path(str(resources.files(package))).rglob("*.html")
    ]
    assert len(templates) > 15
    for template in templates:
        source = template.read_text("utf-8")
        assert not re.search(r"\|\s*safe|autoescape false| style=|<script>| on[a-z]+=", source), template.name
