"""What a URL asks for: read strictly, before any name is looked up."""

import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

import idna

from .public_addresses import Address, is_public
from .refusals import FetchFailed

LONGEST_URL = 2_000  # characters
LONGEST_NAME = 253  # characters of a name in the DNS
PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# The last label of what every library reads as an IPv4 address, or fails to.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and what to ask for there; ``host`` is ASCII in small letters, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int
    path: str
    address: Address | None
    is_allowed: bool  # by FETCH_ALLOW, whatever its address

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if PORTS[self.scheme] == self.port else f"{host}:{self.port}"


def read_target(url: str, allowed: Collection[str] | None) -> Target:
    """Return what the URL asks for; ``allowed`` has each ``host:port`` that need not be public nor speak TLS.

    Raises :class:`FetchFailed`, ``url_malformed`` with the ``part`` that will not do, or ``address_not_public``
    where the host is an address and none of the internet. Nothing is looked up: forms may call this.
    """
    parts = _split(url)
    host, address = _read_host(parts.hostname or "")
    port = parts.port or PORTS[parts.scheme]
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    is_allowed = place in (allowed or ())
    if not is_allowed:
        if host == "localhost" or host.endswith(".localhost") or (address and not is_public(address)):
            raise FetchFailed("address_not_public", host=host)
        if parts.scheme != "https":
            raise FetchFailed("url_malformed", part="scheme")
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Target(parts.scheme, host, port, path, address, is_allowed)


def _split(url: str) -> SplitResult:
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url or "\\" in url:
        raise FetchFailed("url_malformed", part="characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchFailed("url_malformed", part="host") from None
    if parts.scheme not in PORTS:
        raise FetchFailed("url_malformed", part="scheme")
    if "@" in parts.netloc:
        raise FetchFailed("url_malformed", part="user")
    if "#" in url:
        raise FetchFailed("url_malformed", part="fragment")
    is_bracketed_name = "[" in parts.netloc and ":" not in (parts.hostname or "")
    if port == 0 or not parts.hostname or is_bracketed_name:
        raise FetchFailed("url_malformed", part="host")
    if not (parts.path + parts.query).isascii():
        raise FetchFailed("url_malformed", part="path")
    return parts


def _read_host(text: str) -> tuple[str, Address | None]:
    """The host in ASCII, and the address that it is, if it is one."""
    if ":" in text:
        address = _read_ipv6(text)
        return str(address), address
    host = text
    if not text.isascii():
        try:
            host = idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
        except UnicodeError:
            raise FetchFailed("url_malformed", part="host") from None
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return host, _read_ipv4(host)
    if len(host) > LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise FetchFailed("url_malformed", part="host")  # a name that ends in a dot, too
    return host, None


def _read_ipv6(text: str) -> IPv6Address:
    try:
        address = IPv6Address(text)
    except ValueError:
        raise FetchFailed("url_malformed", part="host") from None
    if address.scope_id is not None:
        raise FetchFailed("address_not_public", host=text)
    return address


def _read_ipv4(text: str) -> IPv4Address:
    """The address in its one spelling: others (127.1, 0x7f000001, 017700000001) libraries read in two ways."""
    try:
        address = ip_address(text)
    except ValueError:
        try:
            meant = IPv4Address(socket.inet_aton(text))
        except OSError:
            raise FetchFailed("url_malformed", part="host") from None
        if not is_public(meant):
            raise FetchFailed("address_not_public", host=text) from None
        raise FetchFailed("url_malformed", part="host") from None
    assert isinstance(address, IPv4Address)
    return address
