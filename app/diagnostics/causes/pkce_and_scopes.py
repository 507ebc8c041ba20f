"""Why PKCE or the permissions asked for did not fit."""

from flask_babel import lazy_gettext as _l

from .cause import Cause

_APP_MISTAKE = _l("The app sent you here with a request that cannot work. Only its developers can fix this.")
_PERMISSIONS = _l("The app asked for permissions that it cannot have. Only its developers can fix this.")

PKCE_REQUIRED = Cause(
    "pkce_required",
    "invalid_request",
    400,
    "PKCE is required for this client: send code_challenge and code_challenge_method=S256.",
    _APP_MISTAKE,
    _l("The authorization request had no code_challenge, but the app must use PKCE."),
    _l(
        "Switch PKCE with S256 on in the app's OAuth library; the option is often called pkce, usePKCE or "
        "code_challenge_method. For a confidential app that cannot do PKCE, make it optional."
    ),
    "pkce",
    repair="make_pkce_optional",
)
PKCE_PLAIN = Cause(
    "pkce_plain",
    "invalid_request",
    400,
    "Only code_challenge_method=S256 is supported; without the parameter it would mean plain.",
    _APP_MISTAKE,
    _l("The app sent code_challenge_method %(sent)s; left out, it means plain."),
    _l("Send code_challenge_method=S256 and the SHA-256 of the verifier in base64url."),
    "pkce",
)
CHALLENGE_MISSING = Cause(
    "challenge_missing",
    "invalid_request",
    400,
    "A code_challenge_method without a code_challenge: send both for PKCE, or neither.",
    _APP_MISTAKE,
    _l("The app sent code_challenge_method %(sent)s, but no code_challenge."),
    _l("Send the SHA-256 of the verifier in base64url as code_challenge, or leave both parameters out."),
    "pkce",
)
CHALLENGE_MALFORMED = Cause(
    "challenge_malformed",
    "invalid_request",
    400,
    "The code_challenge must be a SHA-256 in base64url: 43 characters without padding.",
    _APP_MISTAKE,
    _l("The code_challenge has %(length)s characters instead of 43."),
    _l("Send the SHA-256 of the verifier in base64url, without the padding sign = and not in hex."),
    "pkce",
)
SCOPE_HAS_COMMA = Cause(
    "scope_has_comma",
    "invalid_scope",
    400,
    "Scopes are separated by spaces, not by commas: %(suggested)s",
    _PERMISSIONS,
    _l("The scopes were written with commas: %(sent)s."),
    _l("Separate scopes by spaces: %(suggested)s."),
    "scopes",
)
SCOPE_UNKNOWN = Cause(
    "scope_unknown",
    "invalid_scope",
    400,
    "The scope %(unknown)s is not known here: check its spelling, or ask an administrator to define it.",
    _PERMISSIONS,
    _l("There is no scope of this name here: %(unknown)s."),
    _l(
        "Check the spelling, also of upper and lower case; a new permission is defined by an administrator. "
        "The app may ask for: %(allowed)s."
    ),
    "scopes",
)
SCOPE_NOT_ALLOWED = Cause(
    "scope_not_allowed",
    "invalid_scope",
    400,
    "The scope %(refused)s is not allowed for this client: its owner can add it where the app is registered.",
    _PERMISSIONS,
    _l("The app asked for scopes it is not registered for: %(refused)s."),
    _l("Register the scopes for the app, or ask for fewer. The app may ask for: %(allowed)s."),
    "scopes",
)
SCOPE_ABOUT_PERSON = Cause(
    "scope_about_person",
    "invalid_scope",
    400,
    "The scope %(refused)s is about a person, and client_credentials has none: leave it out, or use the code flow.",
    _PERMISSIONS,
    _l(
        "The app asked for %(refused)s with client_credentials, where it acts for itself and no person takes part."
    ),
    _l(
        "Leave the scope out, or send a person through the authorization endpoint. "
        "Without a person the app may ask for: %(allowed)s."
    ),
    "scopes",
)
SCOPE_WIDENED = Cause(
    "scope_widened",
    "invalid_scope",
    400,
    "The scope %(refused)s is more than the person allowed: leave scope out of a refresh to keep what was allowed.",
    _PERMISSIONS,
    _l("The refresh asked for more than the person had allowed: %(refused)s. Allowed were: %(allowed)s."),
    _l("Leave scope out when renewing, or send the person through the authorization endpoint for more."),
    "scopes",
)
