"""Clause 2.1, step by step: what happens to a page view before anything is written.

STEPS is the whole list, in order. Each step keeps, masks or drops one thing and names its clause. A step returns
a Drop to refuse the whole view, or None to let it pass. What no step puts into `coarse` or `identifying` does not
exist afterwards.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from troth.collect.beacon import Beacon
from troth.collect.browsers import Browser
from troth.collect.device import Device
from troth.collect.drops import NO_CONSENT, Drop
from troth.collect.geography import Place
from troth.collect.lines import Coarse
from troth.collect.mask import MASKS, referrer_host, referrer_origin, search_terms
from troth.collect.plan import OTHER, CollectPlan

CLOCK_SLACK_MS = 86_400_000


class Arrival(Struct):
    """What came with the request besides its body; texts are cut at 512 characters by the web."""

    ip: str
    user_agent: str
    languages: str
    hints: tuple[str, str, str]
    at_ms: int


class Passing(Struct):
    """One view on its way: what came in, and what has been kept of it so far.

    begins       whether a visit begins with it: the coarse facts of a visit are read once
    coarse       low-cardinality facts, in clear
    identifying  facts that single a person out; they are sealed
    left_out     names of facts that were dropped: catalogue keys or "other"
    """

    beacon: Beacon
    arrival: Arrival
    browser: Browser
    plan: CollectPlan
    look_up_place: Callable[[str], Place]
    look_up_device: Callable[[str, tuple[str, str, str]], Device]
    begins: bool
    coarse: Coarse
    identifying: dict[str, object]
    left_out: list[str]
    page: str = OTHER
    opened_ms: int | None = None

    def may(self, fact: str) -> bool:
        """Whether the policy declares the fact and this browser agreed to its purpose."""
        return fact in self.browser.allowed

    def coarsely(self, fact: str) -> bool:
        """Whether the fact may be kept in its rough form, in clear."""
        return fact in self.browser.allowed and not self.plan.facts[fact].sealed

    def exactly(self, fact: str) -> bool:
        """Whether the fact may be kept as it is, under the visitor's own key and nowhere else."""
        return fact in self.browser.allowed and self.plan.facts[fact].sealed


Step = Callable[[Passing], Drop | None]


def drop_facts_nobody_declared(view: Passing) -> None:
    """C2-02: a fact the policy does not declare, or this browser did not agree to, is left out and counted."""
    allowed = view.browser.allowed
    for name in view.beacon.facts:
        if name not in allowed:
            view.left_out.append(name if name in view.plan.names else OTHER)


def drop_without_consent(view: Passing) -> Drop | None:
    """C2.1-02: without consent to at least one declared fact nothing is kept at all."""
    return None if view.browser.allowed else NO_CONSENT


def keep_page(view: Passing) -> None:
    """C2.1-01 fact 28: a declared route in clear, any other path as "other"; queries and fragments never."""
    if view.coarsely("page"):
        path = view.beacon.path.split("?", 1)[0].split("#", 1)[0]
        view.page = view.plan.routes.name_of(path)


def keep_search_terms(view: Passing) -> None:
    """C2.1-01 fact 10: only the site's own search words, from the parameters the policy names; never in clear."""
    if view.beacon.query and view.exactly("search_terms"):
        terms = search_terms(view.beacon.query, view.plan.search_params)
        if terms:
            view.identifying["search_terms"] = terms


def keep_opening_time(view: Passing) -> None:
    """C2.1-01 fact 26: the moment the page was opened, if the browser's clock is believable."""
    opened = view.beacon.facts.get("opened_at")
    if view.coarsely("opened_at") and type(opened) is int and abs(opened - view.arrival.at_ms) < CLOCK_SLACK_MS:
        view.opened_ms = opened


def keep_address(view: Passing) -> None:
    """C2.1-03 fact 1: the address is sealed or not kept at all; there is no rough form of it in clear."""
    if view.exactly("ip"):
        view.identifying["ip"] = view.arrival.ip


def keep_referrer(view: Passing) -> None:
    """C2.1-01 fact 8: in clear only hosts the policy lists; never more than the origin."""
    if not view.begins or not view.may("referrer"):
        return
    host = referrer_host(view.beacon.referrer)
    if view.exactly("referrer"):
        if host:
            view.identifying["referrer"] = referrer_origin(view.beacon.referrer)
    elif not host:
        view.coarse["referrer"] = "none"
    elif host in view.plan.own_hosts:
        view.coarse["referrer"] = "own"
    else:
        view.coarse["referrer"] = host if host in view.plan.referrers else OTHER


def keep_place(view: Passing) -> None:
    """C2.1-03 facts 7, 19: from a local file, nobody is asked; in clear country, province and kind of provider."""
    if not view.begins or not (view.may("geo") or view.may("isp")):
        return
    place = view.look_up_place(view.arrival.ip)
    if view.coarsely("geo"):
        view.coarse["country"], view.coarse["province"] = place.country, place.province
    elif view.exactly("geo"):
        view.identifying["geo"] = [place.country, place.province, place.city]
    if view.coarsely("isp"):
        view.coarse["isp"] = place.isp
    elif view.exactly("isp"):
        view.identifying["isp"] = place.isp_text
    view.coarse["geo_source"] = f"{place.source} {place.built_on}".strip()


def keep_device(view: Passing) -> None:
    """C2.1-01 facts 2, 5: in clear families and the major version only."""
    if view.exactly("ua_browser"):
        view.identifying["ua_browser"] = view.arrival.user_agent
    if not view.begins or not (view.coarsely("ua_browser") or view.may("os")):
        return
    device = view.look_up_device(view.arrival.user_agent, view.arrival.hints)
    if view.coarsely("ua_browser"):
        view.coarse["browser"], view.coarse["browser_major"] = device.browser, device.browser_major
        view.coarse["device"] = device.kind
    if view.coarsely("os"):
        view.coarse["os"] = device.os
    elif view.exactly("os"):
        # What the browser says of its platform, never its user agent: that is another fact, declared or not.
        view.identifying["os"] = view.arrival.hints[2] or device.os


def keep_settings(view: Passing) -> None:
    """C2.1-01 facts 3, 20, 21, 22, 24: what the browser says of itself, masked to a closed set of values."""
    if not view.begins:
        return
    for fact, mask in MASKS.items():
        said = view.beacon.facts.get(fact)
        if fact == "locale" and said is None:
            said = view.arrival.languages
        if view.coarsely(fact):
            view.coarse[fact] = mask(said)
        elif said is not None and view.exactly(fact):
            view.identifying[fact] = said


STEPS: tuple[Step, ...] = (
    drop_without_consent,
    drop_facts_nobody_declared,
    keep_page,
    keep_search_terms,
    keep_opening_time,
    keep_address,
    keep_referrer,
    keep_place,
    keep_device,
    keep_settings,
)


def run_steps(view: Passing) -> Drop | None:
    """Let a view through every step; return the first refusal."""
    for step in STEPS:
        refusal = step(view)
        if refusal is not None:
            return refusal
    return None
