"""Clause 8.3 (C8.3-04): a decision as a consent record in the structure of ISO/IEC TS 27560, for other programs.

Everything comes from two sources: the version of the policy that the decision names, and the decision itself. Names
without a prefix are the standard's; what it has no name for begins with `x_`. The sections of a version are rendered
once for each language and set of purposes and then copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, cast

from msgspec import Raw, Struct

from troth.consent.receipt import Statement, canonical
from troth.consent.record_parties import CONTROLLER, parties, recipients_of
from troth.errors import PolicyError
from troth.policy.declared import Purpose
from troth.policy.known import bases, catalogue
from troth.policy.model import Policy
from troth.policy.versions import Version, VersionsInForce
from troth.words import LANGUAGES, Language, say

SCHEMA_VERSION: Final = "ISO/IEC TS 27560:2023; troth-receipt-v1"
RENDERED_AT_MOST: Final = 256
GIVEN, REFUSED, WITHDRAWN = "consent_given", "consent_refused", "consent_withdrawn"


class Links(Struct, frozen=True):
    """Where a person goes from a receipt: addresses in full, "" where there is none.

    choices  the form on the site where a yes is taken back
    policy   the policy in the rooms; a version's hash after it leads to that version for ever
    """

    choices: str = ""
    policy: str = ""


class Records:
    """Renders records; keeps the parts that many receipts share, and nothing about a person."""

    def __init__(self, versions: VersionsInForce, links: Links) -> None:
        self._versions = versions
        self._links = links
        self._shared = lru_cache(maxsize=RENDERED_AT_MOST)(self._render)

    def of(self, statement: Statement) -> dict[str, object]:
        """Return the record of a statement, its larger sections ready to be copied."""
        purposes = tuple(sorted({*statement.purposes, *statement.granted}))
        processing, identified = self._shared(statement.policy, statement.language, purposes)
        return {
            "schema_version": SCHEMA_VERSION,
            "record_id": statement.receipt,
            "pii_principal_id": statement.receipt,
            "pii_processing": processing,
            "party_identification": identified,
            "event": list(_events(statement)),
        }

    def _render(self, policy_hash: str, language: str, purposes: tuple[str, ...]) -> tuple[Raw, Raw]:
        version = self._versions.by_hash(policy_hash)
        if version is None:
            raise PolicyError("a decision names a version that was never published here", "restore the register")
        spoken = language_of(version.policy, language)
        section = _Section(version, spoken, self._links)
        return Raw(canonical(section.processing(purposes))), Raw(canonical(parties(version.policy, spoken)))


def language_of(policy: Policy, language: str) -> Language:
    """Return the language to write in: the one that was shown, else the policy's first."""
    wished = (language, *policy.languages)
    return cast(Language, next((each for each in wished if each in LANGUAGES and each in policy.languages), "en"))


