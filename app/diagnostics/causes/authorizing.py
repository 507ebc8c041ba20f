"""Why a request at the authorization endpoint did not lead to a code."""

from flask_babel import lazy_gettext as _l

from .cause import Cause

_APP_MISTAKE = _l("The app sent you here with a request that cannot work. Only its developers can fix this.")

REDIRECT_URI_UNREGISTERED = Cause(
    "redirect_uri_unregistered",
    "invalid_request",
    400,
    "The redirect_uri is not registered for this client: register it letter by letter.",
    _l(
        "The app wants to send you back to an address that is not registered for it. "
        "So that nobody can take over your sign-in, you were not sent there."
    ),
    _l("The app sent redirect_uri %(sent)s."),
    _l("Register the address that the app sends, or let the app send the registered one, letter by letter."),
    "redirect_uris",
    "add_redirect_uri",
)
REDIRECT_URI_MISSING = Cause(
    "redirect_uri_missing",
    "invalid_request",
    400,
    "The redirect_uri is missing: send one of the registered ones.",
    _APP_MISTAKE,
    _l("The request had no redirect_uri, and the app has not exactly one registered: %(registered)s."),
    _l("Register a redirect URI, and send it with every authorization request."),
    "redirect_uris",
)
REDIRECT_URI_MISSING_WITH_OPENID = Cause(
    "redirect_uri_missing_with_openid",
    "invalid_request",
    400,
    "The redirect_uri is missing: a request for openid must name it.",
    _APP_MISTAKE,
    _l(
        "The request asked for the permission openid without a redirect_uri, which OpenID Connect requires "
        "(Core, section 3.1.2.1) even of an app with a single one. Registered: %(registered)s."
    ),
    _l("Send redirect_uri with every request. Only one without openid may leave it out."),
    "redirect_uris",
)
CLIENT_ID_MISSING = Cause(
    "client_id_missing",
    "invalid_request",
    400,
    "The parameter client_id is missing: send the client ID of the registered app.",
    _APP_MISTAKE,
    _l("The request had no client_id. The parameters it had: %(fields)s."),
    _l("Send client_id. A variable that is empty in the app's configuration is the usual reason."),
)
APP_DISABLED = Cause(
    "app_disabled",
    "unauthorized_client",
    400,
    "This client is disabled at this server.",
    _l("This app is disabled at the moment, so nobody can sign in to it."),
    _l("A person came to sign in to the app, which %(disabled_by)s had disabled: %(disabled_at)s."),
    _l("Enable the app on its page. What an administrator disabled, only an administrator can enable."),
)
APP_FULL = Cause(
    "app_full",
    "access_denied",
    403,
    "This client may let in nobody new until an administrator of this server has checked it.",
    _l(
        "This app has reached the number of people that an unchecked app may have. "
        "Please ask an administrator of this portal to check it."
    ),
    _l("Somebody new came, but an app that no administrator vouches for may reach %(limit)s people."),
    _l("Ask an administrator of this portal to mark the app as verified. People who use it already go on."),
)
RESPONSE_TYPE_UNSUPPORTED = Cause(
    "response_type_unsupported",
    "unsupported_response_type",
    400,
    "This response_type is not supported: send response_type=code.",
    _APP_MISTAKE,
    _l("The app asked for response_type %(sent)s."),
    _l("Set the app's OAuth library to the authorization code flow, response_type=code."),
)
RESPONSE_MODE_UNSUPPORTED = Cause(
    "response_mode_unsupported",
    "invalid_request",
    400,
    "This response_mode is not supported: leave it out or send query or form_post.",
    _APP_MISTAKE,
    _l("The app asked for response_mode %(sent)s."),
    _l("Leave response_mode out, or send query or form_post."),
)
REQUEST_OBJECT_UNSUPPORTED = Cause(
    "request_object_unsupported",
    "request_not_supported",
    400,
    "Request objects are not supported: send the parameters themselves, or use pushed authorization requests.",
    _APP_MISTAKE,
    _l("The request carried the parameter %(parameter)s, a request object."),
    _l(
        "Send the parameters themselves, or push them first to the endpoint for pushed authorization requests."
    ),
)
PROMPT_CONFLICT = Cause(
    "prompt_conflict",
    "invalid_request",
    400,
    "The value none of prompt cannot stand beside others: send it alone.",
    _APP_MISTAKE,
    _l("The app sent prompt=%(sent)s; none stands for no page at all and cannot stand beside others."),
    _l("Send prompt=none alone, or leave none out."),
)
PROMPT_UNKNOWN = Cause(
    "prompt_unknown",
    "invalid_request",
    400,
    "This prompt is not supported: see prompt_values_supported in the discovery document.",
    _APP_MISTAKE,
    _l("The app sent prompt=%(sent)s, which is not known here."),
    _l("Send one of these: %(supported)s."),
)
REGISTRATION_NOT_OPEN = Cause(
    "registration_not_open",
    "invalid_request",
    400,
    "The value create of prompt is not supported: people cannot register by themselves at this server.",
    _l(
        "The app sent you here to create an account, but this portal lets nobody do that by themselves. "
        "Please ask the people who run it for an account or an invitation."
    ),
    _l("The app sent prompt=create, but at this portal people have an account made, or need an invitation."),
    _l("Send people without create to sign in. Values that work here: %(supported)s."),
)
MAX_AGE_MALFORMED = Cause(
    "max_age_malformed",
    "invalid_request",
    400,
    "The parameter max_age must be a whole number of seconds.",
    _APP_MISTAKE,
    _l("The app sent max_age=%(sent)s, which is not a whole number of seconds."),
    _l("Send a whole number of seconds, or leave max_age out."),
)
ID_TOKEN_HINT_INVALID = Cause(
    "id_token_hint_invalid",
    "invalid_request",
    400,
    "The id_token_hint was not issued by this server to this client.",
    _APP_MISTAKE,
    _l("The id_token_hint is not an ID token that this portal issued to this app."),
    _l("Send the newest ID token as it was issued to this app, or leave id_token_hint out."),
)
REQUEST_TOO_LONG = Cause(
    "request_too_long",
    "invalid_request",
    400,
    "The request is too long for an address: send fewer or shorter parameters, a short state above all.",
    _APP_MISTAKE,
    _l("Written as an address the request has %(length)s characters; at most %(limit)s are possible."),
    _l("Send fewer or shorter parameters. Keep what state stands for in the app, and send only a key to it."),
)
ACR_UNKNOWN = Cause(
    "acr_unknown",
    None,
    200,
    "The request went on; nothing of acr_values is known here: see acr_values_supported in the discovery document.",
    _l("The sign-in went on; the app asked for a way of signing in that this portal does not know."),
    _l("The app sent acr_values %(sent)s, of which nothing is known here, so it had no effect."),
    _l("Send one of these: %(supported)s. Then read in the claim acr how the person signed in."),
)
STATE_MISSING = Cause(
    "state_missing",
    None,
    200,
    "The request went on without state.",
    _l("The sign-in went on; the app left out a detail that protects it."),
    _l("The authorization request had no state, so the app cannot tell its own sign-ins from foreign ones."),
    _l("Send a random state and compare it when the person comes back, or use PKCE."),
)
NONCE_MISSING = Cause(
    "nonce_missing",
    None,
    200,
    "The request went on without nonce.",
    _l("The sign-in went on; the app left out a detail that protects it."),
    _l("The authorization request asked for openid without a nonce."),
    _l("Send a random nonce and compare it with the one in the ID token."),
)
