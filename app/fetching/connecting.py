"""A connection to one of the addresses that were checked, under TLS for the name that was asked for."""

import os
import socket
import ssl
from functools import lru_cache

from .deadlines import Deadline
from .lookups import addresses_of
from .public_addresses import Address
from .refusals import FetchFailed
from .targets import Target


def connect(target: Target, deadline: Deadline) -> socket.socket:
    """Return a connected socket, which its caller closes; no proxy of the environment is asked. Raises :class:`FetchFailed`."""
    connection = _connect(target, addresses_of(target, deadline), deadline)
    if target.scheme == "http":
        return connection
    try:
        connection.settimeout(deadline.left())
        return _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")).wrap_socket(
            connection, server_hostname=target.host
        )
    except (OSError, ValueError) as error:  # ValueError: a name that no certificate can have
        connection.close()
        raise explained(error, target, deadline) from None
    except FetchFailed:
        connection.close()
        raise


def _connect(target: Target, addresses: list[Address], deadline: Deadline) -> socket.socket:
    """The first that answers; one that is silent leaves time for those behind it."""
    trouble = FetchFailed("unreachable", host=target.host, detail="no connection")
    for number, address in enumerate(addresses):
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        try:
            connection = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:  # a machine without IPv6
            trouble = explained(error, target, deadline)
            continue
        try:
            connection.settimeout(deadline.left() / (len(addresses) - number))
            connection.connect((str(address), target.port))
        except OSError as error:
            connection.close()
            trouble = explained(error, target, deadline)
        except FetchFailed:
            connection.close()
            raise
        else:
            return connection
    raise trouble


def explained(error: Exception, target: Target, deadline: Deadline) -> FetchFailed:
    """Return what an error of a socket means."""
    if isinstance(error, TimeoutError):
        return deadline.passed()
    if isinstance(error, ssl.SSLError):
        detail = getattr(error, "verify_message", "") or error.reason or "no TLS"
        return FetchFailed("tls", host=target.host, detail=detail.replace("_", " ").lower())
    number = getattr(error, "errno", None)
    detail = os.strerror(number).lower() if number else "the connection ended"
    return FetchFailed("unreachable", host=target.host, detail=detail)


@lru_cache(maxsize=2)
def _context(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """The system's authorities, which take a while to read, or those that OpenSSL's variables name."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
