"""private_key_jwt: a client that signs instead of sending a secret, :rfc:`7523#section-3`."""

import json
import time
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from ..crypto import digest
from ..diagnostics import causes
from .client_rows import ClientRow
from .models import UsedAssertion
from .refusals import Refused
from .requests import PortalRequest

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
LONGEST_LIFE = 10 * 60  # seconds; an assertion made for longer is not made for one request
CLOCK_SKEW = 30  # seconds
_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS))


def claimed_client(request: PortalRequest) -> str:
    """The ``client_id`` the assertion speaks for; nothing is proven yet."""
    claims = _claims(request.form["client_assertion"])
    client_id = claims.get("sub")
    if request.form.get("client_assertion_type") != TYPE or not isinstance(client_id, str):
        raise Refused(causes.ASSERTION_MALFORMED)
    if request.form.get("client_id", client_id) != client_id:
        raise Refused(
            causes.ASSERTION_CLAIMS_WRONG, claim="sub", sent=client_id, expected=request.form["client_id"]
        )
    return client_id


def check(client: ClientRow, request: PortalRequest, issuer: str) -> None:
    """Refuse unless one of the client's registered keys signed the assertion, for us, just now, and for once."""
    if client.auth_method != "private_key_jwt":
        raise Refused(
            causes.AUTH_METHOD_NOT_ALLOWED, used="private_key_jwt", allowed=client.registered_methods
        )
    if not client.jwks:
        raise Refused(causes.CLIENT_UNVERIFIABLE, missing="jwks")
    assertion = request.form["client_assertion"]
    try:
        jws.deserialize_compact(assertion, KeySet.import_key_set(json.loads(client.jwks)), registry=_REGISTRY)
    except (JoseError, ValueError, RecursionError) as error:
        raise Refused(causes.ASSERTION_SIGNATURE_WRONG) from error
    claims = _claims(assertion)
    _check_claims(claims, client, issuer)
    _take_once(str(claims["jti"]), client, claims["exp"], request)


def _check_claims(claims: dict[str, Any], client: ClientRow, issuer: str) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if {issuer, f"{issuer}/oauth/token"}.isdisjoint(str(each) for each in audiences):
        raise _wrong("aud", claims, issuer)
    if claims.get("iss") != client.id:
        raise _wrong("iss", claims, client.id)
    expiry, moment = claims.get("exp"), time.time()
    latest = moment + LONGEST_LIFE + CLOCK_SKEW
    if not isinstance(expiry, int | float) or not 0 <= expiry <= latest:  # nor NaN
        raise _wrong("exp", claims, f"{int(moment)} + {LONGEST_LIFE}")
    if expiry < moment - CLOCK_SKEW:
        raise Refused(causes.ASSERTION_EXPIRED, expired_at=datetime.fromtimestamp(expiry, UTC))
    if not isinstance(claims.get("jti"), str):
        raise _wrong("jti", claims, "text")


def _wrong(claim: str, claims: dict[str, Any], expected: str) -> Refused:
    sent = json.dumps(claims[claim])[:300].strip('"') if claims.get(claim) is not None else []
    return Refused(causes.ASSERTION_CLAIMS_WRONG, claim=claim, sent=sent, expected=expected)


def _take_once(jti: str, client: ClientRow, expiry: float, request: PortalRequest) -> None:
    until = datetime.fromtimestamp(expiry + 2 * CLOCK_SKEW, UTC)
    values = {"jti_digest": digest(f"{client.id} {jti}"), "expires_at": until}
    try:
        request.transaction().execute(insert(UsedAssertion.__table__), values)  # type: ignore[arg-type]
    except IntegrityError as error:
        raise Refused(causes.ASSERTION_REPLAYED) from error


def _claims(assertion: str) -> dict[str, Any]:
    try:
        claims = json.loads(jws.extract_compact(assertion.encode("ascii")).payload)
    except (JoseError, ValueError, RecursionError) as error:
        raise Refused(causes.ASSERTION_MALFORMED) from error
    if not isinstance(claims, dict):
        raise Refused(causes.ASSERTION_MALFORMED)
    return claims
