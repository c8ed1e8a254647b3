"""C2, C4, C5.2, C6: the lists are the declarations themselves: what is collected, stored in a browser, shared."""

from __future__ import annotations

from typing import Any

import pytest
from policies import changed, demo
from rooms import CHOICES, Rooms, rows, words

from troth.clock import SetClock
from troth.words import LANGUAGES

COOKIE = {
    "party": "first", "purpose": "choice", "set_by": "site", "lifetime_days": 0, "essential": True,
    "text": {"en": "Keeps your basket", "zh-CN": "记住购物车"},
}  # fmt: skip


@pytest.fixture
def rooms(clock: SetClock) -> Rooms:
    return Rooms(clock)


# What is collected --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_collected_fact_says_source_form_reason_and_term(rooms: Rooms, language: str) -> None:
    policy = demo().policy
    listed = rows(rooms.get("/privacy/collected", language), "facts")
    assert len(listed) == len(policy.collected_facts) > 20
    assert [row for row in listed if not all(row)] == []
    named = " ".join(row[0] for row in listed)
    assert [
        key
        for key, fact in policy.collected_facts.items()
        if fact.necessity is None or fact.necessity.in_(language) not in named
    ] == []


def test_a_fact_says_how_long_it_is_kept_and_which_criterion_decided(rooms: Rooms) -> None:
    address = next(row for row in rows(rooms.get("/privacy/collected"), "facts") if row[0].startswith("IP address"))
    assert address[1] == "our server sees it in the connection"
    assert address[2].startswith("sealed")
    assert address[3] == "Visit statistics your consent"
    assert address[4] == "395 days decided by what the purpose needs"


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ({"function_days": 30}, "30 days decided by what the purpose needs"),
        ({"function_days": 30, "quality_days": 90}, "90 days decided by safety and quality"),
        ({"function_days": 30, "agreed_days": 730}, "2 years decided by a longer period you agreed to"),
        ({"quality_days": 1, "special_days": 190}, "190 days decided by a term set by law"),
    ],
)
def test_the_longest_criterion_is_the_one_that_is_named(clock: SetClock, criteria: dict[str, int], said: str) -> None:
    page = Rooms(clock, changed(("retention.visits.criteria", criteria))).get("/privacy/collected")
    assert {row[4] for row in rows(page, "facts")} == {said}
    weighed = next(row for row in rows(page, "retention") if row[0] == "Records of visits")
    assert weighed[2].count(":") >= len(criteria)


def test_every_field_of_every_form_is_listed_with_what_is_up_to_the_person(rooms: Rooms) -> None:
    page = rooms.get("/privacy/collected")
    for key, form in demo().policy.forms.items():
        listed = rows(page, f"form-{key}")
        assert [row[0] for row in listed] == [field.label.in_("en") for field in form.fields.values()]
        assert [row[1] == "required" for row in listed] == [field.required for field in form.fields.values()]
        assert all(row[3] for row in listed)


def test_what_is_named_and_not_collected_says_why(rooms: Rooms) -> None:
    listed = rows(rooms.get("/privacy/collected"), "off")
    assert ["Flash version gone since 2021", "Every browser has removed Flash"] in listed
    assert ["Whether Java is on the same for everyone since 2018", "By its standard the answer is always no"] in listed
    assert len(listed) == sum(fact.is_off for fact in demo().policy.facts.values()) == 3


def test_a_fact_switched_off_by_choice_moves_to_the_list_of_what_is_not_collected(clock: SetClock) -> None:
    assert "Time zone" in [row[0].split(" To ")[0] for row in rows(Rooms(clock).get("/privacy/collected"), "facts")]
    page = Rooms(clock, changed(("facts.tz", {"precision": "off"}))).get("/privacy/collected")
    assert "Time zone we do not need it" in [row[0] for row in rows(page, "off")]
    assert not any(row[0].startswith("Time zone") for row in rows(page, "facts"))


def test_a_collected_fact_that_every_browser_answers_alike_is_marked(clock: SetClock) -> None:
    plugins = {
        "precision": "coarse", "purposes": ["statistics"], "retention": "visits",
        "necessity": {"en": "To show PDF files", "zh-CN": "显示 PDF"},
    }  # fmt: skip
    page = Rooms(clock, changed(("facts.plugins", plugins))).get("/privacy/collected")
    marked = next(row for row in rows(page, "facts") if row[0].startswith("Browser plug-ins"))
    assert "the same for everyone since 2021" in marked[0]


