"""Where an app pushes an authorization request before it sends a person, :rfc:`9126`."""

from flask import Blueprint, Response
from flask import request as http_request
from werkzeug.datastructures import MultiDict

from ... import network_limits
from ...authentication.access import public
from ...diagnostics import causes
from ...extensions import settings
from .. import pushed_requests
from ..client_rows import ClientRow
from ..dpop.presented import bind_pushed_request
from ..refusals import Refused
from ..requests import PortalRequest
from ..server import server
from ..wire import cross_origin
from ..wire.endpoint import as_json, endpoint_for_programs, json_response

blueprint = Blueprint("oauth_par", __name__)

CREDENTIALS = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


@blueprint.post("/oauth/par", strict_slashes=False, provide_automatic_options=False)
@endpoint_for_programs("par")
def push(request: PortalRequest) -> Response:
    """Keep a valid authorization request; ``request_uri`` and ``expires_in``, :rfc:`9126#section-2.2`."""
    client = server().authenticate_client(request)
    if "request_uri" in request.form:
        raise Refused(causes.REQUEST_URI_PUSHED)
    bind_pushed_request(request, settings)
    asked = _authorization_request(request, client)
    server().validate_authorization(asked)
    if client.is_public:
        _count_for_network()
    uri = pushed_requests.push(request.transaction(), client.id, asked.parameters.items(multi=True))
    response = json_response(as_json({"request_uri": uri, "expires_in": pushed_requests.LIFETIME}), 201)
    response.headers.update(request.proof.headers if request.proof else {})
    return response


@blueprint.route("/oauth/par", methods=["OPTIONS"], strict_slashes=False)
@public
def preflight() -> Response:
    """Let web pages of registered origins ask."""
    return cross_origin.preflight()


def _authorization_request(request: PortalRequest, client: ClientRow) -> PortalRequest:
    """The request as the authorization endpoint would get it: without what proved the client, and by its name."""
    said = [(name, value) for name, value in request.parameters.items(multi=True) if name not in CREDENTIALS]
    parameters = MultiDict(said)
    parameters["client_id"] = client.id
    asked = PortalRequest(request.method, request.uri, request.headers, parameters)
    asked.client, asked.is_pushed = client, True
    return asked


def _count_for_network() -> None:
    """Anybody may push in the name of an app that proves nothing."""
    limit = network_limits.PUSHED_REQUESTS
    try:
        network_limits.count(limit, http_request.remote_addr)
    except network_limits.LimitReached as reached:
        raise Refused(
            causes.RATE_LIMITED,
            limit=limit.item.amount,
            seconds=limit.item.get_expiry(),
            retry_after=reached.seconds,
        ) from None
