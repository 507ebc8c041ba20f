"""A weather station behind Pforte: whoever brings an access token with the scope weather.read is told the weather."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import jwt
from flask import Flask, Response, abort, g, jsonify, make_response, request

ISSUER = os.environ.get("ISSUER", "http://127.0.0.1:8000")
AUDIENCE = os.environ.get("AUDIENCE", "https://weather.example")

# Fetched with the first token and kept. A token whose key is not among them makes us look again, for keys rotate;
# but at most every ten seconds, so that nobody can make us pester the portal with keys they invented.
keys = jwt.PyJWKClient(f"{ISSUER}/oauth/jwks.json", lifespan=300, cooldown_duration=10, timeout=5)
app = Flask(__name__)


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


def requires(scope: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a request pass whose token is ours and has ``scope``; the claims are in ``g.token``."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                refuse(401)  # who brought nothing did nothing wrong yet: no error code
            try:
                g.token = claims_of(token.strip())
            except jwt.PyJWKClientConnectionError:
                app.logger.exception("The portal's keys could not be had")
                abort(unavailable())  # nothing the caller could mend with another token
            except jwt.PyJWTError as error:
                app.logger.warning("A token was refused: %s", why(error, token.strip()))
                refuse(401, "invalid_token", "The access token is not valid here")
            if scope not in str(g.token.get("scope", "")).split():
                app.logger.warning("A token was refused: it has no scope %s", scope)
                refuse(403, "insufficient_scope", "The access token lacks a scope", scope)
            return view(*args, **kwargs)

        return guarded

    return decorate


def refuse(status: int, error: str = "", description: str = "", scope: str = "") -> None:
    """RFC 6750 section 3: 401 asks for a (new) token, 403 says that a new one would not help."""
    challenge = 'Bearer realm="weather"'
    challenge += f', error="{error}", error_description="{description}"' if error else ""
    challenge += f', scope="{scope}"' if scope else ""
    answer = make_response(jsonify(error=error or "unauthorized"), status)
    answer.headers["WWW-Authenticate"] = challenge
    abort(answer)


def unavailable() -> Response:
    """The portal cannot be asked right now."""
    answer = make_response(jsonify(error="temporarily_unavailable"), 503)
    answer.headers["Retry-After"] = "5"
    return answer


@app.get("/weather")
@requires("weather.read")
def weather() -> Response:
    """What the sky is like."""
    return jsonify(celsius=21, sky="clear", asked_by=g.token["client_id"])
