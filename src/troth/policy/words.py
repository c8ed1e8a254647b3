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
Criterion = Literal["function", "quality", "agreed", "special"]
AbroadGround = Literal["law", "consent", "steps"]
AllOrAny = Literal["all", "any"]
Right = Literal[
    "access",
    "copy",
    "correct",
    "complete",
    "delete",
    "withdraw",
    "change_consent",
    "restrict",
    "object",
    "port",
    "explain",
    "automated_decision",
    "close_account",
    "deceased_relative",
    "complain",
]
SharingCase = Literal[
    "nobody",
    "express_consent",
    "separate_consent",
    "at_your_request",
    "legal_demand",
    "court_order",
    "emergency",
    "protect_from_harm",
    "within_group",
    "entrusted",
    "successor",
    "publication",
]
SignalOverConsent = Literal["keep", "withdraw"]

RIGHTS: tuple[str, ...] = get_args(Right)
BASIS_IDS: tuple[str, ...] = get_args(BasisId)
