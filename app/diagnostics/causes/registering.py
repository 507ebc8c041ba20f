"""Why a program could not register itself as an app, or change what it is registered with."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .cause import Cause

_NOT_LET = _l(
    "A program wanted to register itself at this portal, which lets nobody do that without asking first. "
    "Ask whoever runs the portal."
)
_NOT_UNDERSTOOD = _l(
    "A program wanted to register itself at this portal and asked for something that it cannot have here. "
    "Only its developers can fix this."
)
_NOT_THEIRS = _l(
    "A program wanted to change how it is registered at this portal, and could not prove that it may. "
    "Remove the connection in the program and add it again."
)
_TOKEN_NOT_VALID = (
    "The token is not valid here: it is unknown or has ended, or what it was for is gone. "
    "Register again, with a registration token if this server asks for one."
)


def _invalid_token(name: str, meaning: LazyString, why: LazyString, fix: LazyString) -> Cause:
    return Cause(name, "invalid_token", 401, _TOKEN_NOT_VALID, meaning, why, fix)


REGISTRATION_OFF = Cause(
    "registration_off",
    "invalid_request",
    404,
    "This server does not let apps register themselves: somebody with an account registers them on its pages.",
    _NOT_LET,
    _l("Apps cannot register themselves here, since DYNAMIC_REGISTRATION is “off”."),
    _l(
        "Register the app under “Apps” and give the program its client ID, or set DYNAMIC_REGISTRATION to “token” or “open”."
    ),
)
INITIAL_TOKEN_MISSING = Cause(
    "initial_token_missing",
    "invalid_request",
    401,
    "A registration token is needed: ask those who run this server for one, and send it as Authorization: Bearer.",
    _NOT_LET,
    _l("Apps register themselves here with a registration token only, and the request carried none."),
    _l(
        "Make one in the administration (“Apps”, “Registration tokens”) or with “flask registration-token create”, "
        "and enter it in the program as its initial access token."
    ),
)
INITIAL_TOKEN_UNKNOWN = _invalid_token(
    "initial_token_unknown",
    _NOT_LET,
    _l(
        "The request carried a token that is none of the registration tokens of this portal, or not any more."
    ),
    _l("Make a new registration token, and copy it as a whole: it is shown once."),
)
INITIAL_TOKEN_ENDED = _invalid_token(
    "initial_token_ended",
    _NOT_LET,
    _l("The registration token “%(token_name)s” has ended: %(ended_at)s."),
    _l("Make a new registration token and enter it in the program."),
)
REGISTRATION_NOT_JSON = Cause(
    "registration_not_json",
    "invalid_client_metadata",
    400,
    "The body must be one JSON object with the client metadata of RFC 7591, each member once, as Content-Type: application/json.",
    _NOT_UNDERSTOOD,
    _l("The body could not be read as one JSON object. Its content type was: %(content_type)s."),
    _l(
        "Send the client metadata as a JSON object in UTF-8 with “Content-Type: application/json” (RFC 7591)."
    ),
)
CLIENT_METADATA_INVALID = Cause(
    "client_metadata_invalid",
    "invalid_client_metadata",
    400,
    "The client metadata cannot be registered: %(field)s, problem: %(problem)s.",
    _NOT_UNDERSTOOD,
    _l("The program asked for %(field)s = %(sent)s, which was refused: %(problem)s."),
    _l(
        "Change or leave out this member of the metadata. Apps that register themselves may have the grants and "
        "standard scopes that discovery lists, but neither people's passwords nor tokens of their own; for more, "
        "register the app on the pages of this portal."
    ),
)
REDIRECT_URI_NOT_ACCEPTED = Cause(
    "redirect_uri_not_accepted",
    "invalid_redirect_uri",
    400,
    "A redirect URI cannot be registered, problem: %(problem)s.",
    _NOT_UNDERSTOOD,
    _l("The program asked for the redirect URI %(sent)s, which was refused: %(problem)s."),
    _l(
        "Web apps register https addresses. Native apps (application_type “native”) register loopback addresses with "
        "http, or a scheme of their own such as com.example.app:/callback."
    ),
)
SOFTWARE_STATEMENT_UNAPPROVED = Cause(
    "software_statement_unapproved",
    "unapproved_software_statement",
    400,
    "This server approves no software statements: send the metadata themselves and leave software_statement out.",
    _NOT_UNDERSTOOD,
    _l(
        "The program sent a software statement, in which somebody else vouches for it. This portal trusts none."
    ),
    _l("Leave software_statement out and send the metadata themselves."),
)
REGISTRATION_GONE = _invalid_token(
    "registration_gone",
    _NOT_THEIRS,
    _l("The app that the program wanted to manage does not exist any more."),
    _l(
        "Register it again. An app that nobody has let in is deleted after a day, and so is one that an administrator ends."
    ),
)
REGISTRATION_TOKEN_WRONG = _invalid_token(
    "registration_token_wrong",
    _NOT_THEIRS,
    _l(
        "Somebody wanted to manage this app with a token that is not its registration access token. "
        "An app that somebody owns has none."
    ),
    _l(
        "Send the registration_access_token of the answer to the registration. Where it is lost, register the app again."
    ),
)
REGISTRATION_SUSPENDED = Cause(
    "registration_suspended",
    "access_denied",
    403,
    "The app is disabled, so its registration can be neither read nor changed.",
    _NOT_THEIRS,
    _l("The app was disabled by %(disabled_by)s, so it cannot manage its registration."),
    _l("Enable the app first."),
)
