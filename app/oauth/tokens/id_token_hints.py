"""Whom an app expects at the browser, and for which team: ``id_token_hint``, OpenID Connect Core section 3.1.2.1."""

import json
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from ...diagnostics import causes
from ..keys import ring
from ..refusals import Refused
from . import signing

_REGISTRY = JWSRegistry(algorithms=list(ring.ALGORITHMS))


def named_person(hint: str, client_id: str, issuer: str) -> tuple[str, str | None]:
    """The ids of the person and the team in an ID token that was issued here to this client, expired or not.

    Without a team it is about what the person allows for themselves. Raises :class:`Refused` for anything else.
    """
    claims = _read(hint)
    named, audience = claims.get("sub"), claims.get("aud")
    is_for_client = client_id in (audience if isinstance(audience, list) else [audience])
    if claims.get("iss") != issuer or not is_for_client or not isinstance(named, str):
        raise Refused(causes.ID_TOKEN_HINT_INVALID)
    team = claims.get("team")
    team_id = team.get("id") if isinstance(team, dict) else None
    return named, team_id if isinstance(team_id, str) else None


def _read(hint: str) -> dict[str, Any]:
    try:
        parsed = jws.extract_compact(hint.encode("ascii"))
        header, claims = signing.header_of(parsed), dict(json.loads(parsed.payload))
        kid, alg = header.get("kid"), header.get("alg")
        # Access tokens are signed with the same keys, and are known to more programs.
        if (
            not isinstance(kid, str)
            or alg not in ring.ALGORITHMS
            or header.get("typ") != signing.ID_TOKEN_TYPE
        ):
            raise Refused(causes.ID_TOKEN_HINT_INVALID)
        key = ring.current().verification_key(kid)
        # An app may keep the ID token of a key that is gone by now: accepted unverified. A hint can only make us
        # refuse (another person is signed in) or choose among what that person allows this app, never let anybody in.
        if key is None or (key.alg == alg and jws.validate_compact(parsed, key, registry=_REGISTRY)):
            return claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        pass
    raise Refused(causes.ID_TOKEN_HINT_INVALID)
