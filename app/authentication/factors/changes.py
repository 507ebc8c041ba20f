"""What is done to somebody's second factors: each recorded and told by email, in case it was not them."""

from datetime import datetime

from blinker import Namespace

from ...audit import EventKind, record
from ...extensions import settings
from ...users.models import User
from ...users.notices import notify
from .. import sessions
from ..second_factors import has_second_factor
from . import passkeys, recovery_codes, totp

LONGEST_REASON = 200  # characters

factors_reset = Namespace().signal("factors-reset")
"""Sent with the person, inside the transaction, whom somebody else has given a new start."""


def set_up_app(user: User, seed: str, step: int) -> list[str]:
    """Ask ``user`` for the codes of an app from now on; return new recovery codes where there were none left.

    Nobody is signed out: what is signed in goes on, and asks when it is next to.
    """
    is_first = user.totp_at is None
    totp.set_up(user, seed, step)
    kind = EventKind.TOTP_SET_UP if is_first else EventKind.TOTP_REPLACED
    record(kind, user_id=user.id, actor_id=user.id)
    _tell(user, "totp_set_up" if is_first else "totp_replaced")
    return [] if recovery_codes.count(user).left else recovery_codes.make(user)


def remove_app(user: User) -> None:
    """Let the password alone sign ``user`` in again, on their own decision."""
    forget(user)
    record(EventKind.TOTP_REMOVED, user_id=user.id, actor_id=user.id)
    _tell(user, "totp_removed")


def make_codes(user: User) -> list[str]:
    """Make new recovery codes for ``user`` and return them; the old ones end."""
    codes = recovery_codes.make(user)
    record(EventKind.RECOVERY_CODES_MADE, user_id=user.id, actor_id=user.id)
    _tell(user, "recovery_codes_made")
    return codes


def reset(user: User, reason: str, by: str | None = None) -> bool:
    """Take all second factors from ``user``, who has lost them, and sign them out everywhere; False where there are none.

    ``by``: id of the administrator who decides it, None at the command line. ``reason`` is told to the person.
    """
    if not has_second_factor(user):
        return False
    forget_all(user)
    sessions.end_all_sessions(user.id)
    factors_reset.send(user)
    record(EventKind.FACTORS_RESET, user_id=user.id, actor_id=by, reason=reason)
    notify(user, "factors_reset", reason=reason, link=_page())
    return True


def forget_all(user: User) -> None:
    """Delete every second factor of ``user``, passkeys with them."""
    forget(user)
    passkeys.delete_all_of(user)


def forget(user: User) -> None:
    """Delete the seed and the recovery codes of ``user``: of somebody deleted, or made by who was not the owner."""
    totp.forget(user)
    recovery_codes.forget(user)


def forget_what_came_since(user: User, since: datetime) -> None:
    """Delete a second factor that was set up while somebody else's address counted: it is not the owner's."""
    if user.totp_at is not None and user.totp_at >= since:
        forget(user)


def _tell(user: User, template: str) -> None:
    notify(user, template, by=user.id, link=_page())


def _page() -> str:
    return f"{settings.issuer}/account/security"
