"""Our own resources: the bearer token of a request, checked, and refusals as :rfc:`6750` words them."""

from collections.abc import Callable
from functools import wraps

from flask import Response, current_app, jsonify, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from ...authentication.access import for_programs
from ...database.trouble import is_lost_transaction
from ...diagnostics import causes, request_log
from ...extensions import settings
from ..client_lookup import find_client
from ..refusals import Refused
from ..tokens.access_tokens import ActiveToken, active_token
from . import attribution, cross_origin, endpoint

View = Callable[[ActiveToken], Response]

_OF_THEIR_OWN = (
    causes.TOKEN_MISSING,
    causes.SCOPE_INSUFFICIENT,
    causes.TOKEN_SENT_TWICE,
    causes.BODY_TOO_LARGE,
)


def resource(name: str, *scopes: str) -> Callable[[View], Callable[[], Response]]:
    """Make a view of a function from an active token with one of ``scopes`` to its answer."""

    def decorate(view: View) -> Callable[[], Response]:
        @for_programs
        @wraps(view)
        def edge() -> Response:
            request_log.begin(name)
            response = _answer(view, scopes)
            response.headers["Cache-Control"] = "no-store"
            request_log.finish(response.status_code)
            return response

        return edge

    return decorate


def _answer(view: View, scopes: tuple[str, ...]) -> Response:
    for attempt in range(1, endpoint.TRIES + 1):
        try:
            return _ask(view, scopes)
        except Refused as refusal:
            return _refuse(refusal)
        except HTTPException as error:
            return _refuse(endpoint.unreadable(error) if error.code == 413 else Refused(causes.TOKEN_MISSING))
        except DBAPIError as error:
            if attempt == endpoint.TRIES or not is_lost_transaction(error):
                return endpoint.in_trouble(error)
        except Exception as error:  # not the fault of whoever asks
            return endpoint.in_trouble(error)
    raise AssertionError("unreachable")


def _ask(view: View, scopes: tuple[str, ...]) -> Response:
    issuer = settings.issuer
    token = active_token(_presented_token(), issuer, with_person=True)
    request_log.about(client_id=token.claims["client_id"], user_id=token.user_id)
    audience = token.claims["aud"]
    if token.user_id is None:
        raise Refused(causes.TOKEN_WITHOUT_PERSON)
    if token.scopes.isdisjoint(scopes):
        raise Refused(causes.SCOPE_INSUFFICIENT, needed=scopes[0], granted=sorted(token.scopes))
    if issuer not in ([audience] if isinstance(audience, str) else audience):
        raise Refused(causes.TOKEN_WRONG_AUDIENCE, sent=audience, expected=issuer)
    response = view(token)
    if "Origin" in request.headers:
        cross_origin.allow(response, find_client(token.claims["client_id"]))
    return response


def _presented_token() -> str:
    """The token of the header (:rfc:`6750#section-2.1`) or of a form body (section 2.2); never of the query."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    has_form = request.content_type is not None and request.mimetype == endpoint.FORM
    in_body = request.form.getlist("access_token") if has_form else []
    if scheme.lower() != "bearer":
        if len(in_body) == 1:
            return in_body[0]
        if in_body:
            raise Refused(causes.TOKEN_SENT_TWICE, places=["body"] * len(in_body))
        raise Refused(causes.TOKEN_MISSING)
    if in_body:
        raise Refused(causes.TOKEN_SENT_TWICE, places=["Authorization", "body"])
    return token.strip()


def _any_token() -> str:
    """What was presented, wherever: only to tell whose log the refusal belongs to."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _refuse(refusal: Refused) -> Response:
    """401 or 403 with a challenge; without credentials the challenge carries no error (:rfc:`6750#section-3.1`)."""
    cause = refusal.cause
    as_error = cause.error if cause in _OF_THEIR_OWN else "invalid_token"
    attribution.attribute(cause, _any_token())
    request_log.refused(cause, as_error=as_error, **refusal.facts)
    challenge = f'Bearer realm="{settings.issuer}"'
    if cause is causes.TOKEN_MISSING:
        response = jsonify(endpoint.told(str(cause.error), cause.public))
        response.status_code = 401
    elif cause in _OF_THEIR_OWN:
        response = jsonify(endpoint.told(str(cause.error), cause.public))
        response.status_code = cause.status
        challenge += f', error="{cause.error}", error_description="{cause.public}"'
        challenge += f', scope="{refusal.facts["needed"]}"' if cause is causes.SCOPE_INSUFFICIENT else ""
    else:
        text = causes.TOKEN_REVOKED.public
        response = jsonify(endpoint.told("invalid_token", text))
        response.status_code = 401
        challenge += f', error="invalid_token", error_description="{text}"'
    response.headers["WWW-Authenticate"] = challenge
    current_app.logger.debug("Refused a bearer token: %s", cause.name)
    return cross_origin.allow_refusal(response)
