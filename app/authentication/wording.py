"""Why a password was refused, and who is signed out, in the reader's language: the same words on every page."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import format_timedelta
from flask_babel import gettext as _

from .refusals import AccountBlocked, InvalidCode, InvalidCredentials, NetworkWaits, TooManyTries

LONGEST_SHOWN_IN_SECONDS = 90


def why_refused(refusal: InvalidCredentials | TooManyTries, *, with_name: bool = False) -> str:
    """Return the sentence for ``refusal``; ``with_name`` where a name was asked for beside the password."""
    if isinstance(refusal, InvalidCode):
        return _(
            "This code is wrong, or was used before. Please wait for the next one in your app, "
            "or take a recovery code."
        )
    if isinstance(refusal, TooManyTries):
        wait = wait_in_words(refusal.retry_after)
        if isinstance(refusal, NetworkWaits):
            return _(
                "Too many sign-ins from the network you use have failed, perhaps none of them yours. "
                "Please try again in %(time)s.",
                time=wait,
            )
        return _("Too many wrong passwords or codes in a row. Please try again in %(time)s.", time=wait)
    if isinstance(refusal, AccountBlocked):
        return _("This account is blocked. Please ask an administrator of this portal to open it again.")
    if with_name:
        return _("The username or email address and the password do not match. Please check both.")
    return _("This is not your password. Please try again.")


def why_busy() -> str:
    """Why a password cannot be looked at just now; nobody has done anything wrong."""
    return _("Many people are signing in at this moment. Please try again in a few seconds.")


def wait_in_words(seconds: int) -> str:
    """The wait in words, rounded up to whole minutes beyond 90 seconds: when they are over, so is the wait."""
    if seconds > LONGEST_SHOWN_IN_SECONDS:
        seconds = -(-seconds // 60) * 60
    return format_timedelta(timedelta(seconds=seconds), granularity="second", threshold=1.5)


def say_signed_out(names: Sequence[str], now_as: str | None) -> str:
    """Return the sentence for accounts that were signed out at this browser, and who is signed in there now."""
    if now_as is None:
        return _("You are signed out of all accounts.") if len(names) > 1 else _("You are signed out.")
    if len(names) == 1:
        return _("%(name)s is signed out. You are signed in as %(other)s.", name=names[0], other=now_as)
    return _("You are signed in as %(other)s. The other account was signed out before.", other=now_as)
