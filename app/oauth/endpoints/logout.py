"""Where an app sends a person to be signed out: ``end_session_endpoint`` of OpenID Connect RP-Initiated Logout 1.0."""

from typing import Any

from flask import Blueprint, request

from ... import fetch_metadata
from ...authentication.access import public
from ...diagnostics import request_log
from ..logout.requests import LogoutRequest
from ..logout.signing_out import end_or_ask, signing_out
from ..wire import navigation

blueprint = Blueprint("oauth_logout", __name__)


@blueprint.route("/oauth/logout", methods=["GET", "POST"], strict_slashes=False)
@public
def end_session() -> Any:
    """End the session that an ID token proves, or ask the person; then on to a registered address, or a page."""
    is_sent_by_form = request.method == "POST" and fetch_metadata.is_navigation()
    return signing_out(navigation.sent_parameters, _ask_by_get if is_sent_by_form else end_or_ask)


def _ask_by_get(asked: LogoutRequest) -> Any:
    """The same request once more: when another site posts here, the browser keeps the session's cookie back."""
    response = navigation.lead_to(f"/oauth/logout?{asked.query}")
    request_log.forget()
    return response
