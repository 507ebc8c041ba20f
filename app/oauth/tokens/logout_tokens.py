"""Logout tokens: OpenID Connect Back-Channel Logout 1.0, section 2.4."""

import secrets
import time
from typing import Any

from . import signing

TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME = 120  # seconds; each try has a token of its own


def logout_token(issuer: str, client_id: str, alg: str, *, sub: str, sid: str | None) -> str:
    """Return a signed token by which an app ends the session ``sid`` of person ``sub``, without one all of theirs."""
    issued_at = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer,
        "sub": sub,
        "aud": client_id,
        "iat": issued_at,
        "exp": issued_at + LIFETIME,
        "jti": secrets.token_urlsafe(16),
        "events": {EVENT: {}},
    }
    if sid is not None:
        claims["sid"] = sid
    return signing.sign(claims, alg, TYPE)
