"""Files a program looks for at a fixed address: GPC, security.txt (RFC 9116), the keys that check our signatures.

They are served on the rooms' origin, and on the site's own origin where its proxy passes `/.well-known/` on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from troth.policy.load import canonical_json
from troth.policy.model import Policy
from troth.policy.versions import Version

EXPIRES_AFTER: Final = timedelta(days=180)
"""Under the year that RFC 9116 allows. The file is made afresh for whoever asks, so it ends when we stop answering."""
FOR_ALL: Final[Mapping[str, str]] = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "no-cache",
}
"""Headers of the keys. Any page may read them: they are public, the same for everyone, and whoever checks a receipt
in a browser of their own needs them. `no-cache`, so that a new key is seen with the first receipt it signs."""


def gpc_file(version: Version) -> bytes:
    """Return whether the version in force honours Global Privacy Control, and since which day it says so."""
    policy = version.policy
    said = {"gpc": policy.consent.honour_gpc, "lastUpdate": policy.effective.isoformat()}
    return canonical_json(said)


def security_file(policy: Policy, rooms_url: str, now: datetime) -> str:
    """Return security.txt: whom to tell, until when this counts, in which languages.

    Web addresses are given only where they are https, as RFC 9116 asks; a house without TLS leaves them out.
    """
    contact = policy.contact
    lines = [f"Contact: mailto:{quote(contact.email, safe='@')}"]
    lines += [f"Contact: tel:{''.join(contact.phone.split())}"] if contact.phone else []
    lines.append(f"Expires: {_midnight(now + EXPIRES_AFTER)}")
    lines.append(f"Preferred-Languages: {', '.join(policy.languages)}")
    places = dict.fromkeys((rooms_url, *policy.scope.origins))
    lines += [f"Canonical: {place}/.well-known/security.txt" for place in places if place.startswith("https://")]
    lines += [f"Policy: {rooms_url}/privacy/policy#clause-7"] if rooms_url.startswith("https://") else []
    return "\n".join(lines) + "\n"


def _midnight(moment: datetime) -> str:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")
