"""Why tokens were not renewed."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .cause import INVALID_GRANT, Cause

_MEANING = _l(
    "The app's access has ended. Open the app and connect it again; "
    "if it keeps happening, tell the people who run the app."
)


def _refusal(name: str, why: LazyString, fix: LazyString, setting: str | None = None) -> Cause:
    return Cause(name, "invalid_grant", 400, INVALID_GRANT, _MEANING, why, fix, setting)


REFRESH_UNKNOWN = _refusal(
    "refresh_unknown",
    _l("This is no refresh token of this portal, or it was cut or changed."),
    _l("Keep the whole token, in a column that is long enough, and send it exactly as it came."),
)
REFRESH_EXPIRED = _refusal(
    "refresh_expired",
    _l("The refresh token has expired: %(expired_at)s."),
    _l(
        "Send the person through the authorization endpoint again. Refresh tokens end when they are not used."
    ),
)
REFRESH_TOO_OLD = _refusal(
    "refresh_too_old",
    _l("The person let the app in %(authorized_at)s; refresh tokens of that day ended %(ended_at)s."),
    _l(
        "Send the person through the authorization endpoint again. However often they are used, "
        "refresh tokens end after the time that REFRESH_TOKEN_MAX_TTL of the portal says."
    ),
)
REFRESH_REVOKED = _refusal(
    "refresh_revoked",
    _l("The refresh token was revoked %(revoked_at)s. Reason: %(reason)s."),
    _l("Delete the stored token and send the person through the authorization endpoint again."),
)
REFRESH_REPLAYED = _refusal(
    "refresh_replayed",
    _l(
        "This refresh token had been replaced %(seconds)s seconds before. Since an old one may be a stolen one, "
        "all tokens of this authorization were ended."
    ),
    _l(
        "Save the new refresh token of every answer before using it, and let one process renew at a time. "
        "The person has to connect the app again."
    ),
)
REFRESH_OF_OTHER_CLIENT = _refusal(
    "refresh_of_other_client",
    _l("The refresh token was issued to another app than the one that used it."),
    _l("Renew with the client ID that got the token; after moving to a new app, people must connect again."),
)
REFRESH_RETRIED = Cause(
    "refresh_retried",
    None,
    200,
    "The refresh token was repeated within the retry window and gave the same successor.",
    _l("The app asked twice for the same thing and got the same answer. Nothing is wrong."),
    _l(
        "The same refresh token came again %(seconds)s seconds after it was replaced; it gave the same successor."
    ),
    _l("Harmless. If it happens often, let one process renew at a time and allow more time for the answer."),
)
REFRESH_WITHOUT_SECOND_FACTOR = _refusal(
    "refresh_without_second_factor",
    _l("The app has come to require a second factor, and the person had signed in without one."),
    _l(
        "Send the person through the authorization endpoint again: there they prove a second factor. "
        "Where the app can do without, switch the requirement off on its edit page."
    ),
    "second_factor_required",
)
OFFLINE_DECLINED = _refusal(
    "offline_declined",
    _l("The person has let the app in since, but not to keep access while they are away."),
    _l("Delete the stored refresh token, and ask for tokens when the person uses the app."),
)
ACCESS_WITHDRAWN = _refusal(
    "access_withdrawn",
    _l("The person disconnected the app, or left the team for which it was connected: %(withdrawn_at)s."),
    _l("Delete the stored tokens, and offer the person to connect again."),
)
USER_BLOCKED = _refusal(
    "user_blocked",
    _l("The person's account is blocked by an administrator."),
    _l("Nothing in the app is wrong. Delete the stored tokens; the person can ask an administrator."),
)
USER_DELETED = _refusal(
    "user_deleted",
    _l("The person's account was deleted."),
    _l("Delete the stored tokens and what the app knows about this person."),
)
SCOPE_GONE = _refusal(
    "scope_gone",
    _l("Every permission asked for was taken back since, by the person or by an administrator: %(gone)s."),
    _l("Send the person through the authorization endpoint again, with scopes the app may still ask for."),
)
