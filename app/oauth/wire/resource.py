"""The edge of the OpenID provider's own resources: an active token of a person in, JSON out."""

from collections.abc import Callable
from functools import wraps

from flask import Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException

from ...authentication.access import for_programs
from ...database.trouble import again_if_lost
from ...diagnostics import causes, request_log
from ...extensions import settings
from ..client_lookup import find_client
from ..dpop.used_proofs import take_once
from ..refusals import Refused
from ..tokens.access_tokens import ActiveToken, active_token
from ..tokens.claims import holds_back
from ..transactions import Transaction
from . import bearer, cross_origin, endpoint
from .possession import check_possession

View = Callable[[ActiveToken], Response]


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
    try:
        return again_if_lost(lambda: _ask(view, scopes))
    except Refused as refusal:
        return _refuse(refusal)
    except HTTPException as error:
        return _refuse(endpoint.unreadable(error) if error.code == 413 else Refused(causes.TOKEN_MISSING))
    except Exception as error:  # not the fault of whoever asks
        return endpoint.unavailable(error)


def _ask(view: View, scopes: tuple[str, ...]) -> Response:
    transaction = Transaction()  # opened for a proof only
    try:
        response = _respond(view, scopes, transaction)
        transaction.commit()
    finally:
        transaction.close()
    return response


def _respond(view: View, scopes: tuple[str, ...], transaction: Transaction) -> Response:
    issuer, sent = settings.issuer, bearer.sent_token(form_too=True)
    token = active_token(sent.token, issuer, with_person=True)
    request_log.attribute_to(client_id=token.claims["client_id"], user_id=token.user_id)
    proof = check_possession(sent.token, token.claims, by_proof=sent.by_proof)
    audience = token.claims["aud"]
    if token.user_id is None:
        raise Refused(causes.TOKEN_WITHOUT_PERSON)
    if token.scopes.isdisjoint(scopes):
        raise Refused(causes.SCOPE_INSUFFICIENT, needed=scopes[0], granted=sorted(token.scopes))
    if issuer not in ([audience] if isinstance(audience, str) else audience):
        raise Refused(causes.TOKEN_WRONG_AUDIENCE, sent=audience, expected=issuer)
    bearer.check_strength(token)
    if not token.learns_unproven and holds_back(token.person, token.scopes):
        request_log.remark(causes.EMAIL_UNCONFIRMED)
    if proof is not None:
        take_once(transaction.connection(), proof)
    response = view(token)
    if proof is not None:
        response.headers.update(proof.headers)
    if "Origin" in request.headers:
        cross_origin.allow(response, find_client(token.claims["client_id"]))
    return response


def _refuse(refusal: Refused) -> Response:
    worded = bearer.refuse(refusal, bearer.header_token())
    response = jsonify(endpoint.error_fields(worded.error, worded.description))
    response.status_code = worded.status
    response.headers.update(worded.headers)
    current_app.logger.debug("Refused an access token: %s", refusal.cause.name)
    return cross_origin.allow_refusal(response)
