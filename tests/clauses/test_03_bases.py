"""Clause 3: consent, the twelve exceptions to it, and what is left of them in law."""

from __future__ import annotations

from typing import get_args

import pytest
from policies import changed, demo, findings, rules

from troth.policy import PolicyErrors, bases
from troth.policy.words import BasisId

VERDICTS = {
    "consent": "ok",
    "contract": "ok",
    "statutory_duty": "ok",
    "emergency": "ok",
    "national_security": "warning",
    "criminal_justice": "warning",
    "vital_interests": "warning",
    "self_published": "ok",
    "lawfully_public": "ok",
    "stable_operation": "error",
    "public_interest_news": "warning",
    "academic_statistics": "error",
    "other_law": "warning",
}
RULE_OF = {"ok": set(), "warning": {"T3-02"}, "error": {"T3-01"}}
T = {"zh-CN": "某法", "en": "some law"}


def test_there_are_consent_and_twelve_others_and_no_more() -> None:
    assert tuple(bases()) == get_args(BasisId)
    assert [basis.number for basis in bases().values()] == list(range(13))


@pytest.mark.parametrize("basis", VERDICTS)
def test_each_basis_has_its_verdict_under_the_law_of_china(basis: str) -> None:
    assert bases()[basis].verdicts["cn-pipl"] == VERDICTS[basis]
    said = {"title": T, "text": T, "basis": basis, "law": T, "reference": T}
    assert rules(("purposes.security", said)) == RULE_OF[VERDICTS[basis]]


@pytest.mark.parametrize("basis", ["stable_operation", "academic_statistics"])
def test_the_exceptions_of_a_mere_standard_have_no_article(basis: str) -> None:
    assert bases()[basis].pipl == ""
    assert bases()["statutory_duty"].pipl == "13(1)(3)"


@pytest.mark.parametrize("basis", ["stable_operation", "academic_statistics"])
def test_without_the_law_of_china_they_are_doubtful_and_no_more(basis: str) -> None:
    law = ("law", ["eu-gdpr"])
    assert "T3-02" not in rules(law)
    assert rules(("purposes.security.basis", basis), law) - rules(law) == {"T3-02"}


def test_two_laws_apply_to_everybody_and_each_speaks_for_itself() -> None:
    found = findings(("purposes.security.basis", "stable_operation"), ("law", ["cn-pipl", "eu-gdpr"]))
    spoken = [(one.rule, "cn-pipl" in one.what) for one in found if one.path == ("purposes", "security", "basis")]
    assert spoken == [("T3-01", True), ("T3-02", False)]


def test_what_was_written_from_memory_says_that_it_is_unconfirmed() -> None:
    remarks = [remark for basis in bases().values() for remark in basis.remarks]
    assert remarks
    assert all(remark.unconfirmed for remark in remarks)


def test_a_basis_the_law_does_not_know_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(PolicyErrors) as caught:
        changed(("purposes.respond.basis", "contrat"))
    assert caught.value.findings[0].fix == 'did you mean "contract"?'
    with pytest.raises(PolicyErrors):
        changed(("purposes.respond.basis", "legitimate_interest"))


def test_only_consent_has_a_kind_and_it_is_general_unless_said_otherwise() -> None:
    policy = demo().policy
    assert (policy.purposes["statistics"].kind, policy.purposes["respond"].kind) == ("general", "")
    assert list(policy.consent_purposes) == ["statistics"]
    separate = changed(("purposes.statistics.consent", "separate")).policy
    assert separate.purposes["statistics"].kind == "separate"


def test_a_purpose_cannot_wait_for_itself_through_another() -> None:
    circle = [("purposes.respond.needs", ["recruiting"]), ("purposes.recruiting.needs", ["respond"])]
    assert rules(circle[0]) == set()
    assert rules(*circle) == {"T3-07"}


def test_no_purpose_of_the_demo_is_without_a_basis_and_what_it_needs() -> None:
    for key, purpose in demo().policy.purposes.items():
        needs = bases()[purpose.basis].needs
        assert all(getattr(purpose, need) for need in needs), key
