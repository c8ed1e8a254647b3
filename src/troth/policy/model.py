"""The policy file as types: who speaks, for which site, under which law, and the promises (all clauses)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field, structs

from troth.policy.declared import Cookie, DeclaredFact, Form, Purpose, Sdk, StoredName
from troth.policy.kept import Keeping, Place, Recipient, Retention, Security, Storage
from troth.policy.text import Text
from troth.policy.words import Audience, BasisId, LawPack, Right, SharingCase, SignalOverConsent

Whole = Annotated[int, Meta(ge=1)]


class Header(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which policy this is, from when it holds, in which languages and whose days (clause 12)."""

    id: str
    version: str
    issued: date
    effective: date
    languages: tuple[str, ...]
    time_zone: str
    title: Text


class Officer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The person in charge of protecting personal information."""

    name: Text
    email: str


class Representative(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom people and authorities of a country can turn to, where the company itself is in another one."""

    name: Text
    contact: str
    country: str


class Controller(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The company that decides why and how: the personal information handler (C0-02).

    country          where it is established: CN, DE, GB, …
    representatives  in countries whose law applies although the company is not there
    """

    name: Text
    address: Text
    email: str
    phone: str = ""
    officer: Officer | None = None
    country: str = ""
    representatives: tuple[Representative, ...] = ()


class Scope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which origins and pages the policy is for (clause 1). `/news/*` covers everything below `/news/`.

    search_params  query parameters that hold the site's own search words
    referrers      hosts whose name may be kept in clear as the origin of a link
    """

    origins: tuple[str, ...]
    routes: tuple[str, ...]
    links: Text
    search_params: tuple[str, ...] = ()
    referrers: tuple[str, ...] = ()

    def route_of(self, path: str) -> str | None:
        """Return the declared route that covers `path` (an exact one first), or None."""
        if path in self.routes and not path.endswith("*"):
            return path
        below = [route for route in self.routes if route.endswith("/*") and path.startswith(route[:-1])]
        return max(below, key=len, default=None)


class Minors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How children are protected (clause 9).

    guardian_wait_hours  how long after the first confirmation a guardian's second one has to come
    guardian             how we make sure that it is the guardian who agrees
    rules                the rules of our own for children's information
    """

    audience: Audience
    text: Text
    child_under: Whole = 14
    found_delete_within_hours: Whole = 72
    guardian_wait_hours: Whole = 24
    guardian: Text | None = None
    rules: Text | None = None


class Rights(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What people may ask for, and how soon they are answered (clauses 8 and 11).

    offers          the rights the text gives
    not_applicable  the rights it says have no object here, such as closing an account where there are none
    """

    text: Text
    reply_working_days: Whole = 15
    extension_max_working_days: Annotated[int, Meta(ge=0)] | None = None
    offers: tuple[Right, ...] = ()
    not_applicable: tuple[Right, ...] = ()


class ConsentRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How consent is asked for: the banner's first words, when to ask again, whether GPC is a refusal.

    gpc_over_consent  what the signal does to a yes that was given without it
    deemed            true: the text takes reading or using the site for a yes ("you know and agree")
    """

    reask_after_days: Whole = 180
    honour_gpc: bool = True
    gpc_over_consent: SignalOverConsent = "keep"
    banner: Text | None = None
    deemed: bool = False


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where questions, requests and complaints go (clause 11).

    complaint  how to complain about us: to which authority or court; left out where the text says nothing
    """

    email: str
    address: Text
    complaint: Text = field(default_factory=Text)
    phone: str = ""


class Changes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a new version is announced (clause 10).

    keeps_rights   true: the text promises that rights are not reduced without express consent
    continued_use  true: the text takes going on using the site for agreement
    """

    text: Text
    notice_days: Annotated[int, Meta(ge=0)] = 30
    keeps_rights: bool = False
    continued_use: bool = False


class Clause(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One section of the text people read: Markdown without HTML, with {placeholders} (`policy.placeholders`)."""

    id: str
    title: Text
    body: Text
    emphasis: bool = False


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A privacy policy that runs. The attribute names are the top keys of the file.

    law_drafts        rules of a law pack that are only proposed, by id, which this company wants to keep already
    bases             the cases without consent that the text names in their usual wording; a purpose names its own
    bases_within_law  those that the text narrows to what the law allows; a person answers for that
    sharing           the cases in which the text says that information is passed on
    """

    troth: int
    policy: Header
    controller: Controller
    scope: Scope
    law: tuple[LawPack, ...]
    storage: Storage
    purposes: dict[str, Purpose]
    facts: dict[str, DeclaredFact]
    retention: dict[str, Retention]
    minors: Minors
    rights: Rights
    security: Security
    contact: Contact
    changes: Changes
    clauses: tuple[Clause, ...]
    forms: dict[str, Form] = {}
    cookies: dict[str, Cookie] = {}
    sdks: dict[str, Sdk] = {}
    recipients: dict[str, Recipient] = {}
    places: dict[str, Place] = {}
    consent: ConsentRules = ConsentRules()
    law_drafts: tuple[str, ...] = ()
    bases: tuple[BasisId, ...] = ()
    bases_within_law: tuple[BasisId, ...] = ()
    sharing: tuple[SharingCase, ...] = ()
    keeping: Keeping = Keeping()

    @property
    def id(self) -> str:
        return self.policy.id

    @property
    def version(self) -> str:
        return self.policy.version

    @property
    def title(self) -> Text:
        return self.policy.title

    @property
    def issued(self) -> date:
        return self.policy.issued

    @property
    def effective(self) -> date:
        return self.policy.effective

    @property
    def languages(self) -> tuple[str, ...]:
        return self.policy.languages

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the policy's days are counted."""
        return ZoneInfo(self.policy.time_zone)

    @property
    def collected_facts(self) -> dict[str, DeclaredFact]:
        """The facts that are collected: everything declared and not off."""
        return {key: fact for key, fact in self.facts.items() if not fact.is_off}

    @property
    def consent_purposes(self) -> dict[str, Purpose]:
        """The purposes a person is asked about, in the order of the file."""
        return {key: purpose for key, purpose in self.purposes.items() if purpose.needs_consent}

    def facts_for(self, purpose: str) -> dict[str, DeclaredFact]:
        """Return the facts collected for one purpose."""
        return {key: fact for key, fact in self.collected_facts.items() if purpose in fact.purposes}

    def cookies_for(self, purpose: str) -> dict[str, Cookie]:
        """Return the cookies and stored items of one purpose."""
        return {key: cookie for key, cookie in self.cookies.items() if cookie.purpose == purpose}

    def sdks_for(self, purpose: str) -> dict[str, Sdk]:
        """Return the third-party code that may load for one purpose."""
        return {key: sdk for key, sdk in self.sdks.items() if sdk.purpose == purpose}

    def stored_for(self, purpose: str) -> tuple[StoredName, ...]:
        """Return the names to clear from a browser when `purpose` is refused or withdrawn."""
        return tuple(
            StoredName(cookie.pattern or name, cookie.storage) for name, cookie in self.cookies_for(purpose).items()
        )

    def with_origins(self, origins: Sequence[str]) -> Policy:
        """Return the same policy for other origins (the demo adds the port it listens on)."""
        return structs.replace(self, scope=structs.replace(self.scope, origins=tuple(origins)))
