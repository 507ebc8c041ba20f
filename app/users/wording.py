"""Why a new password is refused, in the reader's language."""

from flask_babel import lazy_gettext as _l

PASSWORDS = {
    "short": _l("This password is too short. Please use at least 8 characters."),
    "long": _l("This password is too long. Please use at most 256 characters."),
    "common": _l(
        "This password is on lists that attackers try first. "
        "Please choose another one, for example three or four words that do not belong together."
    ),
    "decorated": _l(
        "This password is a common one with a few characters changed or added, which attackers try, too. "
        "Please choose another one, for example three or four words that do not belong together."
    ),
    "personal": _l(
        "This password is your username or email address, or a part of it with a number. "
        "Please choose one that has nothing to do with you."
    ),
    "organisation": _l(
        "This password is a word of this portal's organisation with a few characters around it, which attackers try, "
        "too. Please choose another one, for example three or four words that do not belong together."
    ),
}
