"""The one spelling of a network address: as it is stored, compared, counted and shown."""

import re
from functools import lru_cache
from ipaddress import ip_address

# As proxies and systems write them: [2001:db8::1]:443, 198.51.100.2:40000, fe80::1%eth0.
_WRITTEN = re.compile(
    r"\[(?P<bracketed>[0-9A-Za-z:.]+(%\S{0,32})?)\](:\d{1,5})?|(?P<ipv4>[0-9.]+)(:\d{1,5})?|(?P<plain>[0-9A-Za-z:.]+(%\S{0,32})?)",
    re.ASCII,
)


@lru_cache(maxsize=1024)
def canonical(text: str) -> str:
    """The address in ``text``, at most 39 characters, without brackets, port and zone; IPv6 as :rfc:`5952` writes it.

    An IPv4 address that is mapped into IPv6 (:rfc:`4291#section-2.5.5.2`) is the IPv4 address. Raises ValueError
    for what is no address.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("no network address")
    written = found["bracketed"] or found["ipv4"] or found["plain"]
    address = ip_address(written.partition("%")[0])
    mapped = address.ipv4_mapped if address.version == 6 else None
    return str(mapped or address)
