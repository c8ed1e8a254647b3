"""Other companies: the rows of SDKs and recipients, complete and checkable (clauses 2 and 6)."""

from __future__ import annotations

import re

from troth.policy.declared import Sdk
from troth.policy.findings import Path, nearest, one_of
from troth.policy.kept import Recipient
from troth.policy.rules.book import Notes
from troth.policy.rules.collected import check_category
from troth.policy.rules.links import check_purpose
from troth.policy.rules.names import check_globals
from troth.policy.rules.scope import HOST, is_host
from troth.policy.rules.texts import FILL_IN

_SCHEME = re.compile(r"^https?://|:[0-9]+$")
_URL = re.compile(rf"https?://{HOST}(:[0-9]+)?(/[^\s\"<>]*)?")


def check_others(notes: Notes) -> None:
    """Check every SDK and every recipient."""
    for key, sdk in notes.policy.sdks.items():
        _check_sdk(notes, key, sdk)
    for key, recipient in notes.policy.recipients.items():
        _check_recipient(notes, key, recipient)


def _check_sdk(notes: Notes, key: str, sdk: Sdk) -> None:
    path: Path = ("sdks", key)
    check_purpose(notes, (*path, "purpose"), sdk.purpose, f'the SDK "{key}"')
    if not sdk.data or not sdk.hosts:
        missing = "data" if not sdk.data else "hosts"
        notes.add("T2-16", (*path, missing), f'the SDK "{key}" names no {missing}', f'fill in "{missing}: […]"')
    for number, category in enumerate(sdk.data):
        check_category(notes, (*path, "data", number), category, facts_allowed=True)
    if not _URL.fullmatch(sdk.statement_url) and FILL_IN not in sdk.statement_url:
        what = f'"{sdk.statement_url}" is not the address of a privacy statement'
        notes.add("T2-17", (*path, "statement_url"), what, "write it in full: https://vendor.example/privacy")
    for number, host in enumerate(sdk.hosts):
        if not is_host(host):
            what = f'"{host}" is not a host'
            notes.add("T2-17", (*path, "hosts", number), what, "write the host only, in lower case: sdk.vendor.example")
    own = {_SCHEME.sub("", origin) for origin in notes.policy.scope.origins}
    if sdk.egress == "none" and (not sdk.hosts or set(sdk.hosts) - own):
        source = f"loads from {one_of(sdk.hosts)}" if sdk.hosts else "names no host that this could be checked against"
        what = f'the SDK "{key}" claims that nothing is sent, but {source}'
        notes.add("T2-18", (*path, "egress"), what, 'write "egress: declared", or serve its code from your own site')
    check_globals(notes, key, sdk)
    _check_cookies_of(notes, path, key, sdk)
    if sdk.egress == "declared" and sdk.purpose not in {one.purpose for one in notes.policy.recipients.values()}:
        what = f'the SDK "{key}" sends information out, and no recipient is named for "{sdk.purpose}"'
        notes.add("T6-02", path, what, "add the company to recipients")


def _check_cookies_of(notes: Notes, path: Path, key: str, sdk: Sdk) -> None:
    known = notes.policy.cookies
    for number, name in enumerate(sdk.cookies):
        if name not in known:
            near = nearest(name, known)
            fix = f'did you mean "{near}"?' if near else "declare it under cookies"
            what = f'the SDK "{key}" sets the cookie "{name}", which is not declared'
            notes.add("T4-07", (*path, "cookies", number), what, fix)


def _check_recipient(notes: Notes, key: str, recipient: Recipient) -> None:
    path: Path = ("recipients", key)
    check_purpose(notes, (*path, "purpose"), recipient.purpose, f'the recipient "{key}"')
    if not recipient.categories or not recipient.contact.strip():
        missing = "categories" if not recipient.categories else "contact"
        notes.add("T6-01", path, f'the recipient "{key}" has no {missing}', f'fill in "{missing}"')
    for number, category in enumerate(recipient.categories):
        check_category(notes, (*path, "categories", number), category, facts_allowed=True)