def test_the_list_says_in_which_country_it_is_kept_and_where_else_copies_are(rooms: Rooms) -> None:
    page = rooms.get("/privacy/collected")
    assert "Our systems keep this information in: China. None of it is provided to other countries." in words(page)
    assert [row[0] for row in rows(page, "places")] == ["Enquiry mailbox", "Recruiting mailbox", "Web server log"]


# Cookies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_declared_cookie_is_listed_under_whether_it_needs_a_yes(rooms: Rooms, language: str) -> None:
    page = rooms.get("/privacy/cookies", language)
    assert [row[0] for row in rows(page, "always")] == ["troth"]
    assert [row[0] for row in rows(page, "asked")] == ["troth_id", "_va", "_va_*"]
    assert all(all(row) for each in ("always", "asked") for row in rows(page, each))


def test_deleting_costs_only_setting_preferences_again(rooms: Rooms) -> None:
    page = words(rooms.get("/privacy/cookies"))
    assert "This, and nothing else: we forget what you chose and ask you once more" in page
    assert "you count as somebody new in the visit statistics" in page
    assert "started again" not in page
    assert "search for www.acme.localhost and delete" in page


def test_a_cookie_that_carries_a_session_says_what_its_loss_costs(clock: SetClock) -> None:
    session = COOKIE | {"content": "session", "http_only": True, "paths": ["/shop"]}
    page = Rooms(clock, changed(("cookies/basket", session))).get("/privacy/cookies")
    assert "something you are in the middle of may have to be started again" in words(page)
    row = next(row for row in rows(page, "always") if row[0] == "basket")
    assert row[4:] == ["this site on /shop, no script can read it", "until you close the browser"]


def test_storage_that_is_no_cookie_is_called_what_it_is(clock: SetClock) -> None:
    stored: dict[str, Any] = COOKIE | {"content": "preference", "storage": "local"}
    page = Rooms(clock, changed(("cookies/theme", stored))).get("/privacy/cookies")
    assert "theme browser storage" in [row[0] for row in rows(page, "always")]


def test_the_choices_are_one_press_away_and_come_before_deleting(rooms: Rooms) -> None:
    page = rooms.get("/privacy/cookies")
    assert f'<a class="press" href="{CHOICES}?lang=en">' in page.text
    assert "take your consent back first and clear afterwards" in words(page)


def test_a_site_without_cookies_says_so(clock: SetClock) -> None:
    page = words(Rooms(clock, changed(("cookies", {}))).get("/privacy/cookies"))
    assert "This site uses no cookies." in page
    assert "nothing else" not in page


# Third parties ------------------------------------------------------------------------------------------------------


def test_third_party_code_is_listed_in_seven_columns(rooms: Rooms) -> None:
    page = rooms.get("/privacy/sdks")
    head = page.text.partition('aria-labelledby="register-sdks"')[2].partition("</thead>")[0]
    assert head.count("<th ") == 7
    (row,) = rows(page, "sdks")
    assert len(row) == 7
    assert all(row)
    assert row[0] == "Visitor Analytics (web statistics script) only after you agree"
    assert row[3].startswith("IP address, Page, Time of access, Browser and version, Screen resolution")
    assert row[5] == "Vendor Example Ltd"


@pytest.mark.parametrize("path", ["/privacy/sdks", "/privacy/policy"])
def test_a_link_out_is_marked_as_leaving_the_site_and_tells_the_other_side_nothing(rooms: Rooms, path: str) -> None:
    page = rooms.get(path)
    link = '<a class="leaves" href="https://vendor.example/privacy" rel="noreferrer noopener">'
    assert link in page.text
    assert page.text.partition(link)[2].partition("</span>")[0].endswith("vendor.example, leaves this site")
    assert page.headers["referrer-policy"] == "no-referrer"


def test_a_promise_that_nothing_is_sent_is_shown_as_one(clock: SetClock) -> None:
    assert "talks to sdk.vendor.localhost" in rows(Rooms(clock).get("/privacy/sdks"), "sdks")[0][4]
    page = Rooms(clock, changed(("sdks.visitor_analytics.egress", "none"))).get("/privacy/sdks")
    assert "declared to send nothing to the company" in rows(page, "sdks")[0][4]


def test_every_recipient_is_named_with_what_and_why(rooms: Rooms) -> None:
    assert [row[0] for row in rows(rooms.get("/privacy/sdks"), "recipients")] == [
        "Vendor Example Ltd privacy@vendor.example"
    ]


def test_nobody_is_said_in_words(clock: SetClock) -> None:
    nothing = changed(("sdks", {}), ("recipients", {}), ("cookies", {}))
    page = words(Rooms(clock, nothing).get("/privacy/sdks"))
    assert "This site loads no code of others." in page
    assert "We pass personal information on to nobody." in page
