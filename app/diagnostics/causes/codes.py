"""Why an authorization code was not exchanged for tokens."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .cause import INVALID_GRANT, Cause

_MEANING = _l(
    "The sign-in could not be completed, because the app's one-time code was not accepted. "
    "Go back to the app and start again; if it keeps happening, tell the people who run the app."
)


def _refusal(name: str, why: LazyString, fix: LazyString, setting: str | None = None) -> Cause:
    return Cause(name, "invalid_grant", 400, INVALID_GRANT, _MEANING, why, fix, setting)


CODE_UNKNOWN = _refusal(
    "code_unknown",
    _l("There is no such authorization code. It had %(length)s characters."),
    _l("Pass the code on exactly as it came to the redirect URI: decoded once, neither cut nor changed."),
)
CODE_EXPIRED = _refusal(
    "code_expired",
    _l("The code was issued %(issued_at)s and used %(used_at)s; codes live %(lifetime)s seconds."),
    _l("Exchange the code at once on the callback, before any slow work, and check for a queue in between."),
)
CODE_WITHOUT_SECOND_FACTOR = _refusal(
    "code_without_second_factor",
    _l(
        "The app came to require a second factor after the person had signed in without one, and before the code was used."
    ),
    _l("Send the person through the authorization endpoint again: there they prove a second factor."),
    "second_factor_required",
)
CODE_SESSION_ENDED = _refusal(
    "code_session_ended",
    _l(
        "The session in which the person allowed the access ended before the code was used: they signed out, chose a "
        "new password, or the portal ended it."
    ),
    _l(
        "Send the person through the authorization endpoint again, and exchange codes at once on the callback."
    ),
)
CODE_REPLAYED = _refusal(
    "code_replayed",
    _l(
        "The code was used a second time, %(seconds)s seconds after the first. "
        "What the first use gave was revoked, since somebody else may have seen the code."
    ),
    _l(
        "Use each code once. Usual reasons: the callback page is loaded twice, "
        "or the HTTP client retries the token request by itself."
    ),
)
CODE_REPLAY_UNPROVEN = _refusal(
    "code_replay_unproven",
    _l(
        "The code was used a second time, %(seconds)s seconds after the first, without the code_verifier "
        "that belongs to it. Nothing was revoked, since whoever sent it did not prove to be the app."
    ),
    _l(
        "If it was the app, let it use each code once. If not, somebody has seen the code: "
        "keep the addresses of the callback out of logs and out of other sites' sight."
    ),
)
CODE_OF_OTHER_CLIENT = _refusal(
    "code_of_other_client",
    _l("The code was issued to another app than the one that used it."),
    _l("Use the same client ID at the authorization endpoint and at the token endpoint."),
)
REDIRECT_URI_DIFFERS = _refusal(
    "redirect_uri_differs",
    _l("The token request says redirect_uri %(sent)s, but the authorization request said %(expected)s."),
    _l("Send the same redirect_uri both times, letter by letter."),
    "redirect_uris",
)
VERIFIER_MISSING = _refusal(
    "verifier_missing",
    _l("The authorization request had a code_challenge, but the token request has no code_verifier."),
    _l("Keep the code_verifier with the person's session, and send it along with the code."),
    "pkce",
)
VERIFIER_WRONG = _refusal(
    "verifier_wrong",
    _l(
        "The code_verifier does not belong to the code_challenge: it gives %(computed)s, "
        "the authorization request said %(stored)s."
    ),
    _l(
        "The challenge is the SHA-256 of the verifier in base64url without padding. "
        "If two tabs share one stored verifier, keep one for each state."
    ),
    "pkce",
)
VERIFIER_UNEXPECTED = _refusal(
    "verifier_unexpected",
    _l(
        "There is a code_verifier, but the authorization request had no code_challenge. "
        "Somebody may have removed it on the way (RFC 9700, section 4.8)."
    ),
    _l("Send code_challenge and code_challenge_method=S256 to the authorization endpoint."),
    "pkce",
)
VERIFIER_MALFORMED = Cause(
    "verifier_malformed",
    "invalid_request",
    400,
    "The code_verifier must have 43 to 128 characters out of A-Z a-z 0-9 - . _ ~ and no padding.",
    _MEANING,
    _l("The code_verifier has %(length)s characters."),
    _l("Make it of 43 to 128 letters, digits and - . _ ~ without the padding sign =."),
    "pkce",
)
REDIRECT_URI_OMITTED = Cause(
    "redirect_uri_omitted",
    None,
    200,
    "The request went on without redirect_uri.",
    _l("The sign-in went on; the app left out a detail that other portals insist on."),
    _l(
        "The token request had no redirect_uri although the authorization request had %(expected)s. "
        "It was accepted."
    ),
    _l("Send the same redirect_uri with the code, as RFC 6749, section 4.1.3 asks."),
    "redirect_uris",
)
