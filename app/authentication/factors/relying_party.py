"""Who this portal is to authenticators: the relying party ID and the origin of WebAuthn, section 5.1.2."""

from urllib.parse import urlsplit

from configuration.hosts import is_address


def id_of(issuer: str) -> str:
    """Return the host of ``issuer`` as browsers write it: what a passkey belongs to for good."""
    return (urlsplit(issuer).hostname or "").encode("idna").decode()


def origin_of(issuer: str) -> str:
    """Return the origin that a browser at ``issuer`` tells authenticators."""
    parts = urlsplit(issuer)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{id_of(issuer)}{port}"


def has_name(issuer: str) -> bool:
    """Whether ``issuer`` has a domain name: browsers make no passkeys for IP addresses (WebAuthn, section 5.1.3)."""
    return not is_address(urlsplit(issuer).hostname or "")


def is_trusted(issuer: str) -> bool:
    """Whether browsers offer passkeys at ``issuer``: over TLS, and on the very device that is called localhost."""
    return issuer.startswith("https:") or id_of(issuer).rpartition(".")[2] == "localhost"


def can_have_passkeys(issuer: str) -> bool:
    """Whether browsers make passkeys for ``issuer`` at all."""
    return has_name(issuer) and is_trusted(issuer)


def named(issuer: str) -> str:
    """Return ``issuer`` with localhost in place of its loopback address."""
    port = urlsplit(issuer).port
    return f"http://localhost{f':{port}' if port else ''}"
