"""What has to do with the portal itself rather than with one request."""

from flask_babel import lazy_gettext as _l

from .cause import CLIENT_MEANING, INVALID_CLIENT, Cause

RATE_LIMITED = Cause(
    "rate_limited",
    "temporarily_unavailable",
    429,
    "Too many requests: wait as long as Retry-After says, then send the request again.",
    _l("There were too many requests from one place in a short time. It works again after a while."),
    _l(
        "One address sent more than %(limit)s requests in %(seconds)s seconds. "
        "The portal answers it again in %(retry_after)s seconds."
    ),
    _l(
        "Wait as long as Retry-After says. Keep access tokens until they expire instead of asking for new ones."
    ),
)
PORTAL_TROUBLE = Cause(
    "portal_trouble",
    "temporarily_unavailable",
    503,
    "The server cannot answer right now: wait as long as Retry-After says, then send the request again.",
    _l("Something went wrong on our side. Try again in a moment."),
    _l("Something went wrong on our side; nothing in the app is wrong."),
    _l("Send the same request again after the time in Retry-After. Codes and tokens stay valid."),
)
CLIENT_UNVERIFIABLE = Cause(
    "client_unverifiable",
    "invalid_client",
    401,
    INVALID_CLIENT,
    CLIENT_MEANING,
    _l("The app is registered for a way to authenticate that lacks its key: %(missing)s."),
    _l("Register the app's public keys (JWKS), or choose another way to authenticate."),
    "jwks",
)
