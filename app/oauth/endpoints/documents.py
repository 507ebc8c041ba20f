"""Discovery and keys as bytes made once, answered before Flask's request machinery."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import EnvironHeaders

from ...clients.grants import OFFERED
from ...crypto import Undecryptable
from ..keys import ring
from ..offered_grants import offered_grants
from ..wire import cross_origin
from . import metadata

if TYPE_CHECKING:
    from config import Settings

GRANTS_FRESH_FOR = 60.0  # seconds; clients keep the document longer

Headers = list[tuple[str, str]]


class Documents:
    """Middleware that answers GET and preflights of the public documents itself and passes everything else on.

    ``headers`` are those every answer of the portal carries; ``new_request_id`` names each answer.
    """

    def __init__(
        self,
        wsgi: WSGIApplication,
        app: Flask,
        headers: Iterable[tuple[str, str]],
        new_request_id: Callable[[], str],
    ) -> None:
        self._wsgi = wsgi
        self._app = app
        self._common = list(headers)
        of_documents = {**dict(self._common), **dict(metadata.cache_headers())}
        self._headers = [("Content-Type", "application/json"), *of_documents.items()]
        self._new_request_id = new_request_id
        self._settings: Settings = app.config["SETTINGS"]
        self._bodies: dict[str, bytes] = {}
        self._ring: ring.KeyRing = app.extensions["signing_keys"]
        self._published: dict[str, Any] | None = None
        self._describe(OFFERED)
        self._keys_read_at = self._grants_read_at = float("-inf")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The document, or what the application answers."""
        path = environ["PATH_INFO"].removesuffix("/")
        is_document = path in self._bodies or path in metadata.JWKS_PATHS
        if is_document and environ["REQUEST_METHOD"] == "OPTIONS":
            permission = cross_origin.preflight_of_everybody(EnvironHeaders(environ))
            name = ("X-Request-Id", self._new_request_id())
            start_response("204 No Content", [*self._common, *permission, name])
            return []
        if is_document and environ["REQUEST_METHOD"] == "GET":
            body = self._body(path)
            if body is not None:
                length = ("Content-Length", str(len(body)))
                start_response("200 OK", [*self._headers, length, ("X-Request-Id", self._new_request_id())])
                return [body]
        return self._wsgi(environ, start_response)

    def _body(self, path: str) -> bytes | None:
        """The bytes; None lets the application answer, such as when the keys cannot be read."""
        if path in metadata.DISCOVERY_PATHS:
            self._note_grants()
        if path in metadata.JWKS_PATHS and not self._note_keys():
            return None
        return self._bodies.get(path)

    def _note_keys(self) -> bool:
        """Publish what this process signs and verifies with; False where that cannot be read."""
        if time.monotonic() - self._keys_read_at > ring.ASKED_EVERY:
            try:
                with self._app.app_context():
                    self._ring.refresh_published()
            except (SQLAlchemyError, Undecryptable):
                return False
            self._keys_read_at = time.monotonic()
        if self._ring.jwks is not self._published:  # the ring may have been read again for a token meanwhile
            self._published = self._ring.jwks
            self._bodies.update(dict.fromkeys(metadata.JWKS_PATHS, json.dumps(self._published).encode()))
        return True

    def _note_grants(self) -> None:
        """Describe the grants anew now and then; without a database the last description stays."""
        if time.monotonic() - self._grants_read_at < GRANTS_FRESH_FOR:
            return
        self._grants_read_at = time.monotonic()
        with self._app.app_context(), suppress(SQLAlchemyError):
            self._describe(offered_grants())

    def _describe(self, grants: Sequence[str]) -> None:
        discovery = json.dumps(metadata.document(self._settings, grants)).encode()
        self._bodies.update(dict.fromkeys(metadata.DISCOVERY_PATHS, discovery))
