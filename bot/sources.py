"""Where a request comes from, and how much each source may still do: in memory only, and for so many at most."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

#: Sources that are remembered; whoever was not seen for longest is forgotten, and begins anew.
MOST_SOURCES = 10_000
#: Where a proxy of ours can stand, and nobody from outside: RFC 1122, RFC 1918, RFC 4193.
_OURS = [
    ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
]


def source(scope: Scope) -> str:
    """The address that the request comes from, of IPv6 the network of one customer.

    A proxy of ours stands at a private address, and tells at the end of X-Forwarded-For whom it saw.
    """
    peer = str((scope.get("client") or ("",))[0])
    told = next((value for name, value in scope["headers"] if name == b"x-forwarded-for"), b"")
    if told and _ours(peer):
        peer = told.decode("latin-1").rpartition(",")[2].strip()
    return _network(peer)


@dataclass(frozen=True)
class Rate:
    """So many at once, and then so many a second."""

    burst: float
    per_second: float


class Allowance:
    """What each source may still do. `now` is the machine's clock in seconds."""

    def __init__(self, rate: Rate, now: Callable[[], float]) -> None:
        self._rate = rate
        self._now = now
        #: Source → what was left, and when.
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, who: str) -> float:
        """How much that is now."""
        before, at = self._left.get(who, (self._rate.burst, self._now()))
        return min(self._rate.burst, before + (self._now() - at) * self._rate.per_second)

    def spend(self, who: str) -> bool:
        """Take one; False when there is none to take."""
        left = self.left(who)
        self._left[who] = max(0.0, left - 1), self._now()
        self._left.move_to_end(who)
        if len(self._left) > MOST_SOURCES:
            self._left.popitem(last=False)
        return left >= 1


def _ours(address: str) -> bool:
    known = _read(address)
    return known is not None and any(known in network for network in _OURS)


def _network(address: str) -> str:
    known = _read(address)
    if isinstance(known, IPv6Address):
        return str(IPv6Address(int(known) >> 64 << 64))
    return str(known or "")


def _read(address: str) -> IPv4Address | IPv6Address | None:
    """The address; IPv4 that is dressed up as IPv6 is IPv4."""
    try:
        known = ip_address(address)
    except ValueError:
        return None
    return known.ipv4_mapped or known if isinstance(known, IPv6Address) else known
