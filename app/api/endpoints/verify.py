"""Whether a token is active, for services that do not check signatures themselves."""

from flask import Blueprint, Response, jsonify, request

from ...authentication.access import public
from ...diagnostics import causes, request_log
from ...oauth.refusals import Refused
from ...oauth.wire import bearer as wire
from .. import bearer

blueprint = Blueprint("api_verify", __name__)


@blueprint.post("/api/verify", strict_slashes=False)
@public
def verify() -> Response:
    """``success`` and the claims of the token in the header, with ``Bearer`` or ``DPoP`` before it or alone.

    Of a token bound to a key (claim ``cnf``) the service that asks checks the proof: it was made for its own address.
    """
    request_log.begin("api/verify")
    token = _sent()
    try:
        if not token:
            raise Refused(causes.TOKEN_MISSING)
        active = bearer.check(token)
    except Refused as refusal:
        wire.refuse(refusal, token)
        response = jsonify(success=False)
        response.status_code = 401
        response.headers["WWW-Authenticate"] = wire.challenge()
        return response
    return jsonify({**active.claims, "success": True})


def _sent() -> str:
    header = request.headers.get("Authorization", "").strip()
    scheme, _space, rest = header.partition(" ")
    return rest.strip() if scheme.lower() in ("bearer", "dpop") else header
