"""The edge of every endpoint for programs: read, ask, commit once, answer, log."""

import json
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Response, current_app, g, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from ...authentication.access import for_programs
from ...database.trouble import again_if_lost
from ...diagnostics import causes, request_log
from ...extensions import settings
from ..dpop import nonces
from ..refusals import Refused
from ..requests import SENT_ONCE, PortalRequest
from . import attribution, claimed_clients, cross_origin

RETRY_AFTER = "5"  # seconds
as_json = json.JSONEncoder(separators=(",", ":")).encode
FORM = "application/x-www-form-urlencoded"

# Who showed nothing that could be read is told how to (:rfc:`6749#section-5.2`).
_ASKING_FOR_BASIC = (causes.CLIENT_NOT_NAMED, causes.BASIC_MALFORMED)

View = Callable[[PortalRequest], Response]


def endpoint_for_programs(name: str) -> Callable[[View], Callable[[], Response]]:
    """Make a view of a function from a form request to its answer; ``name`` is the endpoint in the log.

    What the function raises as :class:`Refused` is answered as :rfc:`6749#section-5.2` asks; trouble of
    our own is a 503, since integrations take a 4xx for the end of a connection.
    """

    def decorate(view: View) -> Callable[[], Response]:
        @for_programs
        @wraps(view)
        def edge() -> Response:
            response = _attempt(name, view, _read_form)
            response.headers["Cache-Control"] = "no-store"
            response.headers["Pragma"] = "no-cache"
            return response

        return edge

    return decorate


def _attempt(name: str, view: View, read: Callable[[], PortalRequest]) -> Response:
    """Run ``view`` in one transaction; run it again, on the same request, when the database undid it."""
    read_once = cache(read)
    try:
        response = again_if_lost(lambda: _run(name, view, read_once))
    except Exception as error:  # whatever it is, it is not the client's fault
        response = unavailable(error)
    request_log.finish(response.status_code)
    return response


def _run(name: str, view: View, read: Callable[[], PortalRequest]) -> Response:
    request_log.begin(name)
    asked: PortalRequest | None = None
    try:
        asked = read()
        request_log.begin(name, asked.sent.items(multi=True))
        asked.check_form()
        response = view(asked)
        asked.commit()
        cross_origin.allow(response, asked.client)
        return response
    except OAuth2Error as error:
        if asked is not None:
            asked.commit()  # a replay ends its family even though it is refused
        return refuse(error)
    except HTTPException as error:
        return refuse(unreadable(error))
    finally:
        if asked is not None:
            asked.close()


def _read_form() -> PortalRequest:
    if request.mimetype != FORM and (request.content_length or request.mimetype):
        raise not_form()
    return PortalRequest(request.method, request.path, request.headers, request.form)


def unreadable(error: HTTPException) -> Refused:
    """Why a body could not be read."""
    if error.code == 413:
        return Refused(causes.BODY_TOO_LARGE, limit=request.max_content_length)
    return not_form()


def not_form() -> Refused:
    """A body under another content type than that of a form, and whether it is one all the same."""
    is_mistyped = not SENT_ONCE.isdisjoint(claimed_clients.fields_of_mistyped_form())
    hint = "mistyped_form" if is_mistyped else None
    return Refused(causes.BODY_NOT_FORM, content_type=request.mimetype[:100], hint=hint)


def refuse(error: OAuth2Error) -> Response:
    """The refusal as JSON, noted in the log."""
    refusal = (
        error if isinstance(error, Refused) else Refused(causes.PARAMETER_MALFORMED, parameter="request")
    )
    if refusal is not error:
        current_app.logger.error("A refusal without a cause: %s", error.error)
    cause = refusal.cause
    attribution.attribute(cause)
    request_log.refused(cause, **refusal.facts)
    description = refusal.public_for(claimed_clients.sent_form().get("grant_type"))
    response = jsonify(error_fields(str(cause.error), description))
    response.status_code = cause.status
    if "retry_after" in refusal.facts:
        response.headers["Retry-After"] = str(refusal.facts["retry_after"])
    if cause is causes.DPOP_NONCE_WANTED:
        response.headers[nonces.HEADER] = nonces.current_nonce()
    used_basic = request.headers.get("Authorization", "")[:5].lower() == "basic"
    if cause.status == 401 and (used_basic or cause in _ASKING_FOR_BASIC):
        response.headers["WWW-Authenticate"] = f'Basic realm="{settings.issuer}"'
    return cross_origin.allow_refusal(response)


def unavailable(error: Exception) -> Response:
    """503 and when to try again; the reason stays in our log."""
    if isinstance(error, SQLAlchemyError):
        current_app.logger.error(
            "The database is in trouble: %r", getattr(error, "orig", None) or type(error)
        )
    else:
        current_app.logger.error("An endpoint failed", exc_info=error)
    response = refuse(Refused(causes.PORTAL_TROUBLE))
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def error_fields(error: str, description: str) -> dict[str, str]:
    """The parameters of :rfc:`6749#section-5.2`; of many failures at once the page tells only of some."""
    page = f"{settings.issuer}/failures/{g.request_id}"
    return {"error": error, "error_description": description, "error_uri": page}


def json_of(payload: Any) -> Response:
    """``payload`` as JSON."""
    return json_response(as_json(payload))


def json_response(text: str, status: int = 200) -> Response:
    """``text``, which is JSON already."""
    return Response(text, status, content_type="application/json")
