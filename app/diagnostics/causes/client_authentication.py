"""Why an app could not prove who it is. On the wire all of them are one ``invalid_client``."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .cause import CLIENT_MEANING, INVALID_CLIENT, Cause


def _refusal(name: str, why: LazyString, fix: LazyString, setting: str | None = "secrets") -> Cause:
    return Cause(name, "invalid_client", 401, INVALID_CLIENT, CLIENT_MEANING, why, fix, setting)


CLIENT_UNKNOWN = _refusal(
    "client_unknown",
    _l("No app here has the client ID that was sent."),
    _l(
        "Copy the client ID from the page of the app, without spaces before or after it. In a program that had "
        "registered itself, such as an assistant or an editor, remove the connection and add it again."
    ),
    setting=None,
)
CLIENT_NOT_NAMED = _refusal(
    "client_not_named",
    _l(
        "The request did not say which app it comes from: it had neither an Authorization header "
        "of the kind Basic nor the field client_id. The fields it had: %(fields)s."
    ),
    _l(
        "Send client ID and secret in an Authorization header of the kind Basic or as client_id and client_secret "
        "in the body; a public client sends client_id alone."
    ),
    setting=None,
)
SECRET_WRONG = _refusal(
    "secret_wrong",
    _l("The client secret that was sent is none of the secrets of this app. It had %(length)s characters."),
    _l(
        "Copy one of the app's current secrets, or make a new one, and put it where the app keeps its secret."
    ),
)
SECRET_REVOKED = _refusal(
    "secret_revoked",
    _l("The client secret that was sent is “%(secret_name)s”, which was revoked: %(revoked_at)s."),
    _l("Give the app a secret that is still valid, or make a new one."),
)
SECRET_EXPIRED = _refusal(
    "secret_expired",
    _l("The client secret that was sent is “%(secret_name)s”, which has expired: %(expired_at)s."),
    _l("Give the app the secret that replaced it, or make a new one."),
)
SECRET_HAS_WHITESPACE = _refusal(
    "secret_has_whitespace",
    _l(
        "The client secret is right, but there is white space around or inside it, often a line break "
        "that came along when it was copied. It belongs to “%(secret_name)s”."
    ),
    _l("Remove the white space where the app keeps its secret, for example in its environment file."),
)
SECRET_IS_CLIENT_ID = _refusal(
    "secret_is_client_id",
    _l("The app sent its client ID where the client secret belongs."),
    _l("Put the client secret, which starts with pf_secret_, into the second field."),
)
SECRET_MISSING = _refusal(
    "secret_missing",
    _l("This app has a client secret, but the request carried none."),
    _l(
        "Send the secret in an Authorization header of the kind Basic, or as client_secret in the body. "
        "If the app can keep no secret, make it a public client with PKCE."
    ),
)
PUBLIC_CLIENT_SENT_SECRET = _refusal(
    "public_client_sent_secret",
    _l("This app is a public client, which has no secret, but the request carried one."),
    _l("Leave client_secret out and use PKCE, or register the app as confidential."),
    setting="client_type",
)
AUTH_METHOD_NOT_ALLOWED = _refusal(
    "auth_method_not_allowed",
    _l("The app authenticated by %(used)s, but it is registered for %(allowed)s only."),
    _l("Set the method in the app's OAuth library to %(allowed)s, or change it where the app is registered."),
    setting="auth_method",
)
BASIC_MALFORMED = _refusal(
    "basic_malformed",
    _l("The Authorization header could not be read as Basic credentials."),
    _l(
        "Send “Authorization: Basic” and then base64 of client_id:client_secret, "
        "each of the two form-encoded first."
    ),
    setting=None,
)
CLIENT_DISABLED = _refusal(
    "client_disabled",
    _l("This app is disabled: by %(disabled_by)s, %(disabled_at)s."),
    _l("Enable the app on its page. Where an administrator disabled it, ask them."),
    setting="disabled",
)
ASSERTION_MALFORMED = _refusal(
    "assertion_malformed",
    _l("The client_assertion could not be read as a signed JWT."),
    _l(
        "Send client_assertion_type urn:ietf:params:oauth:client-assertion-type:jwt-bearer "
        "and a JWT that is signed with the app's private key."
    ),
    setting="jwks",
)
ASSERTION_SIGNATURE_WRONG = _refusal(
    "assertion_signature_wrong",
    _l("No registered key of this app verifies the client_assertion."),
    _l("Register or publish the public key that belongs to the private key the app signs with."),
    setting="jwks",
)
ASSERTION_CLAIMS_WRONG = _refusal(
    "assertion_claims_wrong",
    _l("The client_assertion is signed well, but its claim %(claim)s is %(sent)s instead of %(expected)s."),
    _l("Set iss and sub to the client ID, aud to the issuer or the token endpoint, and a jti of its own."),
    setting=None,
)
ASSERTION_EXPIRED = _refusal(
    "assertion_expired",
    _l("The client_assertion has expired: %(expired_at)s."),
    _l("Sign a new one for every request, and check the clock of the machine that signs it."),
    setting=None,
)
ASSERTION_NOT_YET_VALID = _refusal(
    "assertion_not_yet_valid",
    _l("The client_assertion is not valid yet: its claim %(claim)s says %(starts_at)s."),
    _l("Set iat and nbf to the moment of signing, and check the clock of the machine that signs."),
    setting=None,
)
ASSERTION_REPLAYED = _refusal(
    "assertion_replayed",
    _l("The client_assertion was used before. Each jti counts once."),
    _l("Sign a new client_assertion with a new jti for every request, retries too."),
    setting=None,
)
TWO_CLIENT_AUTHENTICATIONS = Cause(
    "two_client_authentications",
    "invalid_request",
    400,
    "The client authenticated in more than one way: keep either the Authorization header or the body fields.",
    _l("The app proved who it is in two ways at once, where exactly one is allowed."),
    _l("The request carried credentials in more than one place: %(places)s."),
    _l("Keep one: either the Basic header, or client_secret in the body, or a client_assertion."),
    "auth_method",
)
