"""Every rule of the policy file finds its case, and finds nothing in a policy that keeps it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import GONE, changed, demo, findings, rules

from troth.policy import PolicyErrors, check_policy
from troth.policy.rules.book import RULES

T = {"zh-CN": "文字", "en": "words"}
PLAIN = {"title": T, "text": T, "basis": "consent"}
TERM = {"class": "visits", "criteria": {"function_days": 10}, "after": "delete", "text": T}
COOKIE = {
    "party": "first",
    "purpose": "statistics",
    "set_by": "site",
    "lifetime_days": 1,
    "content": "preference",
    "text": T,
}

REPRESENTATIVE = {"name": T, "contact": "eu@acme.example", "country": "DE"}
# What a company in China changes so that its policy has no finding under the law of the Union either.
WITH_THE_UNION: list[tuple[str, Any]] = [
    ("minors.child_under", 16),
    ("controller.representatives", [REPRESENTATIVE]),
    ("bases", ["contract", "statutory_duty", "emergency"]),
]

# rule -> what to change in the demo's policy so that exactly this rule has something to say
CASES: dict[str, list[tuple[str, Any]]] = {
    "T0-16": [("controller.phone", "<fill in: phone>")],
    "T0-17": [("changes.text", {"en": "only English"})],
    "T0-18": [("changes.text.fr", "en trop")],
    "T0-19": [("changes.text.en", " \n")],
    "T0-20": [("policy.languages", [])],
    "T0-21": [("policy.version", "2026~1")],
    "T0-22": [("clauses.12.body.en", "by {compagny}")],
    "T0-23": [("clauses.12.body.en", "see <a href='x'>here</a>")],
    "T0-24": [("contact.phone", "")],
    "T0-25": [("security.measures", [])],
    "T0-27": [("clauses.12.body.en", "word " * 200)],
    "T0-28": [("clauses", [{"id": str(number), "title": T, "body": T} for number in range(1, 13)])],
    "T1-01": [("scope.origins", ["https://www.example.com/path"])],
    "T1-02": [("scope.origins", ["http://www.example.com"])],
    "T1-03": [("scope.routes", ["/", "/*/edit"])],
    "T1-04": [("scope.routes", [])],
    "T1-05": [("scope.referrers", ["https://www.baidu.com/"])],
    "T2-01": [("facts.locality", {"precision": "off"})],
    "T2-02": [("facts.geo.purposes", [])],
    "T2-03": [("facts.geo.retention", GONE)],
    "T2-04": [("facts.other_technologies", {"precision": "off"})],
    "T2-05": [("facts.ip.precision", "coarse")],
    "T2-06": [("facts.flash", {"precision": "coarse", "purposes": ["statistics"], "retention": "visits"})],
    "T2-07": [("facts.geo.purposes", ["statistics", "statistic"])],
    "T2-08": [("facts.geo.purposes", ["statistics", "security"])],
    "T2-09": [("purposes.newsletter", PLAIN)],
    "T2-10": [("forms.contact.fields", {})],
    "T2-11": [("forms.contact.fields.phone.required", True)],
    "T2-12": [("forms.contact.fields.phone.category", "phone")],
    "T2-13": [("facts.freq.purposes", ["research"]), ("purposes.research", PLAIN)],
    "T2-14": [("facts.search_terms.necessity", GONE)],
    "T2-16": [("sdks.visitor_analytics.hosts", [])],
    "T2-17": [("sdks.visitor_analytics.statement_url", "[]")],
    "T2-18": [("sdks.visitor_analytics.egress", "none")],
    "T2-19": [("sdks.visitor_analytics.globals", ["_va", "location"])],
    "T2-20": [("facts.geo.purposes", ["statistics", "statistics"])],
    "T2-21": [("sdks.visitor_analytics.data", ["ip", "device.installed_apps"])],
    "T2-22": [("forms.contact.fields.phone.category", "user.health.allergies")],
    "T3-01": [("purposes.security.basis", "stable_operation")],
    "T3-02": [("purposes.security.basis", "national_security")],
    "T3-03": [("purposes.respond.reference", GONE)],
    "T3-04": [("purposes.respond.consent", "general")],
    "T3-05": [("law", [])],
    "T3-06": [("law", ["cn-pipl", "us-ca-ccpa"]), ("consent.gpc_over_consent", "withdraw")],
    "T3-07": [("purposes.statistics.needs", ["statistics"])],
    "T3-08": [("law_drafts", ["cac-app-2025"])],
    "T3-09": [("bases", ["contract", "academic_statistics"])],
    "T3-10": [("bases", ["contract", "other_law"])],
    "T3-11": [("consent.deemed", True)],
    "T4-01": [("cookies.troth", GONE)],
    "T4-02": [("cookies.troth.content", "session")],
    "T4-03": [
        ("cookies.troth_id", GONE),
        *((f"facts.{key}", {"precision": "off"}) for key in ("prev_visit", "is_first", "freq")),
    ],
    "T4-04": [("cookies._va.essential", True), ("cookies._va.content", "session")],
    "T4-05": [("cookies.theme", {**COOKIE, "set_by": "visitor_analytic"})],
    "T4-06": [("cookies.theme", {**COOKIE, "essential": True, "purpose": "choice", "content": "random_id"})],
    "T4-07": [("sdks.visitor_analytics.cookies", ["_va", "_vb"])],
    "T4-08": [("cookies._va.purpose", "research"), ("purposes.research", PLAIN)],
    "T4-09": [("cookies._va_session.pattern", "*")],
    "T4-10": [("cookies.troth_id.lifetime_days", 401)],
    "T4-11": [("cookies.troth.lifetime_days", 179)],
    "T4-12": [("cookies._va.paths", ["products; Domain=acme.localhost"])],
    "T5-01": [("forms.contact.retention", "enquiry"), ("places.mailbox.retention", "enquiries")],
    "T5-02": [("retention.visits.criteria", {"function_days": None})],
    "T5-03": [("retention.letters", {**TERM, "class": "letters"})],
    "T5-04": [("retention.network_log.criteria.special_days", 183)],
    "T5-05": [("retention.evidence.criteria.special_days", 1095)],
    "T5-06": [("retention.visits.criteria.function_days", 3654)],
    "T5-07": [("retention.evidence", GONE)],
    "T5-08": [("retention.applications.class", "visits")],
    "T5-09": [("storage.location", "SG")],
    "T5-10": [("retention.applications.criteria", {})],
    "T5-11": [("storage.abroad_when", ["law", "consent"]), ("storage.abroad_needs", "any")],
    "T5-12": [(f"retention.{key}", GONE) for key in ("visits", "enquiries", "applications", "network_log")],
    "T5-13": [("storage.abroad", "declared")],
    "T6-01": [("recipients.vendor_example.categories", [])],
    "T6-02": [("recipients", {})],
    "T6-03": [("recipients.vendor_example.role", "independent")],
    "T6-04": [("sharing", ["separate_consent", "within_group"])],
    "T6-05": [("sharing", ["separate_consent", "protect_from_harm"])],
    "T6-06": [("recipients.vendor_example.name", {"zh-CN": "合作伙伴", "en": "our partners"})],
    "T6-07": [("sharing", ["nobody"])],
    "T8-01": [("rights.reply_working_days", 16)],
    "T8-02": [("rights.extension_max_working_days", GONE)],
    "T8-03": [("consent.gpc_over_consent", "withdraw"), ("consent.honour_gpc", False)],
    "T8-04": [("law", ["cn-pipl", "us-ca-ccpa"])],
    "T8-05": [("rights.offers", ["access", "copy"])],
    "T8-06": [("rights.not_applicable", ["close_account", "automated_decision", "access"])],
    "T8-07": [("rights.extension_max_working_days", 60), ("law", ["cn-pipl", "eu-gdpr"]), *WITH_THE_UNION],
    "T8-08": [("consent.reask_after_days", 90)],
    "T9-01": [("minors.child_under", 13)],
    "T9-02": [("minors.guardian_wait_hours", 23)],
    "T9-03": [("minors.guardian", GONE)],
    "T9-04": [("minors.rules", GONE)],
    "T9-05": [("minors.found_delete_within_hours", 73)],
    "T10-01": [("changes.continued_use", True)],
    "T10-02": [("changes.continued_use", True), ("changes.keeps_rights", False)],
    "T10-03": [("changes.notice_days", 0)],
    "T11-01": [("contact.email", "[]")],
    "T11-02": [("controller.officer", GONE)],
    "T11-03": [("contact.complaint", GONE)],
    "T11-04": [("controller.country", "DE")],
    "T12-02": [("policy.effective", "2026-06-30")],
    "T12-03": [("policy.effective", "2026-07-01")],
    "T12-04": [("policy.time_zone", "Asia/Shangai")],
    "T12-05": [("clauses.11.id", "12")],
    "T12-06": [("clauses", [])],
}

# Cases that cannot be made without a second rule speaking too, and which.
ALSO = {
    "T0-20": {"T0-18"},
    "T4-01": {"T2-09"},
    "T5-02": {"T5-10"},
    "T5-10": {"T5-02"},
    "T5-12": {"T5-01", "T5-10"},
    "T8-04": {"T3-06"},
    "T9-03": {"T0-24"},
    "T9-04": {"T0-24"},
    "T10-01": {"T10-02"},
    "T11-02": {"T0-24"},
    "T11-03": {"T0-24"},
    "T12-05": {"T12-06"},
}


ELSEWHERE = {"T4-13"}
"""The weight of the script is known to `notice`, above `policy`: its case is in test_04_banner.py."""


def test_every_rule_of_the_book_has_its_case_here() -> None:
    assert set(CASES) == set(RULES) - ELSEWHERE


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_its_case_and_no_other_rule_does(rule: str) -> None:
    assert rule not in {found.rule for found in check_policy(demo())}
    assert rules(*CASES[rule]) == {rule} | ALSO.get(rule, set())


@pytest.mark.parametrize("rule", CASES)
def test_a_finding_says_where_why_and_what_to_do(rule: str) -> None:
    for found in findings(*CASES[rule]):
        assert found.line > 1 or found.path == ()
        assert found.what
        assert found.what[0] in '"abcdefghijklmnopqrstuvwxyz0123456789'
        assert found.fix
        assert (found.level, found.clause, found.why) == (
            RULES[found.rule].level,
            RULES[found.rule].clause,
            RULES[found.rule].why,
        )


anything = st.sampled_from(
    [None, True, 0, -1, 10**17, 1.5, "", "x", "~", "[]", "2026-02-30", [], [[]], {}, {"a": None}, {"en": 1}]
)


def places_of(values: Any, path: tuple[str, ...] = ()) -> list[str]:
    """Return every place of a tree of values, as `changed` takes it."""
    items = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    inner = [place for key, item in items for place in places_of(item, (*path, str(key)))]
    return ["/".join(path), *inner] if path else inner


PLACES = places_of(json.loads(demo().canonical))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLACES), anything | st.just(GONE))
def test_whatever_is_changed_the_answer_is_findings_and_never_a_crash(place: str, value: Any) -> None:
    change = (place if "/" in place else place.replace(".", "/"), value)
    try:
        found = check_policy(changed(change))
    except PolicyErrors as errors:
        found = list(errors.findings)
        kept_from_loading = True
    else:
        kept_from_loading = False
    assert found or not kept_from_loading
    assert all(one.line >= 1 and one.what and one.fix for one in found)


def test_the_demo_keeps_every_rule() -> None:
    assert check_policy(demo()) == []


def test_with_three_changes_the_demo_would_keep_the_law_of_the_union_too() -> None:
    assert rules(("law", ["cn-pipl", "eu-gdpr"])) != set()
    assert rules(("law", ["cn-pipl", "eu-gdpr"]), *WITH_THE_UNION) == set()
