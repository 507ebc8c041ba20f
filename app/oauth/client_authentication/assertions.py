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

from ...clients.key_sets import usable_keys
from ...crypto import digest, from_base64url
from ...diagnostics import causes
from ..client_rows import ClientRow
from ..models import UsedAssertion
from ..refusals import Refused
from ..requests import PortalRequest
from . import published_keys

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
LONGEST_LIFE = 60 * 60  # seconds; what Authlib and others make, in which the jti is remembered
CLOCK_SKEW = 30  # seconds
LATEST = 253_402_300_799  # the end of the year 9999; larger numbers count milliseconds
LONGEST_TEXT = 1_000  # characters
UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS))


def claimed_client(request: PortalRequest) -> str:
    """The ``client_id`` the assertion speaks for; nothing is proven yet."""
    claims = _claims(request.form["client_assertion"])
    client_id = claims.get("sub")
    if request.form.get("client_assertion_type") != TYPE or not _is_text(client_id):
        raise Refused(causes.ASSERTION_MALFORMED)
    assert isinstance(client_id, str)
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
    if not (client.jwks or client.jwks_uri):
        raise Refused(causes.CLIENT_UNVERIFIABLE, missing="jwks")
    assertion = request.form["client_assertion"]
    if not _is_signed(assertion, client):
        raise Refused(causes.ASSERTION_SIGNATURE_WRONG)
    claims = _claims(assertion)
    _check_claims(claims, client, [issuer, f"{issuer}/oauth/token", issuer + request.uri.rstrip("/")])
    _take_once(str(claims["jti"]), client, claims["exp"], request)


def _is_signed(assertion: str, client: ClientRow) -> bool:
    """Whether one of the client's keys signed it; published ones are looked at anew where none did."""
    if client.jwks:
        return _fits(assertion, usable_keys(client.jwks))
    keys = published_keys.get_keys(client)
    if _fits(assertion, keys):
        return True
    newer = published_keys.find_newer_keys(client, keys)
    return newer is not None and _fits(assertion, newer)


def _fits(assertion: str, keys: KeySet) -> bool:
    """Whether the key that the assertion names verifies it, or any where it names none: there are two while one changes."""
    is_named = "kid" in json.loads(from_base64url(assertion.partition(".")[0]))
    for each in [keys] if is_named else keys.keys:
        try:
            jws.deserialize_compact(assertion, each, registry=_REGISTRY)
        except UNREADABLE:
            continue
        return True
    return False


def _check_claims(claims: dict[str, Any], client: ClientRow, accepted: list[str]) -> None:
    """``accepted`` audiences: the issuer, the token endpoint (:rfc:`7523#section-3`), the endpoint that was called.

    One made for another server, too, could be presented here by that server.
    """
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not audiences or not set(accepted).issuperset(str(each) for each in audiences):
        raise _wrong("aud", claims, list(dict.fromkeys(accepted)))
    if claims.get("iss") != client.id:
        raise _wrong("iss", claims, client.id)
    expiry, moment = claims.get("exp"), time.time()
    latest = moment + LONGEST_LIFE + CLOCK_SKEW
    if not isinstance(expiry, int | float) or not 0 <= expiry <= latest:  # nor NaN
        raise _wrong("exp", claims, f"{int(moment)} + {LONGEST_LIFE}")
    if expiry < moment - CLOCK_SKEW:
        raise Refused(causes.ASSERTION_EXPIRED, expired_at=datetime.fromtimestamp(expiry, UTC))
    for claim in ("nbf", "iat"):
        _check_begun(claim, claims, moment)
    if not _is_text(claims.get("jti")):
        raise _wrong("jti", claims, "text")


def _check_begun(claim: str, claims: dict[str, Any], moment: float) -> None:
    """Refuse an assertion whose ``nbf`` or ``iat`` is no time, or one to come; both may be left out."""
    starts = claims.get(claim, 0)
    if type(starts) not in (int, float) or not 0 <= starts <= LATEST:  # nor NaN
        raise _wrong(claim, claims, f"{int(moment)}")
    if starts > moment + CLOCK_SKEW:
        raise Refused(
            causes.ASSERTION_NOT_YET_VALID, claim=claim, starts_at=datetime.fromtimestamp(starts, UTC)
        )


def _wrong(claim: str, claims: dict[str, Any], expected: str | list[str]) -> Refused:
    sent = json.dumps(claims[claim])[:300].strip('"') if claims.get(claim) is not None else []
    return Refused(causes.ASSERTION_CLAIMS_WRONG, claim=claim, sent=sent, expected=expected)


def _take_once(jti: str, client: ClientRow, expiry: float, request: PortalRequest) -> None:
    if request.is_proven:
        return
    until = datetime.fromtimestamp(expiry + 2 * CLOCK_SKEW, UTC)
    values = {"jti_digest": digest(f"{client.id} {jti}"), "expires_at": until}
    try:
        request.transaction().execute(insert(UsedAssertion.__table__), values)
    except IntegrityError as error:
        raise Refused(causes.ASSERTION_REPLAYED) from error


def _claims(assertion: str) -> dict[str, Any]:
    """What the assertion says, once its header is one that joserfc can be trusted with; nothing is proven yet."""
    try:
        header = json.loads(from_base64url(assertion.partition(".")[0]))
        if not _is_plain(header):
            raise Refused(causes.ASSERTION_MALFORMED)
        claims = json.loads(jws.extract_compact(assertion.encode("ascii")).payload)
    except UNREADABLE as error:
        raise Refused(causes.ASSERTION_MALFORMED) from error
    if not isinstance(claims, dict):
        raise Refused(causes.ASSERTION_MALFORMED)
    return claims


def _is_plain(header: Any) -> bool:
    """Whether a header names one of our algorithms and nothing that changes how the rest is to be read."""
    if not isinstance(header, dict) or header.get("alg") not in ALGORITHMS:
        return False
    return _is_text(header.get("kid", "")) and header.keys().isdisjoint({"crit", "b64", "enc", "zip"})


def _is_text(value: Any) -> bool:
    """Whether a claim is a text that every database takes: JSON may hold half a character."""
    return isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_TEXT
