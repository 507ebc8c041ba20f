"""The endpoints of OAuth 2.0 and OpenID Connect, with what this portal offers of them."""

from collections.abc import Sequence
from typing import Any

from ..oauth import wishes
from ..oauth.client_authentication.assertions import TYPE as ASSERTION_TYPE
from ..oauth.registration.answer import PATH as REGISTRATION
from .parts import (
    ADDRESS,
    FORM,
    NUMBER,
    TEXT,
    Part,
    answer,
    body,
    members,
    one_of,
    operation,
    placeholder,
    query,
    ref,
)
from .schemas import BUSY, CLIENT, NO_TOKEN, REFUSED, TOKEN, UNPROVEN

_CREDENTIALS: dict[str, Part] = {
    "client_id": TEXT,
    "client_secret": TEXT,
    "client_assertion": TEXT,
    "client_assertion_type": one_of((ASSERTION_TYPE,)),
}
_TOKEN_FIELDS = (
    *("code", "redirect_uri", "code_verifier", "refresh_token", "device_code"),
    *("scope", "username", "password"),
)
SIGNED = "application/token-introspection+jwt"
_FAILS = REFUSED | UNPROVEN | BUSY


def paths(discovery: dict[str, Any], documents: Sequence[str], keys: Sequence[str]) -> dict[str, Part]:
    """Return each path with its methods; that of registration only where programs may register."""
    found = _authorization(discovery) | _tokens(discovery["grant_types_supported"]) | _person()
    found |= _documents(documents, keys)
    return found | (_registration() if "registration_endpoint" in discovery else {})


def _authorization(discovery: dict[str, Any]) -> dict[str, Part]:
    request: dict[str, Part] = {
        "client_id": TEXT,
        "response_type": one_of(discovery["response_types_supported"]),
        "redirect_uri": ADDRESS,
        **dict.fromkeys(
            ("scope", "state", "nonce", "claims", "acr_values", "login_hint", "id_token_hint"), TEXT
        ),
        "code_challenge": TEXT,
        "code_challenge_method": one_of(discovery["code_challenge_methods_supported"]),
        "response_mode": one_of(wishes.RESPONSE_MODES),
        "prompt": TEXT,
        "max_age": NUMBER,
        "ui_locales": TEXT,
        "dpop_jkt": TEXT,
    }
    by_reference = query({**request, "request_uri": TEXT}, ("client_id",))
    page = {
        "200": answer("A page for the person.", TEXT, "text/html"),
        "302": answer("Back to the app, with code or error, state and iss."),
        "303": answer("On to the sign-in or another page of the portal."),
        "400": answer("A page that says why nobody is sent on.", TEXT, "text/html"),
    }
    pushed = members({"request_uri": TEXT, "expires_in": NUMBER}, ("request_uri", "expires_in"))
    device = members(
        {
            **dict.fromkeys(("device_code", "user_code"), TEXT),
            **dict.fromkeys(("verification_uri", "verification_uri_complete"), ADDRESS),
            **dict.fromkeys(("expires_in", "interval"), NUMBER),
        },
        ("device_code", "user_code", "verification_uri", "expires_in"),
    )
    logout = dict.fromkeys(
        ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales"), TEXT
    )
    return {
        "/oauth/authorize": {
            "get": operation("Send a person here to sign in and decide", page, parameters=by_reference),
        },
        "/oauth/par": {
            "post": operation(
                "Push an authorization request (RFC 9126)",
                {"201": answer("Where it is.", pushed), "413": answer("Too long.", ref("OAuthError"))}
                | _FAILS,
                *CLIENT,
                requestBody=body(members({**_CREDENTIALS, **request}, ("response_type",)), FORM),
            )
        },
        "/oauth/device_authorization": {
            "post": operation(
                "Ask for the codes of a device (RFC 8628)",
                {"200": answer("The codes.", device)} | _FAILS,
                *CLIENT,
                requestBody=body(members({**_CREDENTIALS, "scope": TEXT}), FORM),
            )
        },
        "/oauth/logout": {
            "get": operation("Send a person here to sign out", page, parameters=query(logout)),
        },
    }


