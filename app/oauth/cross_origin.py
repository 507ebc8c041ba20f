"""CORS: which web pages may read our answers, by the origins of registered redirect URIs."""

from urllib.parse import urlsplit

from flask import Response, request
from sqlalchemy import select

from ..clients.models import Client
from ..database import read_connection
from .client_rows import ClientRow

PREFLIGHT_MAX_AGE = "600"  # seconds


def origin(uri: str) -> str | None:
    """``scheme://host[:port]`` of a web address; None for private-use schemes."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else None


def allow(response: Response, client: ClientRow | None) -> Response:
    """Let the page that asked read ``response``, when it stands at the origin of a redirect URI of ``client``."""
    asking = request.headers.get("Origin")
    if asking is None:
        return response
    response.vary.add("Origin")
    if client is not None and any(origin(uri) == asking for uri in client.redirect_uris):
        response.headers["Access-Control-Allow-Origin"] = asking
        response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate, Retry-After, X-Request-Id"
    return response


def preflight() -> Response:
    """The answer to a preflight: yes to origins of any app that is not disabled, else nothing."""
    response = Response(status=204)
    asking = request.headers.get("Origin", "")
    if asking and _belongs_to_an_app(asking):
        response.headers["Access-Control-Allow-Origin"] = asking
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_MAX_AGE
    response.vary.add("Origin")
    return response


def _belongs_to_an_app(asking: str) -> bool:
    if not asking.isascii() or len(asking) > 300:
        return False
    likely = Client.redirect_uris.contains(asking, autoescape=True)
    query = select(Client.redirect_uris).where(likely, Client.disabled_at.is_(None))
    with read_connection() as connection:
        return any(origin(uri) == asking for (uris,) in connection.execute(query) for uri in uris.split("\n"))
