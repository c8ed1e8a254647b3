"""The visitors' rooms on their own origin: privacy centre and policy, anonymous, no script, no cookie (C10-03)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from litestar import Litestar, MediaType, Response, get
from litestar.exceptions import HTTPException

from troth.clock import Clock
from troth.ledger.note import PublicKey
from troth.ledger.public_keys import write_public_keys
from troth.pages.headers import AsgiApp, Scope, answering_head, only_for_hosts, with_security_headers
from troth.policy.versions import VersionsInForce
from troth.web.receipts import Desk, receipts_route
from troth.web.room_pages import CanonicalOf, Page, RoomPages, Visitor, Ways
from troth.web.well_known import FOR_ALL, gpc_file, security_file

FILE_CACHE = {"cache-control": "public, max-age=3600"}


def rooms_app(
    versions: VersionsInForce,
    clock: Clock,
    *,
    hosts: Iterable[str],
    is_healthy: Callable[[], bool],
    choices_url: str = "",
    site_url: str = "",
    rooms_url: str = "",
    canonical_of: CanonicalOf = lambda _: None,
    public_keys: Callable[[], Sequence[PublicKey]] = tuple,
    receipts: Desk | None = None,
    allows: Callable[[Scope], bool] = lambda _: True,
) -> AsgiApp:
    """Return the rooms as one ASGI application.

    hosts         names it answers to, lower case, without port; any other Host gets 421 (rule 45)
    is_healthy    asked at /health: says ok or not ok and nothing else (rule 50)
    choices_url   address of the choices form on the site, site_url the site itself; "" leaves the link out
    rooms_url     origin of the rooms themselves, for addresses that are printed, copied or indexed
    canonical_of  the bytes a version's hash was made of, by full hash
    public_keys   what checks our signatures, today's and earlier ones
    receipts      who shows a receipt to whoever holds its number and token; None: nobody does
    allows        whether an address may ask for one now (rule 36)
    """
    pages = RoomPages(versions, clock, Ways(rooms_url, choices_url, site_url), canonical_of)

    @get("/", sync_to_thread=False)
    def door() -> Page:
        return Response(b"", status_code=303, media_type=MediaType.TEXT, headers={"location": "/privacy"})

    @get("/privacy", sync_to_thread=False)
    def centre(request: Visitor) -> Page:
        return pages.centre(request)

    @get("/privacy/policy", sync_to_thread=False)
    def policy(request: Visitor) -> Page:
        return pages.policy(request)

    @get("/privacy/policy.json", sync_to_thread=True)
    def policy_data() -> Page:
        return pages.data()

    @get("/privacy/policy/{version:str}", sync_to_thread=True)
    def policy_version(request: Visitor) -> Page:
        return pages.policy_named(request, request.path_params["version"])

    @get("/privacy/cookies", sync_to_thread=False)
    def cookies(request: Visitor) -> Page:
        return pages.cookies(request)

    @get("/privacy/sdks", sync_to_thread=False)
    def third_parties(request: Visitor) -> Page:
        return pages.third_parties(request)

    @get("/privacy/collected", sync_to_thread=False)
    def collected(request: Visitor) -> Page:
        return pages.collected(request)

    @get("/.well-known/gpc.json", sync_to_thread=False)
    def gpc() -> Page:
        version = pages.current()
        if version is None:  # no promise is in force yet; a missing file means "not said", which is the truth
            return Response(b"{}", status_code=404, media_type=MediaType.JSON)
        return Response(gpc_file(version), media_type=MediaType.JSON, headers=FILE_CACHE)

    @get("/.well-known/security.txt", sync_to_thread=False)
    def security() -> Page:
        version = pages.current() or pages.next()
        if version is None:
            return Response(b"no policy is published yet\n", status_code=404, media_type=MediaType.TEXT)
        text = security_file(version.policy, rooms_url, clock.now())
        return Response(text.encode(), media_type=MediaType.TEXT, headers=FILE_CACHE)

    @get("/.well-known/troth-keys.json", sync_to_thread=False)
    def keys() -> Page:
        return Response(write_public_keys(public_keys()), media_type=MediaType.JSON, headers=FOR_ALL)

    @get("/health", media_type=MediaType.TEXT, sync_to_thread=False)
    def health() -> Response[str]:
        well = is_healthy()
        return Response("ok" if well else "not ok", status_code=200 if well else 503, media_type=MediaType.TEXT)

    @get("/static/{name:str}", sync_to_thread=False)
    def static(request: Visitor) -> Page:
        return pages.file(request.path_params["name"])

    kept = [receipts_route(pages, receipts, allows)] if receipts else []
    shown = [door, centre, policy, policy_data, policy_version, cookies, third_parties, collected]
    app = Litestar(
        [*shown, *kept, gpc, security, keys, health, static],
        openapi_config=None,
        exception_handlers={HTTPException: pages.refuse, Exception: pages.trouble},
        logging_config=None,
    )
    return only_for_hosts(with_security_headers(answering_head(app)), hosts)  # type: ignore[arg-type]
