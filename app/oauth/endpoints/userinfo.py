"""Who signed in: OpenID Connect Core section 5.3, and the same person for plain OAuth integrations."""

from flask import Blueprint, Response

from ...authentication.access import public
from .. import cross_origin
from ..access_tokens import ActiveToken
from ..bearer import resource
from ..claims import person_claims
from ..wire import plain

blueprint = Blueprint("oauth_userinfo", __name__)


@blueprint.route(
    "/oauth/userinfo", methods=["GET", "POST"], strict_slashes=False, provide_automatic_options=False
)
@resource("userinfo", "openid")
def userinfo(token: ActiveToken) -> Response:
    """``sub`` and the claims of the granted scopes."""
    return plain({"sub": token.claims["sub"], **person_claims(token.person, token.scopes)})


@blueprint.get("/oauth/me", strict_slashes=False, provide_automatic_options=False)
@resource("me", "profile", "email", "phone", "openid")
def me(token: ActiveToken) -> Response:
    """``id``, ``username``, ``name``, ``email`` … as the scopes allow: a label for a connection."""
    claims = person_claims(token.person, token.scopes)
    username = claims.pop("preferred_username", None)
    answer = {"id": token.claims["sub"], **({"username": username} if username else {}), **claims}
    return plain(answer)


@blueprint.route("/oauth/userinfo", methods=["OPTIONS"], strict_slashes=False)
@blueprint.route("/oauth/me", methods=["OPTIONS"], strict_slashes=False)
@public
def preflight() -> Response:
    """Let web pages of registered origins ask."""
    return cross_origin.preflight()
