"""The Host header: a text that is no host is answered with 400, the host of somebody else with 421."""

import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.exceptions import BadRequest, HTTPException

from configuration.addresses import canonical
from configuration.hosts import is_address

from ..uris import is_name

if TYPE_CHECKING:
    from .portal import Portal

# RFC 1123 names, underscores of container networks, and IP addresses; perhaps a port.
_HOST = re.compile(r"([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{0,5}))?")

# What probes ask, and what the page of the refusal is drawn with: the same for everybody.
FOR_EVERY_NAME = ("/health/", "/static/")

_log = logging.getLogger(__name__)


class Misdirected(HTTPException):
    """The request is for another host (:rfc:`9110#section-15.5.20`): its name points here, or was made to."""

    code = 421


class Hosts:
    """Middleware that passes on what was asked of this portal.

    400 where Host is no host (:rfc:`9112#section-3.2`). 421 where it is neither the issuer's nor one of
    ``TRUSTED_HOSTS`` nor this machine's own: a page of another site could read the answers of a portal that its
    name was made to point to (DNS rebinding), and redirects would lead to that name.
    """

    def __init__(self, wsgi: WSGIApplication, app: "Portal") -> None:
        self._wsgi = wsgi
        self._app = app
        settings = app.config["SETTINGS"]
        self._issuer = settings.issuer
        self._netloc = urlsplit(settings.issuer).netloc
        self._ours = frozenset(
            (*_spellings(urlsplit(settings.issuer).hostname or ""), *(settings.trusted_hosts or ()))
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, or refuse it by the portal's own page; HTTP/1.0 may come without a host."""
        host = environ.get("HTTP_HOST")
        if not host:
            return self._wsgi(environ, start_response)
        error: HTTPException
        if not is_host(host):
            error = BadRequest()
        elif self._is_ours(name_of(host), environ["PATH_INFO"]):
            if environ["PATH_INFO"].startswith(FOR_EVERY_NAME):
                environ["HTTP_HOST"] = self._netloc  # nobody is led to a name that is none of ours
            return self._wsgi(environ, start_response)
        else:
            error = Misdirected()
            _tell(name_of(host), self._issuer)
        environ["HTTP_HOST"] = "localhost"  # the page takes its links' paths from it, and no name
        return self._app.refuse(error, environ, start_response)

    def _is_ours(self, name: str, path: str) -> bool:
        """Probes ask /health by any name, and Prometheus /metrics by the address of a machine, which is no rebound name."""
        if name in self._ours or name == "localhost" or path.startswith(FOR_EVERY_NAME):
            return True
        return is_address(name) and (ip_address(name).is_loopback or path == "/metrics")


@lru_cache(maxsize=256)
def is_host(text: str) -> bool:
    """Return whether the text is a name or an IP address, perhaps with a port, that every library can read."""
    found = _HOST.fullmatch(text)
    if found is None:
        return False
    name, port = found.groups()
    if port and not 1 <= int(port) <= 65_535:
        return False
    return ":" in name and is_address(name[1:-1]) if name.startswith("[") else is_name(name)


@lru_cache(maxsize=256)
def name_of(host: str) -> str:
    """The name or address in a ``Host`` that is one, in its one spelling: without port, brackets and last dot."""
    found = _HOST.fullmatch(host)
    assert found is not None
    name = found[1].strip("[]")
    return canonical(name) if is_address(name) else name.removesuffix(".").lower()


def _spellings(name: str) -> tuple[str, str]:
    """The issuer's name as it is written, and as browsers send it where it has letters beyond ASCII."""
    return canonical(name) if is_address(name) else name, name.encode("idna").decode()


@lru_cache(maxsize=256)
def _tell(name: str, issuer: str) -> None:
    """Write down, once for each name, that a host was refused."""
    _log.warning(
        "Refused with 421: asked as %s. ISSUER is %s; TRUSTED_HOSTS may name further hosts", name, issuer
    )
