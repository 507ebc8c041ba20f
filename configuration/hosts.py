"""Which texts name a host that can be reached, in whatever setting they stand."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

LONGEST_NAME = 253  # characters of a name in the DNS
# Letters of any script, and the underscore of house-internal names and networks of containers.
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
# The last label of what every library reads as an IPv4 address, or fails to.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII | re.IGNORECASE)


def is_host(name: str) -> bool:
    """Tell whether ``name`` is a host name or an IP address, an IPv6 one without brackets and zone."""
    labels = name.split(".")
    if ":" in name or _NUMBER.fullmatch(labels[-1]):
        return "%" not in name and is_address(name)
    return all(map(_LABEL.fullmatch, labels)) and _is_encodable(name)


def is_host_of_url(text: str) -> bool:
    """Tell whether ``text`` is a host as URLs have it: an IPv6 address in brackets; a last dot says that a name is whole."""
    is_bracketed = text.startswith("[") and text.endswith("]")
    name = text[1:-1] if is_bracketed else text.removesuffix(".")
    return is_host(name) and is_bracketed == (":" in name)


def read_url(text: str) -> SplitResult:
    """The parts of a URL; those of an empty text where it has a host or port that nobody can reach."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return urlsplit("")
    host = re.sub(":[0-9]*$", "", parts.netloc.rpartition("@")[2])
    return parts if port != 0 and (not host or is_host_of_url(host)) else urlsplit("")


def is_address(text: str) -> bool:
    """Tell whether ``text`` is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_encodable(name: str) -> bool:
    """Whether sockets take the name: they raise no OSError for labels that are too long once they are encoded."""
    try:
        return len(name.encode("idna")) <= LONGEST_NAME
    except UnicodeError:
        return False
