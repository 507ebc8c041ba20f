"""Whether a token counts, for services that do not check signatures themselves."""

from flask import Blueprint, Response, jsonify, request

from ...authentication.access import public
from ...oauth.refusals import Refused
from .. import bearer

blueprint = Blueprint("api_verify", __name__)


@blueprint.post("/api/verify", strict_slashes=False)
@public
def verify() -> Response:
    """``success`` and the claims of the token in the header, with ``Bearer`` before it or alone."""
    header = request.headers.get("Authorization", "").strip()
    scheme, _space, rest = header.partition(" ")
    token = rest.strip() if scheme.lower() == "bearer" else header
    try:
        active = bearer.check("api/verify", token)
    except Refused as refusal:
        bearer.note(refusal, token)
        response = jsonify(success=False)
        response.status_code = 401
        response.headers["WWW-Authenticate"] = bearer.challenge()
        return response
    return jsonify({**active.claims, "success": True})
