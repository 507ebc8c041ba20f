"""Where a device asks for its codes, :rfc:`8628#section-3.1`."""

from flask import Blueprint, Response
from flask import request as http

from ... import network_limits
from ...authentication.access import public
from ...clients.grants import DEVICE_CODE
from ...diagnostics import causes
from ...extensions import settings
from ...networks import shown_network_of
from ..refusals import Refused
from ..requests import PortalRequest
from ..scopes import requested_scopes
from ..server import server
from ..tokens import device_codes, user_codes
from ..wire import cross_origin
from ..wire.endpoint import endpoint_for_programs, json_of

blueprint = Blueprint("oauth_device_authorization", __name__)


@blueprint.post("/oauth/device_authorization", strict_slashes=False, provide_automatic_options=False)
@endpoint_for_programs("device_authorization")
def ask(request: PortalRequest) -> Response:
    """Issue a device code and a user code; the answer is that of :rfc:`8628#section-3.2`."""
    client = server().authenticate_client(request)
    if not client.check_grant_type(DEVICE_CODE):
        raise Refused(causes.GRANT_NOT_ENABLED, sent=DEVICE_CODE, enabled=sorted(client.grant_types))
    scopes = requested_scopes(request.form.get("scope"), client.scopes)
    address = http.remote_addr or ""
    if client.is_public:
        _count(address)
    issued = device_codes.issue(request.transaction(), client.id, scopes, shown_network_of(address))
    page, user_code = f"{settings.issuer}/device", user_codes.shown(issued.user_code)
    return json_of(
        {
            "device_code": issued.device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}",
            "expires_in": device_codes.LIFETIME,
            "interval": device_codes.INTERVAL,
        }
    )


@blueprint.route("/oauth/device_authorization", methods=["OPTIONS"], strict_slashes=False)
@public
def preflight() -> Response:
    """Let web pages of registered origins ask."""
    return cross_origin.preflight()


def _count(address: str) -> None:
    """Count a request of an app that proves nothing: anybody may write rows in its name. Raises :class:`Refused`."""
    limit = network_limits.DEVICE_AUTHORIZATIONS
    try:
        network_limits.count(limit, address)
    except network_limits.LimitReached as reached:
        amount, seconds = limit.item.amount, limit.item.get_expiry()
        raise Refused(
            causes.RATE_LIMITED, limit=amount, seconds=seconds, retry_after=reached.seconds
        ) from None
