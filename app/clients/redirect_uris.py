"""Redirect URIs: which registered one an app has sent, and where they lead."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from ..uris import is_loopback_host, read_uri
from .redirect_uri_checks import check_redirect_uri

__all__ = [
    "check_redirect_uri",
    "has_scheme_of_its_own",
    "is_localhost",
    "is_loopback",
    "leads_to_a_device",
    "matches",
    "place_of",
]

_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?((?:[/?].*)?)")


def matches(registered: Sequence[str], sent: str) -> str | None:
    """The registered URI that ``sent`` stands for, or None: equal, or equal but for the port on a loopback address.

    The person goes to ``sent``. :rfc:`9700#section-2.1`, :rfc:`8252#section-7.3`
    """
    if read_uri(sent) is None:
        return None  # nobody can be sent there
    if sent in registered:
        return sent
    wanted = _without_loopback_port(sent)
    if wanted is None:
        return None
    return next((uri for uri in registered if _without_loopback_port(uri) == wanted), None)


def is_localhost(uri: str) -> bool:
    """Whether ``uri`` names ``localhost``, which works, but an address is safer (:rfc:`8252#section-8.3`)."""
    return re.match(r"http://localhost(?=[:/?]|$)", uri, re.IGNORECASE) is not None


def has_scheme_of_its_own(uri: str) -> bool:
    """Whether a program on the person's device opens ``uri``, or whichever program there claims its scheme."""
    return uri.partition(":")[0].lower() not in ("http", "https")


def leads_to_a_device(uri: str) -> bool:
    """Whether ``uri`` ends at a program on the person's own device: loopback, or a scheme of its own.

    Any program there can listen or claim the scheme, so the address says nothing about who receives the answer.
    """
    return has_scheme_of_its_own(uri) or is_loopback(uri)


def is_loopback(uri: str) -> bool:
    """Whether ``uri`` is a web address of the very device that opens it."""
    parts = read_uri(uri)
    return parts is not None and parts.scheme in ("http", "https") and is_loopback_host(parts.hostname or "")


def place_of(uri: str) -> str:
    """Where an allowed ``uri`` leads, as people read it: a host with its port, this device, or a program's scheme.

    Equal for two URIs that the same program answers: on a loopback address any port, :rfc:`8252#section-7.3`.
    """
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme}:"
    return parts.hostname or "" if is_loopback(uri) else parts.netloc.lower()


def _without_loopback_port(uri: str) -> tuple[str, str] | None:
    found = _LOOPBACK.fullmatch(uri)
    return (found[1], found[2]) if found else None
