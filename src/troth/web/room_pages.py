"""What the rooms show a visitor: each page from the version in force, in the language asked for (C10-03, C12-01)."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping, Sequence

from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from msgspec import Struct

from troth.clock import Clock
from troth.consent.receipt import Statement
from troth.errors import PolicyError, TrothError
from troth.pages.language import choose_language
from troth.pages.layout import render, templates
from troth.pages.static_files import FOR_EVER, page_files
from troth.policy.model import Policy
from troth.policy.versions import Version, VersionsInForce
from troth.web.collected import collected_page
from troth.web.policy_page import policy_page
from troth.web.receipt_words import receipt_view
from troth.web.signal import signal_lines
from troth.web.stored import stored_page
from troth.web.third_parties import third_parties_page
from troth.web.version_list import Edition, edition_named, editions, versions_register
from troth.words import LANGUAGES, Language

Visitor = Request[None, None, State]
Page = Response[bytes]
CanonicalOf = Callable[[str], bytes | None]
log = logging.getLogger("troth.rooms")


class Ways(Struct, frozen=True):
    """Where the rooms are and what they lead to; "" leaves a link out.

    rooms     origin of these pages, like https://privacy.example.com, for addresses that are passed on
    choices   the choices form on the site
    site      the site itself
    """

    rooms: str = ""
    choices: str = ""
    site: str = ""


class Shell(Struct, frozen=True):
    """How one page is dressed: its template, which entry of the navigation it is, and what the headers say.

    address   the path it lives at, for links that name it; "" for errors, which live nowhere
    """

    template: str
    here: str = ""
    address: str = ""
    status: int = 200
    vary: str = "Accept-Language"


class RoomPages:
    """The pages of the rooms. Each takes the visitor's request, of which it reads language and signal, no cookie."""

    def __init__(self, versions: VersionsInForce, clock: Clock, ways: Ways, canonical_of: CanonicalOf) -> None:
        self.static = page_files("/static")
        self._versions = versions
        self._clock = clock
        self._ways = ways
        self._canonical_of = canonical_of
        self._templates = templates("troth.web", self.static)

    # Which version -----------------------------------------------------------------------------------------------

    def current(self) -> Version | None:
        """Return the version in force now, or None before the first one."""
        try:
            return self._versions.at(self._clock.now())
        except PolicyError:
            return None

    def next(self) -> Version | None:
        """Return the first version still to come."""
        now = self._clock.now()
        return next((version for version in self._versions.published() if version.in_force_from > now), None)

    def _editions(self) -> tuple[Edition, ...]:
        return editions(self._versions.published(), self._clock.now())

    # Pages -------------------------------------------------------------------------------------------------------

    def centre(self, request: Visitor) -> Page:
        """Return the front: what people come for, the policy's dates, and whether this very request carries GPC."""
        version, current = self._shown(), self.current()
        language = self._language(request, version)
        policy = version.policy if version else None
        is_sent = request.headers.get("sec-gpc") == "1"
        facts = {
            "policy": policy,
            "is_current": current is not None,
            "next": self.next() if current else None,
            "is_sent": is_sent,
            "signal": signal_lines(policy, is_sent, language),
        }
        shell = Shell("centre.html", "centre", "/privacy", vary="Accept-Language, Sec-GPC")
        return self._page(shell, language, version, facts)

    def policy_named(self, request: Visitor, name: str) -> Page:
        """Return the page of a version, or with ".json" behind its name its data."""
        if name.endswith(".json") and edition_named(self._editions(), name) is None:
            return self.data(name.removesuffix(".json"))
        return self.policy(request, name)

    def policy(self, request: Visitor, name: str = "") -> Page:
        """Return the policy: the version of that number or hash, or without a name the one in force."""
        version, all_ = self._shown(), self._editions()
        edition = edition_named(all_, name or (version.hash if version else ""))
        if edition is None:
            return self._no_such_version(request, all_) if version else self._nothing_yet(request)
        language = self._language(request, edition.version)
        page = policy_page(edition, all_, language)
        path = f"/privacy/policy/{edition.address}"
        lasting, data = self._ways.rooms + path, f"{path}.json"
        address = path if name else "/privacy/policy"
        facts = {"page": page, "lasting": lasting, "data": data, "check": f"curl -s {lasting}.json | sha256sum"}
        return self._page(Shell("policy.html", "policy", address), language, edition.version, facts)

    def cookies(self, request: Visitor) -> Page:
        """Return what is stored in a browser, how to delete it and what that costs."""
        return self._about(request, "cookies.html", "cookies", stored_page)

    def third_parties(self, request: Visitor) -> Page:
        """Return whose code is on the pages and who receives what."""
        return self._about(request, "third_parties.html", "sdks", third_parties_page)

    def collected(self, request: Visitor) -> Page:
        """Return the list of what is collected."""
        return self._about(request, "collected.html", "collected", collected_page)

    def receipt(self, request: Visitor, statement: Statement, token: str) -> Page:
        """Return one receipt in words, to whoever brought its number and the browser's token."""
        version = self._versions.by_hash(statement.policy)
        if version is None:
            raise PolicyError("a receipt names a version that was never published here", "restore the register")
        language = self._language(request, self._shown())
        view = receipt_view(statement, version, language, f"{self._ways.rooms}/privacy/policy")
        return self._page(Shell("receipt.html"), language, version, {"receipt": view, "token": token})

    def message(self, request: Visitor, key: str, status: int) -> Page:
        """Return a page that says one thing in words: `key` and `key`_why."""
        version = self._shown()
        facts = {"key": key, "versions": None}
        return self._page(Shell("said.html", status=status), self._language(request, version), version, facts)

    # What is no page ---------------------------------------------------------------------------------------------

    def data(self, name: str = "") -> Page:
        """Return the very bytes a version's hash was made of; 404 for a version we do not have.

        Whoever computes the SHA-256 of the answer gets the hash that the page shows.
        """
        version = self._shown()
        edition = edition_named(self._editions(), name or (version.hash if version else ""))
        raw = self._canonical_of(edition.version.hash) if edition else None
        if edition is None or raw is None:
            return Response(b"{}", status_code=404, media_type=MediaType.JSON)
        digest = base64.b64encode(bytes.fromhex(edition.version.hash)).decode()
        is_by_hash = len(name) >= 8 and edition.version.hash.startswith(name)
        headers = {
            "repr-digest": f"sha-256=:{digest}:",
            "cache-control": FOR_EVER if is_by_hash else "no-cache",
        }
        return Response(raw, media_type=MediaType.JSON, headers=headers)

    def file(self, name: str) -> Page:
        """Return a style or picture, to be kept for ever, since its address changes with its content."""
        found = self.static.find(f"{self.static.prefix}/{name}")
        if found is None:
            return Response(b"no such file\n", status_code=404, media_type=MediaType.TEXT)
        return Response(found.content, media_type=found.kind, headers={"cache-control": FOR_EVER})

    # Refusals ----------------------------------------------------------------------------------------------------

    def refuse(self, request: Visitor, error: HTTPException) -> Page:
        """Return the page for an address or a question we cannot answer; it repeats nothing of what was sent."""
        known = {404: "page.not_found", 405: "page.wrong_method"}
        return self.message(request, known.get(error.status_code, "page.not_found"), error.status_code)

    def trouble(self, request: Visitor, error: Exception) -> Page:
        """Return the page for trouble of our own: 503 if a store failed, else 500, and nothing about the trouble."""
        log.error("a page could not be shown", exc_info=error)
        if not isinstance(error, TrothError):
            return self.message(request, "page.not_shown", 500)
        page = self.message(request, "page.not_shown", 503)
        page.headers["retry-after"] = "30"
        return page

    def _no_such_version(self, request: Visitor, all_: Sequence[Edition]) -> Page:
        version = self._shown()
        language = self._language(request, version)
        facts = {"key": "page.no_version", "versions": versions_register(all_, language)}
        return self._page(Shell("said.html", "policy", status=404), language, version, facts)

    def _nothing_yet(self, request: Visitor) -> Page:
        return self.message(request, "page.no_policy", 404)

    # Making a page -----------------------------------------------------------------------------------------------

    def _shown(self) -> Version | None:
        return self.current() or self.next()

    def _about(self, request: Visitor, template: str, here: str, make: Callable[[Policy, Language], object]) -> Page:
        """Return a list made from the version in force, or from the first to come, which then says so."""
        version = self._shown()
        if version is None:
            return self._nothing_yet(request)
        language = self._language(request, version)
        facts = {"page": make(version.policy, language), "coming": None if self.current() else version.policy}
        return self._page(Shell(template, here, f"/privacy/{here}"), language, version, facts)

    def _language(self, request: Visitor, version: Version | None) -> Language:
        asked = request.query_params.get("lang", "")
        return choose_language(asked, request.headers.get("accept-language", ""), _offered(version))

    def _page(self, shell: Shell, language: Language, version: Version | None, facts: Mapping[str, object]) -> Page:
        base = {
            "brand": version.policy.controller.name.in_(language) if version else "Troth",
            "home": f"/privacy?lang={language}",
            "keep": "",
            "here": shell.here,
            "links": self._ways,
            "own_languages": [each for each in LANGUAGES if each in _offered(version)] or list(LANGUAGES),
            "address": self._ways.rooms + shell.address if shell.address else "",
        }
        body = render(self._templates, shell.template, language, **base, **facts)
        headers = {"content-language": language, "vary": shell.vary}
        return Response(body, status_code=shell.status, media_type=MediaType.HTML, headers=headers)


def _offered(version: Version | None) -> Sequence[str]:
    return version.policy.languages if version else LANGUAGES
