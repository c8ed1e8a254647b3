"""Clause 8.3 (C8.3-04): who is named in a consent record: the controller, the recipients, the companies of SDKs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from troth.policy.model import Policy
from troth.words import Language, say

CONTROLLER: Final = "controller"


def parties(policy: Policy, language: Language) -> list[dict[str, object]]:
    """Return every party of a policy, the controller first; `party_id` is what the purposes refer to."""
    return [_controller(policy, language), *_recipients(policy, language), *_companies(policy, language)]


def recipients_of(policy: Policy, purpose: str, language: Language) -> list[dict[str, object]]:
    """Return who receives something for one purpose: what, how, and as whom."""
    named: list[dict[str, object]] = [
        {
            "party_id": f"recipient.{key}",
            "x_role": recipient.role,
            "x_method": recipient.method.in_(language),
            "x_pii": list(recipient.categories),
        }
        for key, recipient in policy.recipients.items()
        if recipient.purpose == purpose
    ]
    named += [
        {
            "party_id": f"sdk.{key}",
            "x_role": "sdk",
            "x_method": sdk.method.in_(language),
            "x_pii": list(sdk.data),
            "x_sends_away": sdk.egress != "none",
            "x_when": sdk.scene.in_(language),
            "x_retention": sdk.retention.in_(language),
        }
        for key, sdk in policy.sdks_for(purpose).items()
    ]
    return named


def _controller(policy: Policy, language: Language) -> dict[str, object]:
    ours = policy.controller
    party: dict[str, object] = {
        "party_id": CONTROLLER,
        "party_name": ours.name.in_(language),
        "party_role": "pii_controller",
        "party_type": "organization",
        "party_address": ours.address.in_(language),
        "party_email": ours.email,
        "party_phone": ours.phone,
        "party_contact": policy.contact.email,
    }
    if ours.officer is not None:
        party["x_officer"] = {"x_name": ours.officer.name.in_(language), "party_email": ours.officer.email}
    return party


def _recipients(policy: Policy, language: Language) -> Iterator[dict[str, object]]:
    for key, recipient in policy.recipients.items():
        yield {
            "party_id": f"recipient.{key}",
            "party_name": recipient.name.in_(language),
            "party_role": _role(recipient.role),
            "party_type": "organization",
            "party_contact": recipient.contact,
            "x_role": say(f"role.{recipient.role}", language),
        }


def _companies(policy: Policy, language: Language) -> Iterator[dict[str, object]]:
    for key, sdk in policy.sdks.items():
        yield {
            "party_id": f"sdk.{key}",
            "party_name": sdk.company.in_(language),
            "party_role": "third_party",
            "party_type": "organization",
            "party_url": sdk.statement_url,
            "x_product": sdk.product.in_(language),
            "x_hosts": list(sdk.hosts),
        }


def _role(role: str) -> str:
    """Return the standard's word for what a recipient is."""
    return "pii_processor" if role == "entrusted" else "joint_pii_controller" if role == "joint" else "pii_controller"
