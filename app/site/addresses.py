"""Where a request comes from: ``REMOTE_ADDR`` in its one spelling, for everything that stores, compares or counts it."""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.exceptions import BadRequest

from configuration.addresses import canonical

if TYPE_CHECKING:
    from .portal import Portal

_log = logging.getLogger(__name__)


class Addresses:
    """Middleware that writes the address of who asks in its one spelling, and answers 400 where it is none.

    The address of a socket is one; what a proxy names in ``X-Forwarded-For`` may be any text, such as "unknown".
    """

    def __init__(self, wsgi: WSGIApplication, app: "Portal") -> None:
        self._wsgi = wsgi
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, or refuse it by the portal's own page; over a local socket there is no address."""
        said = environ.get("REMOTE_ADDR")
        if not said:
            return self._wsgi(environ, start_response)
        try:
            environ["REMOTE_ADDR"] = canonical(said)
        except ValueError:
            _log.warning("Refused: the proxy names no address in X-Forwarded-For (TRUSTED_PROXIES)")
            environ["REMOTE_ADDR"] = ""  # all such requests count together
            return self._app.refuse(BadRequest(), environ, start_response)
        return self._wsgi(environ, start_response)
