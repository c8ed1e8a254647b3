"""The edge's `GET troth.js`: the one script of the version in force, in the language of the page (clauses 2, 4 and 8).

A bare ASGI callable that reads no cookie. Built once per version and language, answered by ETag, compressed once.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from troth.clock import Clock
from troth.consent.asking import widenings
from troth.errors import PolicyError
from troth.notice.script import build_script, compress_script, script_etag
from troth.pages.answers import Answer, header, query_of, send_answer
from troth.pages.headers import AsgiApp, Receive, Scope, Send
from troth.pages.language import choose_language
from troth.policy.versions import Version, VersionsInForce

KIND: Final = "text/javascript; charset=utf-8"
CACHE: Final = "public, max-age=300"
"""Five minutes: how long a browser may go on showing the banner of the version before."""


class Built(Struct, frozen=True):
    """One script, plain and compressed, under one ETag."""

    plain: bytes
    compressed: bytes
    etag: str


class Scripts:
    """The scripts of the version in force; those of an earlier version are forgotten with it."""

    def __init__(self, versions: VersionsInForce, clock: Clock, edge_path: str, privacy_url: str) -> None:
        self._versions = versions
        self._clock = clock
        self._edge_path = edge_path
        self._privacy_url = privacy_url
        self._hash = ""
        self._built: dict[str, Built] = {}

    def in_language(self, asked: str, accepted: str) -> Built:
        """Return the script for a `?lang=` and an Accept-Language. Raises PolicyError with no version in force."""
        version = self._versions.at(self._clock.now())
        language = choose_language(asked, accepted, version.policy.languages)
        if version.hash != self._hash:
            self._hash, self._built = version.hash, {}
        if language not in self._built:
            self._built[language] = self._build(version, language)
        return self._built[language]

    def _build(self, version: Version, language: str) -> Built:
        url = f"{self._privacy_url}?lang={language}"
        standing = standing_versions(self._versions, version)
        script = build_script(version.policy, version.hash, language, self._edge_path, url, standing=standing)
        return Built(script, compress_script(script), script_etag(script))


def standing_versions(versions: VersionsInForce, current: Version) -> list[str]:
    """Return the hashes of earlier versions that `current` goes no further than: their answers still stand (P17)."""
    return [
        earlier.hash
        for earlier in versions.published()
        if earlier.hash != current.hash
        and earlier.in_force_from <= current.in_force_from
        and not any(widenings(earlier.policy, current.policy, key) for key in current.policy.consent_purposes)
    ]


def script_app(versions: VersionsInForce, clock: Clock, *, edge_path: str, privacy_url: str) -> AsgiApp:
    """Return the handler of `troth.js`. `privacy_url` is the policy page; the language is added to it."""
    scripts = Scripts(versions, clock, edge_path, privacy_url)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(scope, send, _answer(scripts, scope))

    return answer


def _answer(scripts: Scripts, scope: Scope) -> Answer:
    if scope["method"] not in ("GET", "HEAD"):
        return Answer(b"only GET\n", 405, "text/plain; charset=utf-8", [("allow", "GET, HEAD")])
    try:
        built = scripts.in_language(query_of(scope).get("lang", ""), header(scope, "accept-language"))
    except PolicyError:
        return Answer(b"", 503, KIND, [("cache-control", "no-store"), ("retry-after", "60")])
    zipped = "gzip" in header(scope, "accept-encoding")
    etag = f'{built.etag[:-1]}-gzip"' if zipped else built.etag
    headers = [
        ("cache-control", CACHE),
        ("etag", etag),
        ("vary", "Accept-Language, Accept-Encoding"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
    ]
    if etag in (known.strip().removeprefix("W/") for known in header(scope, "if-none-match").split(",")):
        return Answer(b"", 304, KIND, headers)
    if zipped:
        return Answer(built.compressed, 200, KIND, [*headers, ("content-encoding", "gzip")])
    return Answer(built.plain, 200, KIND, headers)
