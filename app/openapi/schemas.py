"""Security schemes and schemas that several endpoints share."""

from .parts import ADDRESS, FLAG, NUMBER, TEXT, Part, answer, members, ref

CLIENT = ("clientBasic", "")
"""How an app proves who it is; OpenAPI has no word for the fields of the form, which stand among those."""
TOKEN = ("bearer", "dpop")

SECURITY_SCHEMES: dict[str, Part] = {
    "clientBasic": {
        "type": "http",
        "scheme": "basic",
        "description": "client_secret_basic: client ID and secret, each form-encoded first (RFC 6749 section 2.3.1). "
        "Or fields of the form: client_id and client_secret, client_assertion and client_assertion_type, or client_id alone.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token (RFC 6750)."},
    "dpop": {
        "type": "http",
        "scheme": "DPoP",
        "description": "An access token that is bound to a key, with a proof in the header DPoP (RFC 9449).",
    },
    "registration": {
        "type": "http",
        "scheme": "bearer",
        "description": "To register: a registration token, where one is asked for. To manage: registration_access_token.",
    },
}

SCHEMAS: dict[str, Part] = {
    "OAuthError": members(
        {"error": TEXT, "error_description": TEXT, "error_uri": ADDRESS},
        ("error", "error_description", "error_uri"),
    ),
    "ApiError": members({"error": TEXT, "message": TEXT}, ("error", "message")),
    "Tokens": members(
        {
            "access_token": TEXT,
            "token_type": {"type": "string", "enum": ["Bearer", "DPoP"]},
            "expires_in": NUMBER,
            "refresh_token": TEXT,
            "id_token": TEXT,
            "scope": TEXT,
        },
        ("access_token", "token_type", "expires_in"),
    ),
    "Introspection": members(
        {
            "active": FLAG,
            "scope": TEXT,
            "client_id": TEXT,
            "sub": TEXT,
            "exp": NUMBER,
            "cnf": {"type": "object"},
        },
        ("active",),
    ),
    "Person": members({"sub": TEXT}, ("sub",)),
    "Verdict": members({"success": FLAG}, ("success",)),
}

BUSY = {
    "429": answer("Too many requests; Retry-After says when to ask again.", ref("OAuthError")),
    "503": answer("Trouble of the portal's own; Retry-After says when to ask again.", ref("OAuthError")),
}
REFUSED = {"400": answer("The request is refused.", ref("OAuthError"))}
UNPROVEN = {"401": answer("The app has not proven who it is.", ref("OAuthError"))}
NO_TOKEN = {
    "401": answer("There is no valid token; WWW-Authenticate says more.", ref("OAuthError")),
    "403": answer("The token does not allow this.", ref("OAuthError")),
}
