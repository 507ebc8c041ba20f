"""JSON endpoints behind a bearer token: any active one of ours, with a scope where one is needed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response

from ..authentication.access import public
from ..database.trouble import again_if_lost
from ..diagnostics import causes, request_log
from ..extensions import settings
from ..oauth.refusals import Refused
from ..oauth.tokens.access_tokens import ActiveToken, active_token
from ..oauth.wire import bearer as wire
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
            request_log.begin(name)
            try:
                active = check(wire.sent_token())
                wire.check_strength(active)
                if scope is not None and scope not in active.scopes:
                    raise Refused(causes.SCOPE_INSUFFICIENT, needed=scope, granted=sorted(active.scopes))
            except Refused as refusal:
                worded = wire.refuse(refusal, wire.header_token())
                raise ApiRefused(
                    worded.status, worded.error, worded.description, WWW_Authenticate=worded.challenge
                ) from None
            return view(active, **values)

        return edge

    return decorate


def check(token: str) -> ActiveToken:
    """Return the token, if it is active, and note whose request this is. Raises :class:`Refused`."""
    active = again_if_lost(lambda: active_token(token, settings.issuer))
    request_log.attribute_to(client_id=active.claims["client_id"], user_id=active.user_id)
    return active
