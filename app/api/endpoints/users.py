"""Who somebody is, for services that may look people up."""

from flask import Blueprint, Response, jsonify

from ...database.trouble import again_if_lost
from ...oauth.tokens.access_tokens import ActiveToken
from ...scopes.catalogue import USERS_READ
from ...users.public_fields import look_up
from ..bearer import bearer
from ..refusals import ApiRefused

blueprint = Blueprint("api_users", __name__)


@blueprint.get("/api/users/<username>", strict_slashes=False)
@bearer("api/users", USERS_READ.name)
def show(_token: ActiveToken, username: str) -> Response:
    """``id``, ``username`` and ``name`` of the person."""
    person = again_if_lost(lambda: look_up(username))
    if person is None:
        raise ApiRefused(404, "not_found", "Nobody has this username.")
    return jsonify(person)
