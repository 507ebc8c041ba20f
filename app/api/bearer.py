"""The bearer token of a request to the JSON endpoints: any active one of ours, with a scope where one is needed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from ..authentication.access import public
from ..database.trouble import read_again_if_lost
from ..diagnostics import causes, request_log
from ..extensions import settings
from ..oauth.refusals import Refused
from ..oauth.tokens.access_tokens import ActiveToken, active_token
from ..oauth.wire import attribution
from .refusals import ApiRefused

View = Callable[..., Response]


def bearer(name: str, scope: str | None = None) -> Callable[[View], View]:
    """Make a view of a function that is called with an active token first; ``name`` is what the log says.

    The audience does not matter: the scope is the portal's own, and without one nothing is told.
    """

    def decorate(view: View) -> View:
        @public
        @wraps(view)
        def edge(**values: Any) -> Response:
            token = _presented()
            try:
                active = check(name, token)
                if scope is not None and scope not in active.scopes:
                    raise Refused(causes.SCOPE_INSUFFICIENT, needed=scope, granted=sorted(active.scopes))
            except Refused as refusal:
                raise _answer(refusal, token) from None
            return view(active, **values)

        return edge

    return decorate


def check(name: str, token: str) -> ActiveToken:
    """The token, if it counts, with the request noted in its app's log. Raises :class:`Refused`."""
    request_log.begin(name)
    if not token:
        raise Refused(causes.TOKEN_MISSING)
    active = read_again_if_lost(lambda: active_token(token, settings.issuer))
    request_log.about(client_id=active.claims["client_id"], user_id=active.user_id)
    return active


def note(refusal: Refused, token: str) -> None:
    """Write the refusal into the log of the app whose token it seems to be."""
    cause = refusal.cause
    attribution.attribute(cause, token)
    request_log.refused(cause, as_error=_error(refusal), **refusal.facts)


def challenge(error: str = "") -> str:
    """What a 401 must carry (:rfc:`6750#section-3`)."""
    return f'Bearer realm="{settings.issuer}"' + (f", {error}" if error else "")


def _presented() -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _error(refusal: Refused) -> str:
    own = (causes.TOKEN_MISSING, causes.SCOPE_INSUFFICIENT)
    return str(refusal.cause.error) if refusal.cause in own else "invalid_token"


def _answer(refusal: Refused, token: str) -> ApiRefused:
    """401 or 403; without a token the challenge carries no error (:rfc:`6750#section-3.1`)."""
    note(refusal, token)
    error = _error(refusal)
    if refusal.cause is causes.TOKEN_MISSING:
        return ApiRefused(401, error, refusal.cause.public, WWW_Authenticate=challenge())
    if refusal.cause is causes.SCOPE_INSUFFICIENT:
        told, status = refusal.cause.public, refusal.cause.status
        more = f', scope="{refusal.facts["needed"]}"'
    else:
        told, status, more = causes.INVALID_TOKEN, 401, ""
    header = challenge(f'error="{error}", error_description="{told}"{more}')
    return ApiRefused(status, error, told, WWW_Authenticate=header)
