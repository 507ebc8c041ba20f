"""The Host header: what is no host is answered with 400 before anything builds an address from it."""

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.exceptions import BadRequest

from ..uris import is_name

if TYPE_CHECKING:
    from .portal import Portal

# RFC 1123 names, underscores of container networks, and IP addresses; perhaps a port.
_HOST = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{0,5}))?")


class Hosts:
    """Middleware that answers 400 where Host is no host (:rfc:`9112#section-3.2`), and passes on everything else."""

    def __init__(self, wsgi: WSGIApplication, app: "Portal") -> None:
        self._wsgi = wsgi
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, or refuse it by the portal's own page; HTTP/1.0 may come without a host."""
        host = environ.get("HTTP_HOST")
        if not host or is_host(host):
            return self._wsgi(environ, start_response)
        environ["HTTP_HOST"] = "localhost"  # the page takes its links' paths from it, and no name
        return self._app.refuse(BadRequest(), environ, start_response)


@lru_cache(maxsize=256)
def is_host(text: str) -> bool:
    """Return whether the text is a name or an IP address, perhaps with a port, that every library can read."""
    found = _HOST.fullmatch(text)
    if found is None:
        return False
    name, port = found.groups()
    if port and not 1 <= int(port) <= 65_535:
        return False
    return _is_ipv6(name[1:-1]) if name.startswith("[") else is_name(name)


def _is_ipv6(address: str) -> bool:
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True
