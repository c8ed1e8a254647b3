"""Who sent a request (security rule 45): the socket's address, or what a trusted proxy says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Literal

from troth.collect.rate import plain_address
from troth.errors import SettingsError
from troth.pages.headers import Scope

LONGEST_ADDRESS = 45


class TrustedProxies:
    """The proxies whose X-Forwarded-For we believe; nobody else's."""

    def __init__(self, networks: Iterable[str]) -> None:
        try:
            self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(
                ip_network(network.strip(), strict=False) for network in networks if network.strip()
            )
        except ValueError as error:
            raise SettingsError(
                "trusted_proxies holds something that is no network",
                'name addresses or networks, like "127.0.0.1" or "10.0.0.0/8", with commas between them',
            ) from error
        self._judge = lru_cache(maxsize=16_384)(self._judge_anew)

    def visitor_address(self, peer: str, forwarded_for: str) -> str:
        """Return the right-most address in X-Forwarded-For that is not a trusted proxy; the peer if there is none."""
        if not self._networks or self._judge(peer) != "trusted":
            return peer
        for hop in reversed(forwarded_for.split(",")):
            address = hop.strip()
            judged = self._judge(address) if len(address) <= LONGEST_ADDRESS else "none"
            if judged == "none" and address:
                return peer
            if judged == "visitor":
                return address
        return peer

    def _judge_anew(self, address: str) -> Literal["trusted", "visitor", "none"]:
        try:
            parsed = ip_address(address)
        except ValueError:
            return "none"
        return "trusted" if any(parsed in network for network in self._networks) else "visitor"


def visitor_address(scope: Scope, headers: Mapping[bytes, bytes], proxies: TrustedProxies) -> str:
    """Return the address of the visitor behind a request, as it is written elsewhere (collect/rate.py)."""
    peer = plain_address(scope["client"][0]) if scope.get("client") else ""
    forwarded = headers.get(b"x-forwarded-for")
    return plain_address(proxies.visitor_address(peer, forwarded.decode("latin-1"))) if forwarded else peer
