"""URIs that strangers write: read where every library can read them, else None instead of an exception."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from flask import Request

LONGEST_NAME = 253  # characters of a name in the DNS


def read_uri(uri: str) -> SplitResult | None:
    """Return the parts of a URI that may be opened; None where its host or port is none."""
    try:
        parts = urlsplit(uri)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return None
    return parts if port != 0 and (":" in host or is_name(host)) else None


def is_name(host: str) -> bool:
    """Return whether the host has no empty label (but a last one) and none of more than 63 characters.

    The IDNA codec, by which Werkzeug writes redirects and sockets look up names, ends in an exception at those.
    Labels that begin with xn-- are not decoded: Python does so by an older standard, and would refuse stra\u00dfe.de.
    """
    try:
        return len(host.encode("idna").removesuffix(b".")) <= LONGEST_NAME
    except UnicodeError:
        return False


def is_loopback_host(host: str) -> bool:
    """Return whether the host is the very device that opens the URI."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def origin_of(request: Request) -> str:
    """Return scheme and host of this request as browsers write them; Flask's host_url decodes xn-- or fails at it."""
    return f"{request.scheme}://{request.host}"
