"""Whether an access token was signed here and has not expired; the database is not asked."""

import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from ...diagnostics import causes
from ...extensions import settings
from ...process.cache import Cache
from ..keys import ring
from ..refusals import Refused
from . import encryption, families, signing

MOST_TOKENS = 10_000  # verified ones a process keeps; a verification costs more than the memory
LONGEST_TOKEN = 8_000  # characters; ours are far shorter

_REGISTRY = JWSRegistry(algorithms=list(ring.ALGORITHMS))
_verified: Cache[bytes, tuple[str, dict[str, Any]]] = Cache(MOST_TOKENS)


def verified_claims(token: str, issuer: str) -> dict[str, Any]:
    """Verify that this portal signed ``token`` and that it has not expired; return its claims, also of a revoked one.

    Raises :class:`Refused` with the cause.
    """
    if len(token) > LONGEST_TOKEN:
        raise Refused(causes.TOKEN_MALFORMED)
    key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
    kid, claims = _verified.get(key) or ("", {})
    if not ring.current().knows(kid):  # a new token, or one whose key has ended since
        kid, claims = _verify(token, issuer)
        _verified.put(key, (kid, claims))
    if claims["exp"] <= time.time():
        _verified.drop(key)
        raise Refused(causes.TOKEN_EXPIRED, expired_at=datetime.fromtimestamp(claims["exp"], UTC))
    if claims["iss"] != issuer:
        raise Refused(causes.TOKEN_WRONG_ISSUER, sent=str(claims["iss"])[:200], expected=issuer)
    return claims


def _verify(token: str, issuer: str) -> tuple[str, dict[str, Any]]:
    if token.startswith(families.PREFIX):
        raise Refused(causes.TOKEN_IS_REFRESH_TOKEN)
    try:
        token = encryption.signed_part(token, settings.jwe_encryption_key)
        parsed = jws.extract_compact(token.encode("ascii"))
        header = signing.header_of(parsed)
        key = ring.current().verification_key(str(header.get("kid")))
        if key is None or key.alg != header.get("alg"):
            raise _foreign(json.loads(parsed.payload), issuer)
        if not jws.validate_compact(parsed, key, registry=_REGISTRY):
            raise Refused(causes.TOKEN_MALFORMED)
        claims = json.loads(parsed.payload)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused(causes.TOKEN_MALFORMED) from error
    if header.get("typ") != signing.ACCESS_TOKEN_TYPE:
        raise Refused(causes.TOKEN_IS_ID_TOKEN)
    return str(header["kid"]), dict(claims)


def _foreign(claims: Any, issuer: str) -> Refused:
    """What to say of a token whose key is none of ours."""
    named = claims.get("iss") if isinstance(claims, dict) else None
    if named in (None, "", issuer):
        return Refused(causes.TOKEN_MALFORMED)
    return Refused(causes.TOKEN_WRONG_ISSUER, sent=str(named)[:200], expected=issuer)
