"""Which IP addresses are those of the public internet."""

from ipaddress import IPv4Address, IPv6Address, ip_network

Address = IPv4Address | IPv6Address

# What `is_global` of some Python versions lets pass (192.0.0.0/24, relays of 6to4), and what is no host's address.
_NOT_PUBLIC_4 = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "192.0.0.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# All that is given to hosts is in 2000::/3 (:rfc:`4291#section-2.4`); out of it fall Teredo and other protocols'
# own networks, documentation, and 6to4. Each of these may stand for an IPv4 address.
_GIVEN_6 = ip_network("2000::/3")
_NOT_PUBLIC_6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# A network without IPv4 writes all addresses so (:rfc:`6052`): such a one is as public as what it stands for.
_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Return whether any host of the internet may have the address, and no host of a network of our own."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _NOT_PUBLIC_4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    is_given = address in _GIVEN_6 and address.is_global
    return is_given and not any(address in network for network in _NOT_PUBLIC_6)
