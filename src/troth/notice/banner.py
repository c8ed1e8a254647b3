"""Clauses 2, 4 and 8: what the script must know, computed from the policy: the two cannot disagree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from troth.policy.declared import Sdk
from troth.policy.model import Policy
from troth.words.banner import WORDS

OWN_COOKIES: Final = frozenset({"troth", "troth_id"})
"""The script's own two cookies; they follow the whole answer, never a single purpose."""

READERS: Final[Mapping[str, str]] = {
    "tz": "Intl.DateTimeFormat().resolvedOptions().timeZone",
    "screen": 'screen.width+"x"+screen.height',
    "color_bits": "screen.colorDepth",
    "cookie_ok": "navigator.cookieEnabled",
    "java_ok": "navigator.javaEnabled()",
    "opened_at": "Math.round(later?Date.now():performance.timeOrigin)",
}
"""How the script reads each fact (`later` = not the first view of a loaded page); the undeclared are not in it."""

SHOWN: Final = frozenset(
    {"title", "link", "refuse", "accept", "choose", "choices", "explain", "receipts", "save", "close", "failed"}
    | {"frame", "once", "always"}
)
"""The words that are shown as they are; the others are sentences filled in from the policy."""

SENT_FOR: Final[Mapping[str, str]] = {
    "page": "path",
    "entry_path": "path",
    "exit_path": "path",
    "search_terms": "query",
    "referrer": "referrer",
    "stay": "stay",
    "duration": "stay",
    **{fact: fact for fact in READERS},
}
"""For each fact that only the browser can tell, the part of the beacon that tells it. What a request says anyway
(address, user agent, language) is not sent twice; what no browser tells any more (plug-ins, Flash) is not asked for."""


class AskedPurpose(Struct, frozen=True, kw_only=True):
    """One purpose as the banner asks for it.

    separate  has its own box and is never part of "accept all"
    needs     purposes that must be agreed to with it
    facts     what the beacon may send once it is agreed to
    clears    how the cookies and stored items begin that withdrawal takes from the browser: `name=` or a prefix
    """

    id: str
    title: str
    text: str
    separate: bool
    needs: Sequence[str]
    facts: Sequence[str]
    clears: Sequence[str]


class Stamp(Struct, frozen=True):
    """What every answer carries of the question: version, language and the very words.

    policy  first 16 characters of the policy's hash
    text    SHA-256 of every word a person is shown
    """

    policy: str
    lang: str
    text: str


class Gate(Struct, frozen=True, array_like=True):
    """What may pass under one name of the site's markup: the purpose it needs, the hosts it may load from, and the
    names that the vendor's script has in the page (`_hmt`, `gtag`)."""

    purpose: str
    hosts: Sequence[str]
    globals: Sequence[str]


class BannerConfig(Struct, frozen=True, kw_only=True):
    """All that one script in one language knows.

    asked     what every answer carries
    standing  first 8 characters of this version and of those before it whose answers still stand
    days      after which an answer is asked for again
    outvoted  the letter of an answer that a later GPC signal ends, or "": the policy says (`consent.gpc_over_consent`)
    others    purposes on consent that are asked for elsewhere: an answer names them too, with no; but a click on this
              screen says nothing about what a guardian granted
    search    parameters of the address that are search words
    gates     purpose or SDK as the site's markup names it
    """

    asked: Stamp
    standing: Sequence[str]
    edge: str
    url: str
    days: int
    gpc: bool
    outvoted: str
    search: Sequence[str]
    others: Sequence[str]
    purposes: Sequence[AskedPurpose]
    gates: Mapping[str, Gate]
    words: Mapping[str, str]


def banner_config(
    policy: Policy,
    policy_hash: str,
    language: str,
    *,
    edge_path: str = "/troth",
    privacy_url: str = "/privacy/policy",
    standing: Iterable[str] = (),
) -> BannerConfig:
    """Return what the script for `language` must know.

    standing  hashes of earlier versions that this one does not widen: who answered one of them is not asked again
    """
    asked = asked_purposes(policy)
    purposes = [_asked(policy, key, language) for key in asked]
    words = _words(policy, asked, language)
    return BannerConfig(
        asked=Stamp(policy_hash[:16], language, _hash_of_words(purposes, words)),
        standing=[policy_hash[:8], *sorted({earlier[:8] for earlier in standing} - {policy_hash[:8]})],
        edge=edge_path.rstrip("/"),
        url=privacy_url,
        days=policy.consent.reask_after_days,
        gpc=policy.consent.honour_gpc,
        outvoted="y" if policy.consent.gpc_over_consent == "withdraw" else "",
        search=list(policy.scope.search_params),
        others=[
            key for key, purpose in policy.consent_purposes.items() if key not in asked and purpose.kind != "guardian"
        ],
        purposes=purposes,
        gates=_gates(policy, asked),
        words=words,
    )


def text_hash(policy: Policy, language: str) -> str:
    """Return SHA-256 hex of what the banner and its choices show in `language`: the proof of what was asked."""
    asked = asked_purposes(policy)
    return _hash_of_words([_asked(policy, key, language) for key in asked], _words(policy, asked, language))