def _tokens(grants: Sequence[str]) -> dict[str, Part]:
    fields: dict[str, Part] = {
        **_CREDENTIALS,
        "grant_type": one_of(grants),
        **dict.fromkeys(_TOKEN_FIELDS, TEXT),
    }
    issue = operation(
        "Get tokens",
        {"200": answer("Tokens.", ref("Tokens"))} | _FAILS,
        *CLIENT,
        parameters=[{"name": "DPoP", "in": "header", "required": False, "schema": TEXT}],
        requestBody=body(members(fields, ("grant_type",)), FORM),
    )
    of_token = body(members({**_CREDENTIALS, "token": TEXT, "token_type_hint": TEXT}, ("token",)), FORM)
    told = answer("Whether it counts, and what it says.", ref("Introspection"))
    told["content"][SIGNED] = {"schema": TEXT}
    return {
        "/oauth/token": {"post": issue},
        "/v1/token": {"post": issue},
        "/oauth/introspect": {
            "post": operation(
                "Ask about a token (RFC 7662, RFC 9701)",
                {"200": told} | _FAILS,
                *CLIENT,
                requestBody=of_token,
            )
        },
        "/oauth/revoke": {
            "post": operation(
                "Revoke a token (RFC 7009)",
                {"200": answer("It counts no more.")} | _FAILS,
                *CLIENT,
                requestBody=of_token,
            )
        },
    }


def _person() -> dict[str, Part]:
    told = {"200": answer("Claims about the person.", ref("Person"))} | NO_TOKEN | REFUSED | BUSY
    me = (
        {"200": answer("The same for plain OAuth.", members({"id": TEXT}, ("id",)))}
        | NO_TOKEN
        | REFUSED
        | BUSY
    )
    userinfo = operation("Claims about the person (OpenID Connect)", told, *TOKEN)
    return {
        "/oauth/userinfo": {"get": userinfo, "post": userinfo},
        "/oauth/me": {"get": operation("Who the person is", me, *TOKEN)},
    }


def _documents(documents: Sequence[str], keys: Sequence[str]) -> dict[str, Part]:
    metadata = answer("Metadata (RFC 8414).", members({"issuer": ADDRESS}, ("issuer",)))
    key_set = answer("A JSON Web Key Set (RFC 7517).", members({"keys": {"type": "array"}}, ("keys",)))
    discovery = operation("What this portal offers", {"200": metadata})
    public_keys = operation("Public keys", {"200": key_set})
    return {path: {"get": discovery} for path in documents} | {path: {"get": public_keys} for path in keys}


def _registration() -> dict[str, Part]:
    metadata = body(members({"redirect_uris": {"type": "array", "items": TEXT}, "client_name": TEXT}))
    app = answer("All that is registered.", members({"client_id": TEXT}, ("client_id",)))
    unknown = {"401": answer("Not the token of this app, or the app is gone.", ref("OAuthError"))} | BUSY
    suspended = {"403": answer("The app is disabled.", ref("OAuthError"))}
    managed = unknown | suspended
    return {
        REGISTRATION: {
            "post": operation(
                "Register an app (RFC 7591)",
                {"201": app} | REFUSED | unknown,
                "registration",
                requestBody=metadata,
            )
        },
        f"{REGISTRATION}/{{client_id}}": {
            "parameters": [placeholder("client_id")],
            "get": operation("What is registered (RFC 7592)", {"200": app} | managed, "registration"),
            "put": operation(
                "Replace it", {"200": app} | REFUSED | managed, "registration", requestBody=metadata
            ),
            "delete": operation("End the app", {"204": answer("It is gone.")} | managed, "registration"),
        },
    }
