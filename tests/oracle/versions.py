"""Random versions of a policy for the oracle of consent: a first one, and others that go further, less far, or neither.

Standard library only, and the law's own plain types.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from said import Code, Cookie, Fact, Form, Purpose, Recipient, Version

START = datetime(2026, 3, 1, 9, 30, 0, 123000, tzinfo=UTC)
NEW_PURPOSES = ("videos", "portrait", "children", "research", "maps")
ORDER = ("shop", "statistics", "maps", "videos", "portrait", "children", "research")
"""A purpose needs only such as stand before it here: `troth check` refuses a circle."""
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")
NAMES = "0123456789abcdef"
KINDS = (
    ("videos", "general", 0.6),
    ("portrait", "separate", 0.6),
    ("children", "guardian", 0.3),
    ("research", "general", 1.0),
)
"""Purposes of a first version, their kind, and how often they need statistics."""


def first_version(rng: random.Random) -> Version:
    """The version every history begins with."""
    purposes = {"statistics": Purpose()}
    for name, kind, needing in KINDS:
        if rng.random() < 0.5:
            purposes[name] = Purpose(kind=kind, needs=("statistics",) if rng.random() < needing else ())
    if rng.random() < 0.5:
        purposes["shop"] = Purpose(basis="contract")
    return Version(
        name=new_name(rng),
        published=START - timedelta(days=rng.randrange(1, 400)),
        effective=date(2026, 2, 1),
        zone=rng.choice(ZONES),
        languages=("en", "zh-CN"),
        purposes=purposes,
        facts={
            "pages": Fact("coarse", ("statistics",), "visits"),
            "ip": Fact(rng.choice(("coarse", "sealed")), ("statistics", "research"), "visits"),
            "screen": Fact("off", (), "visits"),
        },
        forms={"album": Form("portrait", "records", {"photo": "image.face"})},
        cookies={"_va": Cookie("statistics", rng.choice((0, 30, 365)))},
        code={"player": Code("videos", ("cdn.vendor.example",), ("ip",), False)},
        recipients={"vendor": Recipient("statistics", "entrusted", ("visit",))},
        keep={"visits": {"function": 90, "quality": 60}, "records": {"function": 180}},
        country="CN",
        abroad=False,
        ask_again_days=rng.choice((180, 180, 200, 365)),
        remember_days=rng.choice((180, 180, 365, 120)),
        hears_gpc=rng.random() < 0.85,
        gpc_over_consent=rng.choice(("keep", "withdraw", "withdraw")),
        guardian_hours=rng.choice((24, 24, 48)),
    )


def new_name(rng: random.Random) -> str:
    return "".join(rng.choice(NAMES) for _ in range(16)) * 4


def next_version(rng: random.Random, old: Version, at: datetime) -> Version:
    """A version some changes away from `old`: it goes further, or less far, or only says it otherwise."""
    version = old
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        version = rng.choice(CHANGES)(rng, version)
    version = tidy(version)
    ahead = rng.choice((-30, 0, 0, 0, 1, 2, 30, 45))
    local_day = (at + timedelta(days=ahead)).date()
    return replace(version, name=new_name(rng), published=at, effective=local_day)


def tidy(version: Version) -> Version:
    """Without needs that name nothing, as `troth check` demands."""
    purposes = {
        name: replace(purpose, needs=tuple(other for other in purpose.needs if other in version.purposes))
        for name, purpose in version.purposes.items()
    }
    return replace(version, purposes=purposes)


Change = Callable[[random.Random, Version], Version]


def any_purpose(rng: random.Random, version: Version) -> str:
    return rng.choice(list(version.purposes)) if version.purposes else "statistics"


def needed(version: Version) -> list[str]:
    """The purposes that others need."""
    return [name for name in version.purposes if any(name in each.needs for each in version.purposes.values())]


def with_purpose(version: Version, name: str, **said: Any) -> Version:
    return replace(version, purposes={**version.purposes, name: replace(version.purposes[name], **said)})


def add_purpose(rng: random.Random, version: Version) -> Version:
    name = rng.choice(NEW_PURPOSES)
    if name in version.purposes:
        return version
    kind = {"portrait": "separate", "children": "guardian"}.get(name, "general")
    return replace(version, purposes={**version.purposes, name: Purpose(kind=kind)})


def drop_purpose(rng: random.Random, version: Version) -> Version:
    name = any_purpose(rng, version)
    return replace(version, purposes={key: each for key, each in version.purposes.items() if key != name})


def change_kind(rng: random.Random, version: Version) -> Version:
    name = any_purpose(rng, version)
    return with_purpose(version, name, kind=rng.choice(("general", "separate", "guardian")))


def change_basis(rng: random.Random, version: Version) -> Version:
    name = any_purpose(rng, version)
    return with_purpose(version, name, basis="contract" if version.purposes[name].basis == "consent" else "consent")


def rest_on_no_consent(rng: random.Random, version: Version) -> Version:
    purposes = {name: replace(purpose, basis="contract") for name, purpose in version.purposes.items()}
    return replace(version, purposes=purposes)


def change_needs(rng: random.Random, version: Version) -> Version:
    if len(version.purposes) < 2:
        return version
    first, second = sorted(rng.sample(list(version.purposes), 2), key=ORDER.index)
    needs = () if version.purposes[second].needs else (first,)
    return with_purpose(version, second, needs=needs)


def widen(rng: random.Random, version: Version) -> Version:
    """One purpose goes further, whatever else there is."""
    name = rng.choice(needed(version) or list(version.purposes) or ["statistics"])
    what = rng.choice(("fact", "cookie", "code", "recipient"))
    key = f"{what}_{rng.randrange(3)}"
    if what == "fact":
        return replace(version, facts={**version.facts, key: Fact("coarse", (name,), "visits")})
    if what == "cookie":
        return replace(version, cookies={**version.cookies, key: Cookie(name, 30)})
    if what == "code":
        return replace(version, code={**version.code, key: Code(name, ("b.vendor.example",), (), True)})
    return replace(version, recipients={**version.recipients, key: Recipient(name, "joint", ("visit",))})


def change_fact(rng: random.Random, version: Version) -> Version:
    name = rng.choice(list(version.facts))
    for_whom = tuple(rng.sample(list(version.purposes), min(len(version.purposes), rng.randrange(1, 3))))
    fact = replace(version.facts[name], precision=rng.choice(("off", "coarse", "sealed")))
    if rng.random() < 0.4:
        fact = replace(fact, purposes=for_whom)
    return replace(version, facts={**version.facts, name: fact})


def change_term(rng: random.Random, version: Version) -> Version:
    name = rng.choice(list(version.keep))
    criterion = rng.choice(("function", "quality"))
    days = version.keep[name].get(criterion, 60) + rng.choice((-30, -1, 1, 60))
    return replace(version, keep={**version.keep, name: {**version.keep[name], criterion: max(days, 1)}})


def change_cookie(rng: random.Random, version: Version) -> Version:
    name = rng.choice(("_va", "_vb"))
    old = version.cookies.get(name, Cookie(any_purpose(rng, version), 30))
    days = rng.choice((0, 10, 30, 31, 365, old.days))
    return replace(version, cookies={**version.cookies, name: replace(old, days=days)})


def change_code(rng: random.Random, version: Version) -> Version:
    code = dict(version.code)
    name = rng.choice(("player", "counter"))
    old = code.get(name, Code(any_purpose(rng, version), ("a.vendor.example",), ("ip",), False))
    code[name] = rng.choice(
        (
            replace(old, hosts=("a.vendor.example", "cdn.vendor.example")),
            replace(old, hosts=("cdn.vendor.example",)),
            replace(old, data=("ip", "screen")),
            replace(old, data=()),
            replace(old, sends_away=not old.sends_away),
        )
    )
    if rng.random() < 0.2:
        del code[name]
    return replace(version, code=code)


def change_recipient(rng: random.Random, version: Version) -> Version:
    name = rng.choice(("vendor", "partner"))
    old = version.recipients.get(name, Recipient(any_purpose(rng, version), "entrusted", ("visit",)))
    changed = rng.choice(
        (
            replace(old, role=rng.choice(("entrusted", "independent"))),
            replace(old, categories=("visit", "contact")),
            replace(old, categories=()),
            old,
        )
    )
    return replace(version, recipients={**version.recipients, name: changed})


def change_form(rng: random.Random, version: Version) -> Version:
    form = version.forms["album"]
    fields = dict(form.fields)
    question = rng.choice(("photo", "age"))
    if question in fields and rng.random() < 0.5:
        del fields[question]
    else:
        fields[question] = rng.choice(("image.face", "image.any"))
    return replace(version, forms={**version.forms, "album": replace(form, fields=fields)})


def change_place(rng: random.Random, version: Version) -> Version:
    if rng.random() < 0.5:
        return replace(version, abroad=not version.abroad)
    return replace(version, country=rng.choice(("CN", "SG")))


def change_waiting(rng: random.Random, version: Version) -> Version:
    return replace(version, ask_again_days=rng.choice((30, 90, 180, 200)), remember_days=rng.choice((90, 180, 365)))


def change_signal(rng: random.Random, version: Version) -> Version:
    over = rng.choice(("keep", "withdraw"))
    return replace(version, hears_gpc=rng.random() < 0.7, gpc_over_consent=over)


def change_languages(rng: random.Random, version: Version) -> Version:
    return replace(version, languages=rng.choice((("en",), ("zh-CN",), ("en", "zh-CN"))))


def change_zone(rng: random.Random, version: Version) -> Version:
    return replace(version, zone=rng.choice(ZONES))


CHANGES: tuple[Change, ...] = (
    widen,
    widen,
    widen,
    widen,
    add_purpose,
    add_purpose,
    add_purpose,
    add_purpose,
    drop_purpose,
    change_kind,
    change_basis,
    rest_on_no_consent,
    change_needs,
    change_needs,
    change_needs,
    change_needs,
    change_fact,
    change_fact,
    change_fact,
    change_term,
    change_term,
    change_cookie,
    change_code,
    change_recipient,
    change_form,
    change_place,
    change_waiting,
    change_waiting,
    change_signal,
    change_languages,
    change_zone,
)
