"""Tokens for grants, :rfc:`6749#section-3.2`."""

from flask import Blueprint, Response

from ...authentication.access import public
from ..requests import PortalRequest
from ..server import server
from ..wire import cross_origin
from ..wire.endpoint import endpoint_for_programs

blueprint = Blueprint("oauth_token", __name__)


@blueprint.post("/oauth/token", strict_slashes=False, provide_automatic_options=False)
@blueprint.post("/v1/token", strict_slashes=False, provide_automatic_options=False)
@endpoint_for_programs("token")
def issue(request: PortalRequest) -> Response:
    """Issue tokens for a grant; the answer is that of :rfc:`6749#section-5.1`."""
    return server().create_token_response(request)


@blueprint.route("/oauth/token", methods=["OPTIONS"], strict_slashes=False)
@blueprint.route("/v1/token", methods=["OPTIONS"], strict_slashes=False)
@public
def preflight() -> Response:
    """Let web pages of registered origins ask."""
    return cross_origin.preflight()
