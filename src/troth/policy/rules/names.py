"""The names a vendor's code has in the page (C2.3-03): each one JavaScript can say, none that is the browser's own."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from troth.policy.declared import Sdk
from troth.policy.rules.book import Notes

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def check_globals(notes: Notes, key: str, sdk: Sdk) -> None:
    """Check the `globals` of one SDK: until its code may run, the script answers to these names in its place."""
    for number, name in enumerate(sdk.globals):
        if _NAME.fullmatch(name) and name not in _taken():
            continue
        what = f'"{name}" cannot be the name that the SDK "{key}" has in the page'
        fix = "write the one name the vendor's code puts there, such as _hmt, gtag, _paq or umami"
        notes.add("T2-19", ("sdks", key, "globals", number), what, fix)


@cache
def _taken() -> frozenset[str]:
    listed = (resources.files("troth.policy") / "taken_names.txt").read_text("utf-8")
    names = (line.split() for line in listed.splitlines() if not line.startswith("#"))
    return frozenset(name for line in names for name in line)
