"""Why a request with an access token was refused."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .cause import INVALID_TOKEN, Cause

_MEANING = _l("The app's key to your data is not valid, or not any more. The app should ask for a new one.")


def _refusal(name: str, why: LazyString, fix: LazyString) -> Cause:
    return Cause(name, "invalid_token", 401, INVALID_TOKEN, _MEANING, why, fix)


TOKEN_MISSING = Cause(
    "token_missing",
    "invalid_request",
    401,
    "An access token is needed: send it as Authorization: Bearer and the token.",
    _MEANING,
    _l("The request carried no access token."),
    _l("Send the header “Authorization: Bearer” with the access token."),
)
TOKEN_SENT_TWICE = Cause(
    "token_sent_twice",
    "invalid_request",
    400,
    "The access token was sent in more than one way: keep the Authorization header.",
    _MEANING,
    _l("The access token was sent in more than one place: %(places)s."),
    _l("Send it in the Authorization header only."),
)
TOKEN_MALFORMED = _refusal(
    "token_malformed",
    _l("This is no access token of this portal, or it was cut or changed."),
    _l("Send the access_token of the answer exactly as it came; it is longer than 255 characters."),
)
TOKEN_EXPIRED = _refusal(
    "token_expired",
    _l("The access token has expired: %(expired_at)s."),
    _l("Renew it with the refresh token before expires_in has passed, or after the first 401."),
)
TOKEN_REVOKED = _refusal(
    "token_revoked",
    _l("The access token was revoked: %(revoked_at)s. Reason: %(reason)s."),
    _l("Get a new one; where the person disconnected the app, ask them to connect again."),
)
TOKEN_WRONG_AUDIENCE = _refusal(
    "token_wrong_audience",
    _l("The access token was made for %(sent)s, not for %(expected)s."),
    _l("Ask for a scope of the API that is called: the audience follows from the scopes."),
)
TOKEN_WRONG_ISSUER = _refusal(
    "token_wrong_issuer",
    _l("The token was issued by %(sent)s; this is %(expected)s."),
    _l("Check that the app uses one environment throughout, not a token of another portal."),
)
TOKEN_IS_ID_TOKEN = _refusal(
    "token_is_id_token",
    _l("The app sent its ID token. That one is for the app itself and opens nothing."),
    _l("Send the access_token of the same answer instead of the id_token."),
)
TOKEN_IS_REFRESH_TOKEN = _refusal(
    "token_is_refresh_token",
    _l("The app sent its refresh token, which is for the token endpoint only."),
    _l("Send the access_token of the same answer instead of the refresh_token."),
)
TOKEN_WITHOUT_PERSON = _refusal(
    "token_without_person",
    _l(
        "The access token belongs to the app alone (client_credentials), so there is no person to tell about."
    ),
    _l("Use a token that a person gave the app by the authorization code grant."),
)
TOKEN_BOUND = Cause(
    "token_bound",
    "invalid_token",
    401,
    "The access token is bound to a key: send it as Authorization: DPoP, with a proof in the DPoP header.",
    _MEANING,
    _l("The access token is bound to a key (DPoP) and was sent as Bearer, without proof of that key."),
    _l(
        "Send “Authorization: DPoP” with the token, and in the header “DPoP” a proof with its ath (RFC 9449). "
        "If the app always does, somebody else may have the token, who can do nothing with it."
    ),
)
TOKEN_NOT_BOUND = Cause(
    "token_not_bound",
    "invalid_token",
    401,
    "The access token is not bound to a key: send it as Authorization: Bearer, or get one with a DPoP proof.",
    _MEANING,
    _l("The access token was sent as DPoP, but it is bound to no key."),
    _l("Send a proof already when the token is asked for; its answer then says token_type DPoP."),
)
SCOPE_INSUFFICIENT = Cause(
    "scope_insufficient",
    "insufficient_scope",
    403,
    "The access token lacks a scope: see the scope attribute for the one needed.",
    _l("The app may not do this with the permissions that it was given."),
    _l("The request needs the scope %(needed)s; the token has: %(granted)s."),
    _l(
        "Register the scope for the app, ask for it, and let the person allow it. Who left it unticked before is asked "
        "again with prompt=consent only."
    ),
    "scopes",
)
AUTHENTICATION_INSUFFICIENT = Cause(
    "authentication_insufficient",
    "insufficient_user_authentication",
    401,
    "The person has to sign in with a second factor: ask again with the acr_values named here.",
    _l("The app asks for a stronger sign-in than yours was. Open the app and sign in again."),
    _l(
        "The app has come to require a second factor, and the person had signed in without one (acr %(acr)s)."
    ),
    _l(
        "Send the person through the authorization endpoint again with acr_values=%(needed)s, and use the new token. "
        "Where the app can do without, switch the requirement off on its edit page."
    ),
    "second_factor_required",
)
