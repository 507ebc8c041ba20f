"""Why nothing came of a fetch."""

from typing import Literal

Reason = Literal[
    "url_malformed",
    "address_not_public",
    "unreachable",
    "timeout",
    "tls",
    "not_http",
    "redirected",
    "status",
    "not_json",
    "too_large",
    "no_room",
]
"""What each is called: an address that is none or none for us, a host inside some network, DNS or connection,
the time for everything, certificate or handshake, an answer that is no HTTP, 3xx, another status than 200,
another content than JSON, too many bytes; too many other look-ups, which says nothing of this address."""

LONGEST_FACT = 100  # characters


class FetchFailed(Exception):
    """Nothing was fetched. ``facts`` are for the owner of the address: short, printable, none about our network."""

    def __init__(self, reason: Reason, **facts: str | int) -> None:
        super().__init__(reason, facts)
        self.reason: Reason = reason
        self.facts = {name: _plain(value) for name, value in facts.items()}


def _plain(value: str | int) -> str | int:
    """Half of what is told was written by the other server."""
    if isinstance(value, int):
        return value
    return "".join(each if each.isprintable() else "?" for each in value[:LONGEST_FACT])
