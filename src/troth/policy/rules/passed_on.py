"""To whom and where it goes: who agreed to what, companies that nobody names, other countries (clauses 5.1 and 6)."""

from __future__ import annotations

import re

from troth.policy.findings import Path
from troth.policy.kept import Recipient
from troth.policy.rules.book import Notes
from troth.policy.text import Text

_NOBODY = re.compile(
    r"\b(affiliates?|affiliated compan(y|ies)|group compan(y|ies)|(business )?partners?|third part(y|ies)|others?"
    r"|suppliers|vendors|service providers)\b|关联公司|关联方|合作伙伴|第三方|集团(内)?公司|供应商|服务商们|其他公司",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"\b(ltd|inc|llc|gmbh|bv|oy|ab|plc|co|corp|corporation|s\.?a)\b|有限|股份|集团公司$", re.IGNORECASE
)


def check_passed_on(notes: Notes) -> None:
    """Check the cases of sharing, every recipient's consent and name, and the way abroad."""
    _check_cases(notes)
    for key, recipient in notes.policy.recipients.items():
        _check_recipient(notes, ("recipients", key), key, recipient)
    _check_nobody(notes)
    _check_abroad(notes)


def names_nobody(name: Text) -> bool:
    """Return whether a name is a kind of company instead of a company: `affiliates`, `合作伙伴`."""
    return any(_NOBODY.search(words) and not _COMPANY.search(words) for words in name.values())


def _check_cases(notes: Notes) -> None:
    sharing = notes.policy.sharing
    provide = notes.law.separate_for().get("provide")
    for number, case in enumerate(sharing):
        path: Path = ("sharing", number)
        if case == "express_consent" and provide and "separate_consent" not in sharing:
            what = f"sharing needs an express consent only, under {provide[0].id} it needs one of its own"
            notes.add("T6-03", path, what, 'say so in the text, and write "separate_consent"')
        if case == "within_group" and not any(one.group for one in notes.policy.recipients.values()):
            what = "the text shares within a group, and no company of it is named"
            notes.add("T6-04", path, what, 'name each one under recipients with "group: true"')
        harm = notes.law.get("sharing.harm")
        if case == "protect_from_harm" and harm is not None:
            what = f"the text shares to protect somebody from harm, {harm.under} there is {harm.said}"
            notes.add("T6-05", path, what, 'narrow it to emergencies, and write "emergency"')


def _check_recipient(notes: Notes, path: Path, key: str, recipient: Recipient) -> None:
    if names_nobody(recipient.name):
        what = f'the recipient "{key}" is a kind of company, not a company'
        notes.add("T6-06", (*path, "name"), what, "name each company by itself")
    purpose = notes.policy.purposes.get(recipient.purpose)
    provide = notes.law.separate_for().get("provide")
    if provide and recipient.role in ("joint", "independent") and purpose is not None and purpose.kind == "general":
        what = f'"{key}" decides for itself, and "{recipient.purpose}" asks for no separate consent'
        fix = f'write "consent: separate" under purposes.{recipient.purpose}'
        notes.add("T6-03", (*path, "role"), what, fix)


def _check_nobody(notes: Notes) -> None:
    """Check that a text which shares with nobody has nobody to share with."""
    policy = notes.policy
    if "nobody" not in policy.sharing:
        return
    path: Path = ("sharing", policy.sharing.index("nobody"))
    sending = [f"sdks.{key}" for key, sdk in policy.sdks.items() if sdk.egress == "declared"]
    getting = [f"recipients.{key}" for key in policy.recipients]
    others = [f'"{case}"' for case in policy.sharing if case != "nobody"]
    for found in [*sending, *getting, *others]:
        notes.add("T6-07", path, f"the text shares with nobody, and there is {found}", "say who gets what")


def _check_abroad(notes: Notes) -> None:
    storage, consent = notes.policy.storage, notes.law.get("cross_border.with_consent")
    if consent is None:
        return
    if storage.abroad_needs == "any" and len(storage.abroad_when) > 1:
        what = f"any one of {', '.join(storage.abroad_when)} lets it go abroad, {consent.under} all are needed"
        notes.add("T5-11", ("storage", "abroad_needs"), what, 'write "and" in the text, and "abroad_needs: all"')
    if storage.abroad == "declared" and "steps" not in storage.abroad_when:
        what = "it goes abroad, and the text does not say which steps of the law were taken"
        notes.add("T5-13", ("storage", "abroad"), what, 'take one of them, say which, and add "steps" to abroad_when')
