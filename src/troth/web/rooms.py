"""The visitors' rooms on their own origin: privacy centre and policy, anonymous, no script, no cookie (C10-03)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import HTTPException, NotFoundException

from troth.clock import Clock
from troth.errors import PolicyError
from troth.pages.headers import AsgiApp, only_for_hosts, with_security_headers
from troth.pages.language import choose_language
from troth.pages.layout import render, templates
from troth.pages.static_files import FOR_EVER, page_files
from troth.policy.versions import Version, VersionsInForce
from troth.web.policy_page import policy_page
from troth.words import LANGUAGES, Language

Visitor = Request[None, None, State]
Page = Response[bytes]


def rooms_app(
    versions: VersionsInForce,
    clock: Clock,
    *,
    hosts: Iterable[str],
    is_healthy: Callable[[], bool],
    choices_url: str = "",
    site_url: str = "",
) -> AsgiApp:
    """Return the rooms as one ASGI application.

    hosts        names it answers to, lower case, without port; any other Host gets 421 (rule 45)
    is_healthy   asked at /health: says ok or not ok and nothing else (rule 50)
    choices_url  address of the choices form on the site, site_url the site itself; "" leaves the link out
    """
    rooms = Rooms(versions, clock, choices_url, site_url)

    @get("/", sync_to_thread=False)
    def door() -> Page:
        return Response(b"", status_code=303, media_type=MediaType.TEXT, headers={"location": "/privacy"})

    @get("/privacy", sync_to_thread=False)
    def centre(request: Visitor) -> Page:
        return rooms.show(request, "centre.html", here="centre")

    @get("/privacy/policy", sync_to_thread=False)
    def policy(request: Visitor) -> Page:
        return rooms.show_policy(request, rooms.current() or rooms.next())

    @get("/privacy/policy/{version:str}", sync_to_thread=False)
    def policy_version(request: Visitor) -> Page:
        return rooms.show_policy(request, rooms.find(request.path_params["version"]))

    @get("/privacy/policy.json", media_type=MediaType.JSON, sync_to_thread=False)
    def policy_data() -> Page:
        return rooms.show_data()

    @get("/health", media_type=MediaType.TEXT, sync_to_thread=False)
    def health() -> Response[str]:
        well = is_healthy()
        return Response("ok" if well else "not ok", status_code=200 if well else 503, media_type=MediaType.TEXT)

    @get("/static/{name:str}", sync_to_thread=False)
    def static(request: Visitor) -> Page:
        return rooms.show_file(request.path_params["name"])

    app = Litestar(
        [door, centre, policy, policy_version, policy_data, health, static],
        openapi_config=None,
        exception_handlers={HTTPException: rooms.refuse},
        logging_config=None,
    )
    return only_for_hosts(with_security_headers(app), hosts)  # type: ignore[arg-type]


class Rooms:
    """What the routes share: versions, clock, templates and the links out."""

    def __init__(self, versions: VersionsInForce, clock: Clock, choices_url: str, site_url: str) -> None:
        self.static = page_files("/static")
        self._versions = versions
        self._clock = clock
        self._links = {"choices_url": choices_url, "site_url": site_url}
        self._templates = templates("troth.web", self.static)

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

    def find(self, name: str) -> Version | None:
        """Return the version of that number or hash; of several with one number, the latest published."""
        named = [version for version in self._versions.published() if version.policy.version == name]
        return named[-1] if named else self._versions.by_hash(name)

    def show_policy(self, request: Visitor, version: Version | None) -> Page:
        """Return the page of one version, or the page that says there is none."""
        if version is None:
            return self.show(request, "missing.html", here="policy", status=404)
        language = self._language(request, version)
        page = policy_page(version, language, self.current(), self._versions.published(), self._clock.now())
        return self._page("policy.html", language, version, here="policy", page=page)

    def show_data(self) -> Page:
        """Return the policy in force as JSON with its hash, or 404 before the first version."""
        version = self.current() or self.next()
        if version is None:
            return Response(b"{}", status_code=404, media_type=MediaType.JSON)
        body = msgspec.json.encode({"hash": version.hash, "policy": version.policy})
        return Response(body, media_type=MediaType.JSON)

    def show_file(self, name: str) -> Page:
        """Return a style or picture, to be kept for ever, since its address changes with its content."""
        found = self.static.find(f"{self.static.prefix}/{name}")
        if found is None:
            return Response(b"no such file\n", status_code=404, media_type=MediaType.TEXT)
        return Response(found.content, media_type=found.kind, headers={"cache-control": FOR_EVER})

    def show(self, request: Visitor, template: str, here: str, status: int = 200) -> Page:
        """Return a page that is about no version in particular."""
        version = self.current() or self.next()
        return self._page(template, self._language(request, version), version, status=status, here=here)

    def refuse(self, request: Visitor, error: HTTPException) -> Page:
        """Return the page for an address or a question we cannot answer; it repeats nothing of what was sent."""
        status = 404 if isinstance(error, NotFoundException) else error.status_code
        return self.show(request, "missing.html", here="", status=status)

    def _language(self, request: Visitor, version: Version | None) -> Language:
        offered = version.policy.languages if version else LANGUAGES
        asked = request.query_params.get("lang", "")
        return choose_language(asked, request.headers.get("accept-language", ""), offered)

    def _page(
        self, template: str, language: Language, version: Version | None, status: int = 200, **facts: object
    ) -> Page:
        brand = version.policy.controller.name.in_(language) if version else "Troth"
        body = render(
            self._templates,
            template,
            language,
            brand=brand,
            home=f"/privacy?lang={language}",
            keep="",
            **self._links,
            **facts,
        )
        headers = {"content-language": language, "vary": "Accept-Language"}
        return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)
