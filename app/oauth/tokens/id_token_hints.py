"""What an app says with an ID token that it got before: ``id_token_hint``.

Whom it expects at the browser, and for which team (OpenID Connect Core section 3.1.2.1), or whose session it ends
(OpenID Connect RP-Initiated Logout section 2).
"""

import json
from dataclasses import dataclass
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
    found = _read(hint)
    # An app may keep the ID token of a key that is gone by now: accepted unverified. A hint can only make us
    # refuse (another person is signed in) or choose among what that person allows this app, never let anybody in.
    claims = found[0] if found else {}
    named, audience = claims.get("sub"), _audience(claims)
    if claims.get("iss") != issuer or client_id not in audience or not isinstance(named, str):
        raise Refused(causes.ID_TOKEN_HINT_INVALID)
    team = claims.get("team")
    team_id = team.get("id") if isinstance(team, dict) else None
    return named, team_id if isinstance(team_id, str) else None


@dataclass(frozen=True, slots=True)
class SessionHint:
    """Whose session an app wants to end, by the ID token that it got there."""

    audience: tuple[str, ...]
    """The client IDs of whom it was issued to."""
    user_id: str | None
    session_id: str | None
    """``sid``; both are None where nothing proves that this portal wrote them."""

    def is_about(self, user_id: str, session_id: str) -> bool:
        """Whether it is of this very session of this person."""
        return self.session_id is not None and (self.user_id, self.session_id) == (user_id, session_id)


def named_session(hint: str, issuer: str) -> SessionHint:
    """Return what an ID token of this portal, expired or not, says of the session it was issued in.

    Of one whose key is gone only the audience counts, which anybody could name as well. Raises :class:`Refused` for
    anything else.
    """
    found = _read(hint)
    if found is None:
        raise Refused(causes.LOGOUT_HINT_INVALID)
    claims, is_proven = found
    if claims.get("iss") != issuer:
        raise Refused(causes.LOGOUT_HINT_FOREIGN, reason="of_other_issuer")
    user_id, session_id, audience = claims.get("sub"), claims.get("sid"), _audience(claims)
    if not audience:
        raise Refused(causes.LOGOUT_HINT_INVALID)
    return SessionHint(
        audience,
        user_id if is_proven and isinstance(user_id, str) else None,
        session_id if is_proven and isinstance(session_id, str) else None,
    )


def _audience(claims: dict[str, Any]) -> tuple[str, ...]:
    audience = claims.get("aud")
    return tuple(
        each for each in (audience if isinstance(audience, list) else [audience]) if isinstance(each, str)
    )


def _read(hint: str) -> tuple[dict[str, Any], bool] | None:
    """The claims of an ID token and whether a key of ours proves them; None for what is no ID token, or forged."""
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
            return None
        key = ring.current().verification_key(kid)
        if key is None or (key.alg == alg and jws.validate_compact(parsed, key, registry=_REGISTRY)):
            return claims, key is not None
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        pass
    return None
