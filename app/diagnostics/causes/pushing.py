"""Why a request that was to be pushed beforehand (:rfc:`9126`), or had been, did not lead to a code."""

from flask_babel import lazy_gettext as _l

from .cause import Cause

_APP_MISTAKE = _l("The app sent you here with a request that cannot work. Only its developers can fix this.")
_UNREADABLE = _l("The app sent a request that this portal could not read. Only its developers can fix this.")
_BEGIN_AGAIN = _l(
    "Push the request again for every sign-in, and send the person to the authorization endpoint at once."
)

PAR_REQUIRED = Cause(
    "par_required",
    "invalid_request",
    400,
    "The authorization request must be pushed first: see pushed_authorization_request_endpoint in the discovery document.",
    _APP_MISTAKE,
    _l("The app sent its authorization request through the browser, but it must be pushed first (RFC 9126)."),
    _l(
        "Let the app's library push its requests to %(endpoint)s. Where only the app's own switch asks for that, it can be turned off on its edit page."
    ),
    "par_required",
)
REQUEST_URI_UNKNOWN = Cause(
    "request_uri_unknown",
    "invalid_request_uri",
    400,
    "There is no pushed authorization request of this request_uri.",
    _l(
        "The app sent you here with a reference to a request that this portal does not know. "
        "Please go back to the app and begin again."
    ),
    _l("There is no pushed request with this request_uri; an hour after its end nothing is known of one."),
    _BEGIN_AGAIN,
)
REQUEST_URI_EXPIRED = Cause(
    "request_uri_expired",
    "invalid_request_uri",
    400,
    "The pushed authorization request has expired.",
    _l("This sign-in took too long to begin or to finish. Please go back to the app and begin again."),
    _l(
        "The request was pushed: %(pushed_at)s. It ended: %(expired_at)s. It can be opened for %(lifetime)s seconds, "
        "and after that the person has %(minutes)s minutes."
    ),
    _BEGIN_AGAIN,
)
REQUEST_URI_USED = Cause(
    "request_uri_used",
    "invalid_request_uri",
    400,
    "The pushed authorization request has been answered already.",
    _l(
        "The app has its answer to this sign-in already, as after going back with the browser's button. "
        "Please go to the app, and begin again there if you need to."
    ),
    _l(
        "The request_uri was sent once more, but the app has its answer since %(answered_at)s. Each is good for one answer."
    ),
    _BEGIN_AGAIN,
)
REQUEST_URI_ELSEWHERE = Cause(
    "request_uri_elsewhere",
    "invalid_request_uri",
    400,
    "The pushed authorization request was opened in another browser.",
    _l(
        "This sign-in was begun in another browser, or this one has forgotten it. So that nobody can finish what "
        "somebody else began, it does not go on here. Please go back to the app and begin again."
    ),
    _l(
        "The request_uri was opened by one browser and then by another, or by one that keeps no cookies. First opened: %(opened_at)s."
    ),
    _l(
        "Push a request for every sign-in, and never put its address where others, or programs that look at links, can open it."
    ),
)
REQUEST_URI_OF_OTHER_CLIENT = Cause(
    "request_uri_of_other_client",
    "invalid_request_uri",
    400,
    "The request_uri belongs to another client.",
    _APP_MISTAKE,
    _l("The request_uri was made for a request that another app had pushed."),
    _l("Send the client_id with which the request was pushed."),
)
REQUEST_URI_PUSHED = Cause(
    "request_uri_pushed",
    "invalid_request",
    400,
    "The parameter request_uri cannot be pushed: send the parameters of the authorization request themselves.",
    _UNREADABLE,
    _l("The request that was pushed had a request_uri among its parameters (RFC 9126, section 2.1)."),
    _l("Send the parameters themselves to this endpoint, and its request_uri to the authorization endpoint."),
)
PUSHED_TOO_LONG = Cause(
    "pushed_too_long",
    "invalid_request",
    413,
    "The request is too long: send fewer or shorter parameters.",
    _UNREADABLE,
    _l("The parameters have %(length)s bytes; at most %(limit)s can be pushed."),
    _l("Send fewer or shorter parameters. Keep what state stands for in the app, and send only a key to it."),
)
