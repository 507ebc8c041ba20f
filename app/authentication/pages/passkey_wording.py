"""Why a passkey was refused, in the reader's language."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from ..factors.refusals import Reason

_WORDS: Mapping[Reason, LazyString] = {
    Reason.MALFORMED: _l("The browser has sent something that is no passkey. Please try again."),
    Reason.CHALLENGE: _l("That took too long, or this passkey has answered already. Please try again."),
    Reason.UNKNOWN: _l(
        "This passkey belongs to no account here; it may have been removed. Please sign in another way."
    ),
    Reason.UNPROVEN: _l(
        "The passkey could not be verified for this portal and account. Please try again, or sign in another way."
    ),
    Reason.COPIED: _l(
        "This passkey is disabled, because it seems to have been copied. "
        "Please sign in another way, remove it and add a new one."
    ),
    Reason.UNVERIFIED: _l(
        "Your passkey has not checked that it is you, for example by a fingerprint or a PIN. Please use your password."
    ),
    Reason.EXISTS: _l("This passkey is already in use here."),
    Reason.TOO_MANY: _l("You have 20 passkeys, which is the most there can be. Please remove one first."),
    Reason.UNWANTED: _l("No passkey is made without being asked for here."),
}


def why_passkey_refused(reason: Reason) -> str:
    """Return the sentence for ``reason``."""
    return str(_WORDS[reason])
