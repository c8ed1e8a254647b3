"""A law pack: what one law asks for, as dated data. Every statement names its source and whether it was confirmed.

A pack holds no code and decides nothing; `policy.law` merges the packs that a policy names. `confirmed: false` means
that nobody has checked it in the text of the law, and whatever shows the statement says so. None of it is legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from msgspec import Struct

from troth.policy.data_file import read_data_file
from troth.policy.text import Text
from troth.policy.words import BasisId, ConsentKind, LawPack, Right

PackId = Literal["troth", "cn-pipl", "eu-gdpr", "us-ca-ccpa"]
Unit = Literal["hours", "days", "working_days", "months", "years", "age", "people", "times"]
Verdict = Literal["ok", "warning", "error"]
PACKS = Path(__file__).with_name("packs")


class Sourced(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement about a law: where it stands, and whether somebody has looked it up there."""

    source: str
    confirmed: bool


class Figure(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of a law with its unit."""

    value: int
    unit: Unit


class Choice(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of a few words: what the law says on a question that has no number."""

    value: str


class Item(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of a list of the law. `words` are parts of dotted categories that mean it, where that can be told."""

    id: str
    title: Text
    words: tuple[str, ...] = ()


class PackBasis(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What this law says of one basis: its article, "" where it has none, and whether a policy may rest on it."""

    verdict: Verdict
    article: str = ""


class RightRule(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A right that this law gives, so that the policy has to name it."""

    id: Right


class Disclosure(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something a policy has to tell people.

    look_for  places of the policy file where it stands, `*` for every key; empty: only a person can tell
    rule      the rule of the book that looks for it, where that is not the general one for disclosures
    """

    id: str
    level: Literal["must", "should"]
    title: Text
    fix: str
    look_for: tuple[str, ...] = ()
    rule: str = ""


class Instrument(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A law, regulation or standard in force that the pack draws on."""

    id: str
    name: Text
    since: date


class Draft(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule that is only proposed: it binds nobody unless the policy names it in `law_drafts`.

    settles  fields of the law by their dotted name, as they would be
    """

    id: str
    name: Text
    settles: dict[str, Figure] = {}


class Status(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in force, and what is only proposed."""

    in_force: tuple[Instrument, ...] = ()
    draft: tuple[Draft, ...] = ()


class ConsentLaw(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How consent is given, asked for again and withdrawn."""

    kinds: tuple[ConsentKind, ...] = ()
    separate_for: tuple[Item, ...] = ()
    opt: Choice | None = None
    continued_use: Choice | None = None
    bundling: Choice | None = None
    withdrawal: Choice | None = None
    reask_after: Figure | None = None
    guardian_wait: Figure | None = None


class Ages(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to which age somebody is a child or a minor."""

    child_under: Figure | None = None
    minor_under: Figure | None = None
    guardian: Choice | None = None
    own_rules: Choice | None = None
    found_delete_within: Figure | None = None


class RequestLaw(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people may ask for, how soon they are answered, and why they may be refused."""

    rights: tuple[RightRule, ...] = ()
    answer: Figure | None = None
    acknowledge: Figure | None = None
    extension: Figure | None = None
    opt_out: Figure | None = None
    close_account: Figure | None = None
    extension_notice: Choice | None = None
    ends: Choice | None = None
    fee: Choice | None = None
    refusal_reasons: tuple[Item, ...] = ()
    portability_tests: tuple[Item, ...] = ()


class Deletion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When something is deleted, and what may stand in the way."""

    proactive: Choice | None = None
    triggers: tuple[Item, ...] = ()
    blocked_by: tuple[Item, ...] = ()
    notify_recipients: Choice | None = None
    backups: Choice | None = None


class RetentionLaw(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long at least (floors, by class of records) and how long at most."""

    rule: Choice | None = None
    infinite: Choice | None = None
    network_log: Figure | None = None
    evidence: Figure | None = None
    long: Figure | None = None


class SharingLaw(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who else may get it, what has to be told of them, and orders from abroad."""

    default: Choice | None = None
    recipient_fields: tuple[Item, ...] = ()
    foreign_order: Choice | None = None
    harm: Choice | None = None


class CrossBorder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it is stored, and what it takes to send it abroad. The counters are people in a calendar year."""

    location: Choice | None = None
    mechanisms: tuple[Item, ...] = ()
    with_consent: Choice | None = None
    counters: tuple[Figure, ...] = ()
    sensitive_counters: tuple[Figure, ...] = ()
    contract_valid: Figure | None = None


class Incident(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to tell of an incident, how soon, and what."""

    authority: Figure | None = None
    summary: Figure | None = None
    people: Choice | None = None
    people_within: Figure | None = None
    grades: tuple[Figure, ...] = ()
    content: tuple[Item, ...] = ()


class Change(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which changes of the policy are material and what they need before they hold."""

    material: tuple[Item, ...] = ()
    notice: Choice | None = None
    reconsent_on: tuple[Item, ...] = ()


class Threshold(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From how many people on something has to be done; `every` or `due` (--MM-DD) say when."""

    people: int
    of: Literal["held", "minors"]
    do: Text
    every: str = ""
    due: str = ""


class Evidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the records are kept with which the company proves that it kept to the law."""

    assessments: Figure | None = None
    disclosures: Figure | None = None
    requests: Figure | None = None


class Signals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the browser's signal (Global Privacy Control) means."""

    gpc: Choice | None = None
    show_status: Choice | None = None


class Pack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One law pack. `version` is a data release, `known_through` the day up to which its makers looked."""

    id: PackId
    version: str
    known_through: date
    title: Text
    countries: tuple[str, ...] = ()
    status: Status = Status()
    terms: dict[str, Text] = {}
    bases: dict[BasisId, PackBasis] = {}
    consent: ConsentLaw = ConsentLaw()
    ages: Ages = Ages()
    disclosures: tuple[Disclosure, ...] = ()
    representative: Choice | None = None
    requests: RequestLaw = RequestLaw()
    deletion: Deletion = Deletion()
    retention: RetentionLaw = RetentionLaw()
    sharing: SharingLaw = SharingLaw()
    cross_border: CrossBorder = CrossBorder()
    sensitive: tuple[Item, ...] = ()
    incident: Incident = Incident()
    change: Change = Change()
    thresholds: tuple[Threshold, ...] = ()
    evidence: Evidence = Evidence()
    signals: Signals = Signals()

    def settled(self) -> Mapping[str, Figure | Choice]:
        """Return every single figure and word of this pack by its dotted name: `requests.answer`."""
        found: dict[str, Figure | Choice] = {}
        for section in SECTIONS:
            part = getattr(self, section)
            for name in part.__struct_fields__:
                value = getattr(part, name)
                if isinstance(value, (Figure, Choice)):
                    found[f"{section}.{name}"] = value
        return found


SECTIONS = (
    "consent",
    "ages",
    "requests",
    "deletion",
    "retention",
    "sharing",
    "cross_border",
    "incident",
    "change",
    "evidence",
    "signals",
)
LAWS: tuple[LawPack, ...] = get_args(LawPack)
OURS: PackId = "troth"
"""What no law says in a number and we are careful about ourselves: merged under every law, shown as ours."""


@cache
def pack(name: PackId) -> Pack:
    """Return one law pack, read once."""
    return read_data_file(PACKS / f"{name}.yaml", Pack)
