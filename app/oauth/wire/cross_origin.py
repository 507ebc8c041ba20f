"""CORS: which web pages may read our answers, by the origins of registered redirect URIs."""

import re
import time
from contextlib import suppress

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import Headers

from ...clients.models import Client
from ...database.engines import read_connection
from ...process.cache import Cache
from ...uris import read_uri
from ..client_rows import ClientRow

PREFLIGHT_MAX_AGE = "600"  # seconds
# Introspection is for servers only; of all other paths no web page elsewhere reads anything.
PATHS = frozenset(
    {
        *("/oauth/token", "/v1/token", "/oauth/par", "/oauth/device_authorization"),
        *("/oauth/revoke", "/oauth/userinfo", "/oauth/me"),
    }
)
EXPOSED = "WWW-Authenticate, Retry-After, X-Request-Id, DPoP-Nonce"
# Apps register and manage themselves from any page: what counts there is a token in a header, never a cookie.
OF_EVERYBODY = "/oauth/register"
_ASKED_FOR = "Access-Control-Request-Headers"
# A list of tokens, RFC 9110 section 5.6.2.
_HEADER_NAMES = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+){0,99}")
MOST_ORIGINS = 1_000  # a process keeps
FRESH_FOR = 600.0  # seconds
STRANGE_FOR = 60.0  # seconds in which the origin of no app is not looked up again for a refusal

_met: Cache[str, tuple[bool, float]] = Cache(MOST_ORIGINS)


def origin(uri: str) -> str | None:
    """``scheme://host[:port]`` of a web address; None for private-use schemes."""
    parts = read_uri(uri)
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return f"{parts.scheme}://{parts.netloc}"


def allow(response: Response, client: ClientRow | None) -> Response:
    """Let the page that asked read ``response``, when it stands at the origin of a redirect URI of ``client``."""
    asking = _asking(response)
    if asking and client is not None and any(origin(uri) == asking for uri in client.redirect_uris):
        _remember(asking, True)
        _open(response, asking)
    return response


def allow_refusal(response: Response) -> Response:
    """Let the page that asked read why it was refused, when it stands at the origin of any app: nothing is in it.

    A 429, 500 or 503 reads cached origins only, never the database.
    """
    if request.path.startswith(OF_EVERYBODY):
        return allow_everybody(response)
    asking = _asking(response)
    if not asking:
        return response
    known = _recall(asking)
    if known is None and response.status_code not in (429, 500, 503):
        known = _belongs_to_an_app(asking)
        _remember(asking, known)
    if known:
        _open(response, asking)
    return response


def preflight() -> Response:
    """The answer to a preflight: yes to origins of any app that is not disabled, else nothing."""
    response = Response(status=204)
    asking = request.headers.get("Origin", "")
    if asking and _belongs_to_an_app(asking):
        _remember(asking, True)
        response.headers["Access-Control-Allow-Origin"] = asking
        response.headers.extend(_permission(request.headers, "GET, POST"))
    response.vary.update(("Origin", _ASKED_FOR))
    return response


def preflight_of_everybody(headers: Headers, methods: str = "GET") -> list[tuple[str, str]]:
    """The headers that answer a preflight for what every page may ask, since no cookie counts there."""
    return [("Access-Control-Allow-Origin", "*"), *_permission(headers, methods), ("Vary", _ASKED_FOR)]


def allow_everybody(response: Response) -> Response:
    """Let every page read ``response``, which it gets without credentials of the browser."""
    _open(response, "*")
    return response


def _permission(headers: Headers, methods: str) -> list[tuple[str, str]]:
    """Allow ``methods`` with whichever headers are asked for: libraries add some for tracing, and none opens anything."""
    asked = headers.get(_ASKED_FOR, "")
    allowed = f"Authorization, Content-Type{', ' + asked if _HEADER_NAMES.fullmatch(asked) else ''}"
    return [
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", allowed),
        ("Access-Control-Max-Age", PREFLIGHT_MAX_AGE),
    ]


def _asking(response: Response) -> str | None:
    """The origin of the page that asks, where web pages may ask at all."""
    asking = request.headers.get("Origin")
    if asking is None or request.path.rstrip("/") not in PATHS:
        return None
    response.vary.add("Origin")
    return asking


def _open(response: Response, asking: str) -> None:
    response.headers["Access-Control-Allow-Origin"] = asking
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED


def _remember(asking: str, belongs: bool) -> None:
    _met.put(asking, (belongs, time.monotonic() + (FRESH_FOR if belongs else STRANGE_FOR)))


def _recall(asking: str) -> bool | None:
    """Whether it is the origin of an app, as far as this process has seen lately."""
    belongs, until = _met.get(asking) or (None, 0.0)
    return belongs if until > time.monotonic() else None


def _belongs_to_an_app(asking: str) -> bool:
    if not asking.isascii() or len(asking) > 300 or origin(asking) != asking:
        return False  # a text that many addresses contain would have all of them looked at
    likely = Client.redirect_uris.contains(asking, autoescape=True)
    query = select(Client.redirect_uris).where(likely, Client.disabled_at.is_(None))
    with suppress(SQLAlchemyError), read_connection() as connection:
        return any(origin(uri) == asking for (uris,) in connection.execute(query) for uri in uris.split("\n"))
    return False  # the answer is not worth a second trouble
