"""Networks as limits count them: an IPv4 address is one by itself, of IPv6 somebody has a /64 or a whole /48."""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from werkzeug.datastructures import Headers

# Homes and single machines get a /64, customers of hosters a /48 (:rfc:`6177`): who has 65,536 networks gets ten shares.
SHARES = ((64, 1), (48, 10))


# What people read of a network: their own looks the same from each of their machines, and names none of them.
SHOWN = {4: 24, 6: 48}


class Network(NamedTuple):
    """A network in its usual spelling, and how many times a limit it may use up."""

    name: str
    share: int


def came_by_unknown_proxy(headers: Headers, trusted_proxies: int) -> bool:
    """Whether a proxy that nobody declared sent the request: its address is the proxy's own, whoever asks."""
    return not trusted_proxies and ("X-Forwarded-For" in headers or "Forwarded" in headers)


@lru_cache(maxsize=1024)
def networks_of(address: str) -> tuple[Network, ...]:
    """The networks that ``address``, a canonical one, counts for; the smallest first."""
    if ":" not in address:
        return (Network(address, 1),)
    return tuple(
        Network(str(ip_network(f"{address}/{length}", strict=False)), share) for length, share in SHARES
    )


@lru_cache(maxsize=1024)
def shown_network_of(address: str) -> str:
    """The network of ``address``, a canonical one, as people read it: a /24 of IPv4, a /48 of IPv6; empty for none."""
    if not address:
        return ""
    length = SHOWN[ip_address(address).version]
    return str(ip_network(f"{address}/{length}", strict=False))
