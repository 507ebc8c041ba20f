"""What may go wrong while the portal tells an app that a session has ended."""

from flask_babel import lazy_gettext as _l

from .cause import Cause

_MEANING = _l(
    "This portal could not tell the app that somebody has signed out. It tries again for a day; "
    "only the people who run the app can fix this."
)
BACKCHANNEL_UNREACHABLE = Cause(
    "backchannel_unreachable",
    "temporarily_unavailable",
    503,
    "The app did not take the notice that a session has ended; the portal sends it again for a day.",
    _MEANING,
    _l(
        "A session ended here, and the portal could not hand its logout token to the app: %(reason)s. "
        "It was try %(attempt)s of %(tries)s."
    ),
    _l(
        "Make sure that the back-channel logout URI is reachable from the internet by https with a valid "
        "certificate, takes a POST, and answers 200 within 3 seconds without a redirect. Until it does, people who "
        "signed out here stay signed in at the app."
    ),
    "backchannel_logout_uri",
)
BACKCHANNEL_REFUSED = Cause(
    "backchannel_refused",
    "invalid_request",
    400,
    "The app refused the notice that a session has ended; the portal sends it again for a day.",
    _MEANING,
    _l(
        "A session ended here, and the app answered its logout token with 400: it could not verify the token, or "
        "not end the session. It was try %(attempt)s of %(tries)s."
    ),
    _l(
        "Look for the reason in the log of the app. A logout token has the type logout+jwt, this portal as iss, the "
        "client ID as aud and no nonce, is valid for two minutes and signed with a key of jwks_uri. An app that "
        "no longer knows the session answers 200."
    ),
    "backchannel_logout_uri",
)
