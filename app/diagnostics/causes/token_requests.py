"""Why a request to the token endpoint and its neighbours could not be understood."""

from flask_babel import lazy_gettext as _l

from .cause import CLIENT_MEANING, INVALID_CLIENT, Cause

_UNREADABLE = _l("The app sent a request that this portal could not read. Only its developers can fix this.")
_NOT_SWITCHED_ON = _l("The app asked for tokens in a way that is not switched on for it.")

BODY_NOT_FORM = Cause(
    "body_not_form",
    "invalid_request",
    400,
    "The body must be a form: send Content-Type: application/x-www-form-urlencoded and fields, not JSON.",
    _UNREADABLE,
    _l("OAuth asks for a form, but this was the content type of the body: %(content_type)s."),
    _l(
        "Send the fields as application/x-www-form-urlencoded; most HTTP libraries call this “form” or “data”."
    ),
)
BODY_TOO_LARGE = Cause(
    "body_too_large",
    "invalid_request",
    413,
    "The body is too large: send the fields of the request and nothing else.",
    _UNREADABLE,
    _l("The body was larger than %(limit)s bytes."),
    _l("Send the fields of the request and nothing else."),
)
METHOD_NOT_ALLOWED = Cause(
    "method_not_allowed",
    "invalid_request",
    405,
    "This endpoint does not answer that method: see the Allow header, and send a POST to the token endpoint.",
    _UNREADABLE,
    _l("The request was sent with the method %(method)s. Redirects turn a POST into a GET, too."),
    _l("Send a POST straight to the address in the discovery document, without a redirect on the way."),
)
GRANT_TYPE_MISSING = Cause(
    "grant_type_missing",
    "invalid_request",
    400,
    "The parameter grant_type is missing: send it as a field of an application/x-www-form-urlencoded body.",
    _UNREADABLE,
    _l("The body had no field grant_type. The fields it had: %(fields)s."),
    _l(
        "Check the spelling of the field and that the body is a form; parameters in the address do not count."
    ),
)
GRANT_TYPE_UNKNOWN = Cause(
    "grant_type_unknown",
    "unsupported_grant_type",
    400,
    "This grant_type is not supported: see grant_types_supported in the discovery document.",
    _NOT_SWITCHED_ON,
    _l("There is no grant_type %(sent)s here."),
    _l("Send grant_type with one of these values: %(supported)s."),
)
GRANT_NOT_ENABLED = Cause(
    "grant_not_enabled",
    "unauthorized_client",
    400,
    "This grant_type is not switched on for the client: its owner can do so where the app is registered.",
    _NOT_SWITCHED_ON,
    _l("The app used the grant %(sent)s. Switched on for it: %(enabled)s."),
    _l("Switch the grant on, or set the app's OAuth library to one that is."),
    "grant_types",
)
GRANT_RESTRICTED = Cause(
    "grant_restricted",
    "unauthorized_client",
    400,
    "This grant_type is not switched on for the client: only an administrator can do so.",
    _NOT_SWITCHED_ON,
    _l(
        "The app used the grant %(sent)s, which only an administrator switches on. Switched on for it: %(enabled)s."
    ),
    _l("Set the app's OAuth library to a grant that is switched on, or ask an administrator of this portal."),
)
PARAMETER_MISSING = Cause(
    "parameter_missing",
    "invalid_request",
    400,
    "The parameter %(parameter)s is missing or empty: compare the request with the documentation of this endpoint.",
    _UNREADABLE,
    _l("The parameter %(parameter)s is missing or empty."),
    _l("Send %(parameter)s. A variable that is empty in the app's configuration is the usual reason."),
)
PARAMETER_REPEATED = Cause(
    "parameter_repeated",
    "invalid_request",
    400,
    "The parameter %(parameter)s was sent more than once: send each parameter once.",
    _UNREADABLE,
    _l("The parameter %(parameter)s was sent more than once; each one counts once (RFC 6749, section 3.1)."),
    _l(
        "Send it once. The same parameter in the configured address and added by the library is the usual reason."
    ),
)
PARAMETER_MALFORMED = Cause(
    "parameter_malformed",
    "invalid_request",
    400,
    "The parameter %(parameter)s has a value that cannot be read: check its encoding and its length.",
    _UNREADABLE,
    _l("The value of %(parameter)s could not be read."),
    _l("Send %(parameter)s form-encoded, as UTF-8 and without control characters."),
)
INTROSPECTION_NOT_ALLOWED = Cause(
    "introspection_not_allowed",
    "invalid_client",
    401,
    INVALID_CLIENT,
    CLIENT_MEANING,
    _l("Only confidential apps may introspect tokens, and this one is a public client."),
    _l("Let the app's server ask, with a confidential client of its own."),
    "client_type",
)
INTROSPECTION_OF_OTHERS = Cause(
    "introspection_of_others",
    None,
    200,
    "The answer said no more than that the token is not active.",
    _l("A service asked about a token that is not for it to know of, and was told nothing."),
    _l(
        "The token belongs to another app. This one may introspect its own tokens and those of its owner's other apps."
    ),
    _l(
        "If it serves requests of all apps, let an administrator of this portal allow it to introspect everybody's access tokens."
    ),
)
