"""Clause 7: how many requests one network may send; counted in memory only, by prefix, never stored (rule 36)."""

from __future__ import annotations

from ipaddress import ip_address

PREFIX_LIMIT = 50_000


def network_of(ip: str) -> str:
    """Return the /24 of an IPv4 address or the /56 of an IPv6 address, "" if it is none."""
    plain = plain_address(ip)
    head, dot, _ = plain.rpartition(".")
    if dot and ":" not in plain:
        return head
    try:
        return ip_address(plain).exploded[:17] if ":" in plain else ""
    except ValueError:
        return ""


def plain_address(ip: str) -> str:
    """Return an address as it is written elsewhere: an IPv4 address inside an IPv6 one alone, and no zone.

    A port open for both kinds calls every IPv4 visitor "::ffff:203.0.113.9"; a zone ("fe80::7%eth0") names a network
    card of this machine.
    """
    plain = ip.partition("%")[0] if ":" in ip else ip
    return plain[7:] if plain[:7].lower() == "::ffff:" and "." in plain else plain


class RateLimit:
    """A bucket per network that refills `per_s` times a second and holds `burst` requests; 0 means no limit."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_ms = per_s / 1000
        self._burst = float(burst)
        self._buckets: dict[str, tuple[float, int]] = {}

    def allows(self, ip: str, now_ms: int) -> bool:
        """Take one request out of the network's bucket if there is one."""
        if self._per_ms == 0:
            return True
        network = network_of(ip)
        left, at_ms = self._buckets.get(network, (self._burst, now_ms))
        left = min(self._burst, left + (now_ms - at_ms) * self._per_ms)
        if left < 1:
            self._buckets[network] = (left, now_ms)
            return False
        self._buckets[network] = (left - 1, now_ms)
        if len(self._buckets) > PREFIX_LIMIT:
            self._forget_full(now_ms)
        return True

    def _forget_full(self, now_ms: int) -> None:
        """Forget networks whose bucket is full again; if too many are busy, forget the oldest half."""
        full_after_ms = self._burst / self._per_ms
        busy = {name: bucket for name, bucket in self._buckets.items() if now_ms - bucket[1] < full_after_ms}
        self._buckets = dict(list(busy.items())[-PREFIX_LIMIT // 2 :])
