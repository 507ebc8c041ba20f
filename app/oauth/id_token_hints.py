"""Whom an app expects at the browser: ``id_token_hint``, OpenID Connect Core section 3.1.2.1."""

import json
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from ..diagnostics import causes
from . import keys, tokens
from .refusals import Refused

_REGISTRY = JWSRegistry(algorithms=list(keys.ALGORITHMS))


def named_person(hint: str, client_id: str, issuer: str) -> str:
    """The id of the person in an ID token that was issued here to this client, expired or not.

    Raises :class:`Refused` for anything else: whoever reads the answer must be able to rely on the name.
    """
    claims = _verified(hint)
    named, audience = claims.get("sub"), claims.get("aud")
    is_for_client = client_id in (audience if isinstance(audience, list) else [audience])
    if claims.get("iss") != issuer or not is_for_client or not isinstance(named, str):
        raise Refused(causes.ID_TOKEN_HINT_INVALID)
    return named


def _verified(hint: str) -> dict[str, Any]:
    try:
        parsed = jws.extract_compact(hint.encode("ascii"))
        header = parsed.headers()
        key = keys.ring().verification_key(str(header.get("kid")))
        # Access tokens are signed with the same keys, and are known to more programs.
        as_issued = (
            key is not None and key.alg == header.get("alg") and header.get("typ") == tokens.ID_TOKEN_TYPE
        )
        if key is None or not as_issued or not jws.validate_compact(parsed, key, registry=_REGISTRY):
            raise Refused(causes.ID_TOKEN_HINT_INVALID)
        return dict(json.loads(parsed.payload))
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise Refused(causes.ID_TOKEN_HINT_INVALID) from None
