"""The closed sets of words a policy file may use."""

from __future__ import annotations

from typing import Literal, get_args

BasisId = Literal[
    "consent",
    "contract",
    "statutory_duty",
    "emergency",
    "national_security",
    "criminal_justice",
    "vital_interests",
    "self_published",
    "lawfully_public",
    "stable_operation",
    "public_interest_news",
    "academic_statistics",
    "other_law",
]
ConsentKind = Literal["general", "separate", "guardian"]
Precision = Literal["coarse", "sealed", "off"]
FieldKind = Literal["text", "email", "tel", "textarea", "file"]
Party = Literal["first", "third"]
Content = Literal["choice", "random_id", "preference", "session"]
StoredIn = Literal["cookie", "local", "session"]
Egress = Literal["declared", "none"]
Role = Literal["entrusted", "joint", "independent", "successor"]
After = Literal["delete", "anonymise"]
Audience = Literal["adult", "general", "child"]
LawPack = Literal["cn-pipl", "eu-gdpr", "us-ca-ccpa"]
Abroad = Literal["none", "declared"]
SignalOverConsent = Literal["keep", "withdraw"]

BASIS_IDS: tuple[str, ...] = get_args(BasisId)
