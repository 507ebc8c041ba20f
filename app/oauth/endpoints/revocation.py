"""Token revocation, :rfc:`7009`."""

from datetime import UTC, datetime

from flask import Blueprint, Response
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from ...audit import EventKind
from ...authentication.access import public
from ...clock import now
from ...database.engines import read_connection
from ...diagnostics import causes
from ...extensions import settings
from ..client_lookup import find_client_and_family
from ..client_rows import ClientRow
from ..models import RevokedToken
from ..refusals import Refused
from ..requests import PortalRequest
from ..server import server
from ..tokens import families
from ..tokens.verification import verified_claims
from ..wire import cross_origin
from ..wire.endpoint import endpoint_for_programs, json_of

blueprint = Blueprint("oauth_revocation", __name__)


@blueprint.post("/oauth/revoke", strict_slashes=False, provide_automatic_options=False)
@endpoint_for_programs("revocation")
def revoke(request: PortalRequest) -> Response:
    """Revoke a token; 200 also for one nobody knows (:rfc:`7009#section-2.2`).

    A refresh token takes its whole family along; an access token goes alone.
    """
    client = server().authenticate_client(request)
    token = request.form.get("token")
    if not token:
        raise Refused(causes.PARAMETER_MISSING, parameter="token")
    parsed = families.parse_refresh_token(token)
    if parsed is not None:
        _revoke_family(parsed, client, request)
    else:
        _revoke_access_token(token, client, request)
    return json_of({})


@blueprint.route("/oauth/revoke", methods=["OPTIONS"], strict_slashes=False)
@public
def preflight() -> Response:
    """Let web pages of registered origins ask."""
    return cross_origin.preflight()


def _revoke_family(parsed: families.Parsed, client: ClientRow, request: PortalRequest) -> None:
    _client, row = find_client_and_family(client.id, parsed.family_id)
    if row is None or not families.is_genuine(parsed, row.seed):
        return
    if row.client_id != client.id:
        raise Refused(causes.REFRESH_OF_OTHER_CLIENT)
    families.end_family(
        request.transaction(),
        parsed.family_id,
        EventKind.TOKENS_REVOKED,
        user_id=row.user_id,
        client=client,
        because=causes.TOKEN_REVOKED,
    )


def _revoke_access_token(token: str, client: ClientRow, request: PortalRequest) -> None:
    try:
        claims = verified_claims(token, settings.issuer)
    except Refused:
        return
    if claims["client_id"] != client.id:
        raise Refused(causes.REFRESH_OF_OTHER_CLIENT)
    jti = claims["jti"]
    with read_connection() as connection:
        if connection.scalar(select(RevokedToken.jti).where(RevokedToken.jti == jti)) is not None:
            return
    values = {"jti": jti, "revoked_at": now(), "expires_at": datetime.fromtimestamp(claims["exp"], UTC)}
    try:
        request.transaction().execute(insert(RevokedToken.__table__), values)
    except IntegrityError:  # it was given back twice at the same moment
        return
