"""Why the password grant gave no tokens."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .cause import INVALID_GRANTS, Cause

# The same for all of them: who guesses passwords must not learn which one was right.
_MEANING = _l("The username or the password was not right.")


def _refusal(name: str, why: LazyString, fix: LazyString) -> Cause:
    return Cause(name, "invalid_grant", 400, INVALID_GRANTS["password"], _MEANING, why, fix, "grant_types")


CREDENTIALS_WRONG = _refusal(
    "credentials_wrong",
    _l(
        "The username or email address and the password that the app passed on do not match. "
        "Which of them is wrong is never told."
    ),
    _l("Ask the person to type them again, or better: use the authorization code grant instead."),
)
ACCOUNT_BLOCKED = _refusal(
    "account_blocked",
    _l("The password is right, but an administrator has blocked the account."),
    _l("Nothing in the app is wrong; the person can ask an administrator."),
)
SECOND_FACTOR_NEEDED = _refusal(
    "second_factor_needed",
    _l("The account is protected by a second factor, which the password grant cannot ask for."),
    _l("Use the authorization code grant: there the person proves the second factor to this portal."),
)
PASSWORD_WITHOUT_SECOND_FACTOR = Cause(
    "password_without_second_factor",
    "unauthorized_client",
    400,
    "This client requires a second factor, which this grant cannot ask for: use the authorization code grant.",
    _l("People get into the app with a second factor only. Please sign in on the pages of this portal."),
    _l(
        "The app requires a second factor, which the password grant cannot ask for. The password was not looked at."
    ),
    _l("Use the authorization code grant: there the person proves the second factor to this portal."),
    "second_factor_required",
)
SIGN_IN_PAUSED = Cause(
    "sign_in_paused",
    "temporarily_unavailable",
    429,
    "Too many wrong passwords in a row for this account: wait as long as Retry-After says, then try again.",
    _l("There were too many wrong passwords in a row for one account. It can be used again after a while."),
    _l(
        "Too many wrong passwords in a row were tried for this account, by this app or elsewhere. "
        "It opens again in %(retry_after)s seconds."
    ),
    _l(
        "Wait as long as Retry-After says, then ask the person for the password again. Never try one by itself."
    ),
)
