"""Whether a token is active, for whoever serves its API, :rfc:`7662` and :rfc:`9701`: two SELECTs."""

from typing import Any

from flask import Blueprint, Response
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from ...authentication.methods import has_two_factors
from ...clients.group_limits import is_outside
from ...clock import now
from ...diagnostics import causes, request_log
from ...extensions import settings
from ..client_lookup import find_client_and_family
from ..client_rows import ClientRow
from ..grants.grant import declines_offline
from ..grants.persons import team_of
from ..keys import ring
from ..refusals import Refused
from ..requests import PortalRequest
from ..scopes import remaining_scopes
from ..server import server
from ..tokens import access_tokens, families, introspection_answers, signing
from ..tokens.claims import group_claims
from ..wire.endpoint import endpoint_for_programs, json_of

blueprint = Blueprint("oauth_introspection", __name__)

_CLAIMS = (
    *("iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope"),
    *("auth_time", "acr", "amr", "team", "cnf"),
)


@blueprint.post("/oauth/introspect", strict_slashes=False)
@endpoint_for_programs("introspection")
def introspect(request: PortalRequest) -> Response:
    """``active`` and what the token says, signed where that is asked for; every reason against it looks the same."""
    client = server().authenticate_client(request)
    if client.is_public:
        raise Refused(causes.INTROSPECTION_NOT_ALLOWED)
    token = request.form.get("token")
    if not token:
        raise Refused(causes.PARAMETER_MISSING, parameter="token")
    wants_jwt = _prefers_jwt(request.headers.get("Accept", ""))
    if wants_jwt:
        ring.current().refresh()
    answer = _describe(token, client) or {"active": False}
    return _signed(answer, client) if wants_jwt else json_of(answer)


def _prefers_jwt(accept: str) -> bool:
    """Whether the header names the media type of :rfc:`9701#section-4`, and JSON not before it; ``*/*`` means JSON."""
    if introspection_answers.MEDIA_TYPE not in accept.lower():
        return False
    if accept == introspection_answers.MEDIA_TYPE:  # as programs write it: the rest takes longer to read
        return True
    kinds = parse_accept_header(accept, MIMEAccept)
    quality = kinds[introspection_answers.MEDIA_TYPE]
    return quality > 0 and quality >= kinds["application/json"]


def _signed(answer: dict[str, Any], client: ClientRow) -> Response:
    alg = signing.algorithm(client.alg, settings)
    text = introspection_answers.signed_answer(settings.issuer, client.id, alg, answer)
    return Response(text, content_type=introspection_answers.MEDIA_TYPE)


def _describe(token: str, client: ClientRow) -> dict[str, Any] | None:
    parsed = families.parse_refresh_token(token)
    if parsed is not None:
        return _describe_refresh_token(parsed, client)
    try:
        claims, row = access_tokens.find_token(token, settings.issuer)
        if not _may_ask(client, claims["client_id"], row.client_keeper_id):
            # Whatever the token's state: that is not theirs to know.
            request_log.remark(causes.INTROSPECTION_OF_OTHERS)
            return None
        active = access_tokens.check_active(claims, row)
    except Refused:
        return None
    answer = {"active": True, "token_type": "DPoP" if "cnf" in active.claims else "Bearer"}
    answer.update((name, active.claims[name]) for name in _CLAIMS if name in active.claims)
    if active.user_id is not None:
        answer["username"] = active.row.user_username
        answer |= group_claims(active.user_id, active.scopes)
    return answer


def _describe_refresh_token(parsed: families.Parsed, client: ClientRow) -> dict[str, Any] | None:
    """A refresh token is nobody's business but its own client's, and only the newest of its family is active."""
    _client, row = find_client_and_family(client.id, parsed.family_id)
    if row is None or row.client_id != client.id or not families.is_genuine(parsed, row.seed):
        return None
    lives = row.revoked_at is None and row.expires_at > now() and row.person_state is None
    lives = lives and not is_outside(client, row.user_id)
    is_too_weak = client.second_factor_required and not has_two_factors(row.methods)
    if not lives or is_too_weak or parsed.counter != row.counter or declines_offline(row.consent_declined):
        return None
    try:
        scopes = remaining_scopes(row.scope.split(), client.scopes, row.consent_scope.split())
    except Refused:
        return None
    team = team_of(row)
    return {
        "active": True,
        **({"team": team._asdict()} if team else {}),
        "client_id": client.id,
        "sub": row.user_id,
        "username": row.username,
        "scope": " ".join(scopes),
        "iss": settings.issuer,
        "iat": int((row.rotated_at or row.created_at).timestamp()),
        "exp": int(row.expires_at.timestamp()),
        **group_claims(row.user_id, scopes),
    }


def _may_ask(client: ClientRow, token_client_id: str, token_keeper_id: str | None) -> bool:
    """Whether the token is the client's own, of another app of the same person or team, or administrators let it ask about all.

    Apps without an owner are not for that reason of the same one.
    """
    if client.id == token_client_id or client.introspects_all:
        return True
    return client.keeper_id is not None and client.keeper_id == token_keeper_id