def asked_purposes(policy: Policy) -> list[str]:
    """Return the purposes a banner asks for: those on consent that read, store or load something in the browser.

    A form asks for its own purposes where it is filled in; a guardian is asked elsewhere, not on a child's screen.
    """
    return [
        key
        for key, purpose in policy.consent_purposes.items()
        if purpose.kind != "guardian" and (policy.facts_for(key) or policy.sdks_for(key) or policy.cookies_for(key))
    ]


def _asked(policy: Policy, key: str, language: str) -> AskedPurpose:
    purpose = policy.purposes[key]
    return AskedPurpose(
        id=key,
        title=purpose.title.in_(language),
        text=_purpose_text(policy, key, language),
        separate=purpose.kind == "separate",
        needs=list(purpose.needs),
        facts=_facts_sent(policy, key),
        clears=_cleared(policy, key),
    )


def _purpose_text(policy: Policy, key: str, language: str) -> str:
    """What the choices say of one purpose: its text, how it is asked, what it needs, where data goes."""
    purpose = policy.purposes[key]
    lines = [purpose.text.in_(language)]
    if purpose.kind == "separate":
        lines.append(WORDS["banner.separate"][language])
    if purpose.needs:
        lines.append(WORDS["banner.needs"][language].format(purposes=_titles(policy, purpose.needs, language)))
    hosts = [host for sdk in policy.sdks_for(key).values() for host in sdk.hosts]
    if hosts:
        lines.append(WORDS["banner.hosts"][language].format(hosts=", ".join(hosts)))
    return "\n".join(lines)


def _words(policy: Policy, asked: Sequence[str], language: str) -> dict[str, str]:
    """Every text that is not a purpose's own, the introduction filled from the policy."""
    words = {
        key.removeprefix("banner."): texts[language]
        for key, texts in WORDS.items()
        if key.removeprefix("banner.") in SHOWN
    }
    general = [key for key in asked if policy.purposes[key].kind == "general"]
    separate = [key for key in asked if key not in general]
    intro = WORDS["banner.intro" if general else "banner.intro_separate"][language]
    words["intro"] = intro.format(
        controller=policy.controller.name.in_(language), purposes=_titles(policy, general or separate, language)
    )
    if general and separate:
        also = WORDS["banner.also_separate"][language].format(purposes=_titles(policy, separate, language))
        words["intro"] = _joined([words["intro"], also], language)
    if policy.consent.banner is not None:
        words["intro"] = _joined([policy.consent.banner.in_(language), words["intro"]], language)
    return words


def _joined(sentences: Sequence[str], language: str) -> str:
    return ("" if language.startswith("zh") else " ").join(sentence.strip() for sentence in sentences)


def _titles(policy: Policy, keys: Iterable[str], language: str) -> str:
    return WORDS["banner.comma"][language].join(
        policy.purposes[key].title.in_(language) for key in keys if key in policy.purposes
    )


def _facts_sent(policy: Policy, purpose: str) -> list[str]:
    """The parts of a beacon that the policy's facts for `purpose` allow, in the order of SENT_FOR."""
    declared = policy.facts_for(purpose)
    parts = dict.fromkeys(part for fact, part in SENT_FOR.items() if fact in declared)
    return list(parts) or (["visit"] if declared else [])


def _cleared(policy: Policy, purpose: str) -> list[str]:
    """What withdrawal takes from the browser: the purpose's own names and those its SDKs set, as the beginning of
    `name=value`, so that `_va=` is one name and `_va` all that begin with it."""
    names = [stored.pattern for stored in policy.stored_for(purpose)]
    for sdk in policy.sdks_for(purpose).values():
        for name in sdk.cookies:
            cookie = policy.cookies.get(name)
            names.append((cookie.pattern or name) if cookie else name)
    return [
        name.removesuffix("*") if name.endswith("*") else f"{name}="
        for name in dict.fromkeys(names)
        if name not in OWN_COOKIES
    ]


def _gates(policy: Policy, asked: Sequence[str]) -> dict[str, Gate]:
    """What may pass the gate under which name: an SDK by its own hosts, a purpose by those of all its SDKs."""
    gates = {key: _gate(key, policy.sdks_for(key).values()) for key in asked}
    for key, sdk in policy.sdks.items():
        if sdk.purpose in asked and key not in gates:
            gates[key] = _gate(sdk.purpose, [sdk])
    return gates


def _gate(purpose: str, sdks: Iterable[Sdk]) -> Gate:
    hosts = dict.fromkeys(host for sdk in sdks for host in sdk.hosts)
    names = dict.fromkeys(name for sdk in sdks for name in sdk.globals)
    return Gate(purpose, list(hosts), list(names))


def _hash_of_words(purposes: Sequence[AskedPurpose], words: Mapping[str, str]) -> str:
    shown = [[purpose.id, purpose.title, purpose.text, purpose.separate] for purpose in purposes]
    return hashlib.sha256(msgspec.json.encode([shown, sorted(words.items())])).hexdigest()
