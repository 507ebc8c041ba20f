"""JSON endpoints behind a bearer token: any active one of ours, with a scope where one is needed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response

from ..authentication.access import public
from ..database.trouble import again_if_lost
from ..diagnostics import causes, request_log
from ..extensions import settings
from ..oauth.dpop.proofs import Proof
from ..oauth.dpop.used_proofs import take_once
from ..oauth.refusals import Refused
from ..oauth.tokens.access_tokens import ActiveToken, active_token
from ..oauth.transactions import Transaction
from ..oauth.wire import bearer as wire
from ..oauth.wire.possession import check_possession
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
                active, proof = again_if_lost(lambda: _authorized(scope))
            except Refused as refusal:
                worded = wire.refuse(refusal, wire.header_token())
                raise ApiRefused(worded.status, worded.error, worded.description, **worded.headers) from None
            response = view(active, **values)
            response.headers.update(proof.headers if proof else {})
            return response

        return edge

    return decorate


def check(token: str) -> ActiveToken:
    """Return the token, if it is active, and note whose request this is. Raises :class:`Refused`."""
    active = again_if_lost(lambda: active_token(token, settings.issuer))
    request_log.attribute_to(client_id=active.claims["client_id"], user_id=active.user_id)
    return active


def _authorized(scope: str | None) -> tuple[ActiveToken, Proof | None]:
    """Check what the request carries, and use its proof up: the view only reads."""
    sent = wire.sent_token()
    active = check(sent.token)
    proof = check_possession(sent.token, active.claims, by_proof=sent.by_proof)
    wire.check_strength(active)
    if scope is not None and scope not in active.scopes:
        raise Refused(causes.SCOPE_INSUFFICIENT, needed=scope, granted=sorted(active.scopes))
    if proof is not None:
        _use_up(proof)
    return active, proof


def _use_up(proof: Proof) -> None:
    transaction = Transaction()
    try:
        take_once(transaction.connection(), proof)
        transaction.commit()
    finally:
        transaction.close()