class _Section:
    """The section on processing, of one version in one language."""

    def __init__(self, version: Version, language: Language, links: Links) -> None:
        self._version = version
        self._policy = version.policy
        self._language = language
        self._links = links

    def processing(self, purposes: tuple[str, ...]) -> dict[str, object]:
        """Return the whole section for these purposes, in the order of the policy."""
        declared = {key: self._policy.purposes[key] for key in self._policy.purposes if key in purposes}
        return {
            "privacy_notice": self._notice(),
            "language": self._language,
            "purposes": [self._purpose(key, purpose) for key, purpose in declared.items()],
        }

    def _notice(self) -> dict[str, object]:
        header = self._policy.policy
        return {
            "x_policy": header.id,
            "x_version": header.version,
            "x_hash": self._version.hash,
            "x_issued": header.issued.isoformat(),
            "x_effective": header.effective.isoformat(),
            "x_title": header.title.in_(self._language),
            "x_url": f"{self._links.policy}/{self._version.hash[:16]}" if self._links.policy else "",
        }

    def _purpose(self, key: str, purpose: Purpose) -> dict[str, object]:
        location = self._policy.storage.location
        return {
            "purpose": purpose.title.in_(self._language),
            "purpose_type": key,
            "x_description": purpose.text.in_(self._language),
            "lawful_basis": purpose.basis,
            "x_lawful_basis": self._basis(purpose),
            "x_consent_kind": purpose.kind,
            "x_needs": list(purpose.needs),
            "pii_information": [*self._facts(key), *self._fields(key)],
            "pii_controllers": [CONTROLLER],
            "collection_method": self._collection(key),
            "processing_method": self._say("processing"),
            "storage_locations": [location],
            "processing_locations": [location],
            "geographic_restrictions": self._say(f"abroad_{self._policy.storage.abroad}"),
            "retention_period": list(self._retention(key)),
            "recipient_third_parties": recipients_of(self._policy, key, self._language),
            "x_stored_on_device": self._stored(key),
            "withdrawal_method": self._withdrawal(),
            "privacy_rights": self._rights(),
            "jurisdiction": [{"x_law": law, "x_name": self._say(f"law_{law}")} for law in self._policy.law],
            "codes_of_conduct": [],
            "impact_assessment": "",
            "authority_party": self._policy.contact.complaint.in_(self._language),
        }

    def _basis(self, purpose: Purpose) -> dict[str, str]:
        known = bases()[purpose.basis]
        return {"x_title": known.title.in_(self._language), "x_pipl": known.pipl, "x_gdpr": known.gdpr}

    def _facts(self, purpose: str) -> Iterator[dict[str, object]]:
        for key, fact in self._policy.facts_for(purpose).items():
            known = catalogue().get(key)
            rough = known.coarse if known and fact.is_coarse else None
            yield {
                "pii_type": known.title.in_(self._language) if known else key,
                "pii_attribute_id": key,
                "pii_optional": True,
                "sensitive_pii_category": bool(known and known.class_ == "sensitive"),
                "special_pii_category": "",
                "x_precision": fact.precision,
                "x_kept_as": rough.in_(self._language) if rough else self._say(f"kept_{fact.precision}"),
                "x_dpv": known.dpv if known else "",
                "x_retention": fact.retention or "",
                "x_necessity": fact.necessity.in_(self._language) if fact.necessity else "",
            }

    def _fields(self, purpose: str) -> Iterator[dict[str, object]]:
        for name, form in self._policy.forms.items():
            for key, field in form.fields.items() if form.purpose == purpose else ():
                yield {
                    "pii_type": field.label.in_(self._language),
                    "pii_attribute_id": f"{name}.{key}",
                    "pii_optional": not field.required,
                    "sensitive_pii_category": False,
                    "special_pii_category": "",
                    "x_category": field.category,
                    "x_precision": "sealed",
                    "x_kept_as": self._say("kept_sealed"),
                    "x_retention": form.retention,
                }

    def _collection(self, purpose: str) -> str:
        ways = [self._say("collected_visit")] if self._policy.facts_for(purpose) else []
        ways += [form.title.in_(self._language) for form in self._policy.forms.values() if form.purpose == purpose]
        ways += [sdk.method.in_(self._language) for sdk in self._policy.sdks_for(purpose).values()]
        return ("；" if self._language == "zh-CN" else "; ").join(ways)

    def _retention(self, purpose: str) -> Iterator[dict[str, object]]:
        policy = self._policy
        keys = [fact.retention for fact in policy.facts_for(purpose).values()]
        keys += [form.retention for form in policy.forms.values() if form.purpose == purpose]
        keys += [place.retention for place in policy.places.values() if place.purpose == purpose]
        for key in dict.fromkeys(keys):
            kept = policy.retention.get(key or "")
            if key and kept:
                yield {
                    "x_id": key,
                    "x_days": kept.longest_days,
                    "x_decided_by": kept.decided_by,
                    "x_then": kept.after,
                    "x_text": kept.text.in_(self._language),
                }

    def _stored(self, purpose: str) -> list[dict[str, object]]:
        return [
            {
                "x_name": cookie.pattern or name,
                "x_in": cookie.storage,
                "x_days": cookie.lifetime_days,
                "x_set_by": cookie.set_by,
                "x_holds": cookie.content,
                "x_text": cookie.text.in_(self._language),
            }
            for name, cookie in self._policy.cookies_for(purpose).items()
        ]

    def _withdrawal(self) -> dict[str, str]:
        contact = self._policy.contact
        return {"x_text": self._say("withdraw"), "x_url": self._links.choices, "x_email": contact.email}

    def _rights(self) -> dict[str, object]:
        rights, contact = self._policy.rights, self._policy.contact
        return {
            "x_text": rights.text.in_(self._language),
            "x_reply_working_days": rights.reply_working_days,
            "x_email": contact.email,
            "x_phone": contact.phone,
        }

    def _say(self, key: str) -> str:
        return say(f"record.{key}", self._language)


def _events(statement: Statement) -> Iterator[Mapping[str, object]]:
    """Yield what happened, once for each state that purposes came to."""
    states: dict[str, list[str]] = {}
    for purpose, answer in sorted(statement.purposes.items()):
        state = GIVEN if answer else WITHDRAWN if purpose in statement.withdrawn else REFUSED
        states.setdefault(state, []).append(purpose)
    for state, purposes in states.items():
        yield {
            "event_time": statement.at,
            "validity_duration": {"x_until": statement.until},
            "entity_id": "guardian" if statement.guardian else statement.receipt,
            "event_type": statement.event,
            "event_state": state,
            "x_purposes": purposes,
            "x_how": statement.how,
            "x_layer": statement.layer,
            "x_gpc": statement.gpc,
        }
