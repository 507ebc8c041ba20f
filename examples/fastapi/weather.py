"""A weather station behind Pforte: whoever brings an access token with the scope weather.read is told the weather."""

import logging
import os
from collections.abc import Callable
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request

ISSUER = os.environ.get("ISSUER", "http://127.0.0.1:8000")
AUDIENCE = os.environ.get("AUDIENCE", "https://weather.example")

# Fetched with the first token and kept. A token whose key is not among them makes us look again, for keys rotate;
# but at most every ten seconds, so that nobody can make us pester the portal with keys they invented.
keys = jwt.PyJWKClient(f"{ISSUER}/oauth/jwks.json", lifespan=300, cooldown_duration=10, timeout=5)
app = FastAPI(title="Weather station")
logger = logging.getLogger(__name__)


def claims_of(token: str) -> dict[str, Any]:
    """The claims of an access token of ours, RFC 9068 section 4; raises jwt.PyJWTError if it is not one."""
    kid = jwt.get_unverified_header(token).get("kid")
    verified = jwt.decode_complete(
        token,
        keys.get_signing_key(str(kid)),
        algorithms=["RS256", "ES256", "EdDSA"],
        issuer=ISSUER,
        audience=AUDIENCE,  # a token for another service opens nothing here
        options={"require": ["iss", "aud", "exp", "iat", "sub", "client_id", "jti"]},
    )
    if str(verified["header"].get("typ")).lower() not in ("at+jwt", "application/at+jwt"):
        raise jwt.InvalidTokenError("an id_token, for instance, is no access token")
    return dict(verified["payload"])


def why(error: jwt.PyJWTError, token: str) -> str:
    """What is wrong with a token, for the log: nobody could use what it says."""
    expected = {jwt.InvalidIssuerError: ("iss", ISSUER), jwt.InvalidAudienceError: ("aud", AUDIENCE)}
    if type(error) in expected:
        claim, value = expected[type(error)]
        found = jwt.decode(token, options={"verify_signature": False}).get(claim)  # that was in order
        return f"{claim} is {found!r:.200}, expected {value!r}"
    return f"{str(error)!r:.200}"  # as Python writes a text: no line of its own in the log


def requires(scope: str) -> Callable[[Request], dict[str, Any]]:
    """The dependency of a path: the claims of the caller's token, which is ours and has ``scope``."""

    # Not async: fetching the keys may take a moment, and FastAPI runs this beside its event loop.
    def token_claims(request: Request) -> dict[str, Any]:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise refusal(401)  # who brought nothing did nothing wrong yet: no error code
        try:
            claims = claims_of(token.strip())
        except jwt.PyJWKClientConnectionError:
            logger.exception("The portal's keys could not be had")
            # Nothing the caller could mend with another token.
            raise HTTPException(503, "temporarily_unavailable", {"Retry-After": "5"}) from None
        except jwt.PyJWTError as error:
            logger.warning("A token was refused: %s", why(error, token.strip()))
            raise refusal(401, "invalid_token", "The access token is not valid here") from None
        if scope not in str(claims.get("scope", "")).split():
            logger.warning("A token was refused: it has no scope %s", scope)
            raise refusal(403, "insufficient_scope", "The access token lacks a scope", scope)
        return claims

    return token_claims


def refusal(status: int, error: str = "", description: str = "", scope: str = "") -> HTTPException:
    """RFC 6750 section 3: 401 asks for a (new) token, 403 says that a new one would not help."""
    challenge = 'Bearer realm="weather"'
    challenge += f', error="{error}", error_description="{description}"' if error else ""
    challenge += f', scope="{scope}"' if scope else ""
    return HTTPException(status, error or "unauthorized", {"WWW-Authenticate": challenge})


@app.get("/weather")
def weather(token: Annotated[dict[str, Any], Depends(requires("weather.read"))]) -> dict[str, Any]:
    """What the sky is like."""
    return {"celsius": 21, "sky": "clear", "asked_by": token["client_id"]}
