"""The doors of a house: edge, rooms and console as one ASGI application, and the ports they stand on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from troth.app.house import House
from troth.app.signing import public_keys
from troth.collect.drops import Drop
from troth.collect.rate import RateLimit
from troth.console.metrics import metrics_app
from troth.console.statistics import console_app
from troth.engines.logs import log_to_stderr
from troth.engines.server import listen, serve_forever
from troth.pages.declared_cookies import only_declared_cookies
from troth.pages.headers import AsgiApp, Receive, Scope, Send
from troth.policy import load_policy
from troth.settings import Settings
from troth.web.choices import choices_app
from troth.web.collect import CollectEndpoint
from troth.web.consent import ConsentEndpoint
from troth.web.front import LOOPBACK_HOSTS, Front
from troth.web.peer import TrustedProxies, visitor_address
from troth.web.rooms import rooms_app
from troth.web.script import script_app


def front_of(house: House, *, machine_names: Collection[str] = ()) -> AsgiApp:
    """Return everything a house answers, as one ASGI application that sets no cookie the policy does not declare.

    machine_names  further names that mean this machine itself, for the console (the demo's `*.localhost` names)
    """
    settings = house.settings
    edge, rooms = settings.edge_path, settings.public_url
    proxies = TrustedProxies(settings.trusted_proxies)
    rate = RateLimit(settings.rate_per_s, settings.rate_burst)
    hosts = {host_of_url(rooms), *(host_of_url(origin) for origin in house.policy.scope.origins)}
    names = LOOPBACK_HOSTS | frozenset(machine_names)

    def count(reason: str) -> None:
        house.collector.refuse(Drop("C4-04", reason), house.now_ms())

    def count_cookie(name: str) -> None:
        house.collector.refuse(Drop("C4-03", "cookie not declared, not set", name=name), house.now_ms())

    def allows(scope: Scope) -> bool:
        return rate.allows(visitor_address(scope, dict(scope["headers"]), proxies), house.now_ms())

    site = house.policy.scope.origins[0]
    privacy = f"{rooms}/privacy/policy"
    consent = ConsentEndpoint(house.desk, house.versions, proxies, rate, house.clock, count)
    front = Front(
        edge_path=edge,
        edge={
            "collect": CollectEndpoint(house.collector, proxies, rate, house.clock),
            "consent": consent,
            "choices": choices_app(
                house.desk,
                house.versions,
                house.clock,
                edge_path=edge,
                policy_url=privacy,
                receipts_url=f"{rooms}/privacy/receipts",
                count=count,
                allows=allows,
            ),
            "troth.js": script_app(house.versions, house.clock, edge_path=edge, privacy_url=privacy),
        },
        rooms=rooms_app(
            house.versions,
            house.clock,
            hosts=hosts | LOOPBACK_HOSTS,
            is_healthy=house.is_healthy,
            choices_url=f"{site}{edge}/choices",
            site_url=site,
            rooms_url=rooms,
            canonical_of=lambda hash_: canonical_of(house, hash_),
            receipts=house.desk,
            allows=allows,
            public_keys=lambda: public_keys(house.keys, (each.policy.id for each in house.versions.published())),
        ),
        console=_console(house, names),
        hosts=hosts,
        console_port=settings.console_port,
        console_hosts=names,
    )
    return only_declared_cookies(front, house.versions, house.clock, count_cookie)


def _console(house: House, names: Collection[str]) -> AsgiApp:
    pages = console_app(house.figures, house.clock, house.versions, hosts=names)
    metrics = metrics_app(lambda: read_metrics(house))

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await (metrics if scope["path"] == "/metrics" else pages)(scope, receive, send)

    return answer


def canonical_of(house: House, hash_: str) -> bytes | None:
    """Return the bytes the hash of a published version was made of."""
    with house.register.reading() as reading:
        return reading.policies.canonical(hash_)


def read_metrics(house: House) -> Mapping[str, float]:
    """Return the house's counts; nobody is in them."""
    held = house.visits.still_held()
    return {
        "beacons_acknowledged_total": house.collector.acknowledged,
        "drops_total": house.drops.total,
        "visits_open": len(held),
        "views_open": sum(len(visit.views) for visit in held),
        "views_loaded": house.months.count_views(),
        "duties_due": len(house.due_duties()),
        "healthy": float(house.is_healthy()),
    }


def serve_policy(path: Path, settings: Settings, say: Callable[[str], None]) -> None:
    """Run a policy until a signal comes."""
    house = House(load_policy(path), settings)
    places = [(settings.host, settings.port), ("127.0.0.1", settings.console_port)]

    def started() -> None:
        say(f"edge     http://{settings.host}:{settings.port}{settings.edge_path}/troth.js")
        say(f"rooms    http://{settings.host}:{settings.port}/privacy   (public: {settings.public_url})")
        say(f"console  http://127.0.0.1:{settings.console_port}/console   (this machine only)")

    try:
        serve_app(front_of(house), places, house, started)
    finally:
        house.close()


def serve_app(app: AsgiApp, places: Sequence[tuple[str, int]], house: House, started: Callable[[], None]) -> None:
    """Open the ports and serve; every start comes here only after the stores are rebuilt.

    An IPv6 place is left out where the machine has none.
    """
    log_to_stderr()
    sockets = [opened for host, port in places if (opened := listen(host, port)) is not None]
    serve_forever(app, sockets, house.keep, started)


def host_of_url(url: str) -> str:
    """Return the host of an address, lower case, without port."""
    return (urlsplit(url).hostname or "").lower()
