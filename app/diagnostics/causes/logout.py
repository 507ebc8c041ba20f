"""Why a request to sign a person out ended nothing by itself, or led nowhere."""

from flask_babel import lazy_gettext as _l

from .cause import Cause

_APP_MISTAKE = _l(
    "The app sent you here to be signed out, with a request that cannot be followed. "
    "Nothing has been ended; only its developers can fix this."
)

LOGOUT_HINT_INVALID = Cause(
    "logout_hint_invalid",
    "invalid_request",
    400,
    "The id_token_hint is no ID token of this server.",
    _APP_MISTAKE,
    _l(
        "The id_token_hint of the logout request is no ID token that this portal issued: "
        "another kind of token, changed, cut, or signed by somebody else."
    ),
    _l(
        "Send the newest ID token as the app got it, to the letter; an access token is none. It may have expired."
    ),
)
LOGOUT_HINT_FOREIGN = Cause(
    "logout_hint_foreign",
    "invalid_request",
    400,
    "The id_token_hint was issued to another client or by another server, or is about another person.",
    _l(
        "The app sent you here to be signed out, with a token that does not belong to it or to you. "
        "Nothing has been ended."
    ),
    _l("The id_token_hint of the logout request ended nothing, since it was issued %(reason)s."),
    _l(
        "Send the ID token that this app got for this person from this portal, and as client_id, if at all, its own."
    ),
)
LOGOUT_APP_UNNAMED = Cause(
    "logout_app_unnamed",
    "invalid_request",
    400,
    "A post_logout_redirect_uri needs an id_token_hint or a client_id beside it.",
    _APP_MISTAKE,
    _l(
        "The logout request had a post_logout_redirect_uri, but nothing that says which app it comes from: "
        "neither id_token_hint nor client_id."
    ),
    _l(
        "Send the ID token as id_token_hint, or at least client_id, so that the address can be compared with "
        "those that are registered."
    ),
)
POST_LOGOUT_REDIRECT_URI_UNREGISTERED = Cause(
    "post_logout_redirect_uri_unregistered",
    "invalid_request",
    400,
    "The post_logout_redirect_uri is not registered for this client: register it letter by letter.",
    _l(
        "The app wants to send you on to an address that is not registered for it, so you were not sent there. "
        "Nothing has been ended."
    ),
    _l("The app sent post_logout_redirect_uri %(sent)s."),
    _l(
        "Register the address that the app sends under “Where people go after signing out”, "
        "or let the app send a registered one, letter by letter."
    ),
    "post_logout_redirect_uris",
)
