"""A greeting, for who wants to see whether a token works."""

from flask import Blueprint, Response, jsonify

from ...oauth.tokens.access_tokens import ActiveToken
from ..bearer import bearer

blueprint = Blueprint("api_greet", __name__)


@blueprint.get("/api/greet", strict_slashes=False)
@bearer("api/greet")
def greet(_token: ActiveToken) -> Response:
    """The greeting, to any active token."""
    return jsonify(message="Greetings authenticated user")
