"""A new password by a link that came by mail, or that an administrator handed out."""

from dataclasses import dataclass

from blinker import Namespace
from sqlalchemy import delete, select

from ..audit import EventKind, record
from ..authentication import sessions, throttling
from ..authentication.models import SignInFailures
from ..authentication.refusals import AccountBlocked, InvalidCredentials, TooManyTries
from ..authentication.second_factors import needs_second_factor
from ..authentication.sign_in import check_password
from ..clock import now
from ..crypto import digest
from ..database.rows import db
from ..forms import SECOND_CLICK
from ..users import accounts
from ..users.models import User
from .email_links import Purpose, end_links, find_link, use_link
from .mobile import forget_code
from .models import EmailLink
from .passwords import tell_password_changed
from .refusals import LinkExpired


@dataclass(frozen=True)
class Reset:
    """Whose password a link sets, and what that means for the account."""

    user: User
    is_first: bool
    """Whether nobody could ever sign in so far."""
    reclaims: bool
    """Whether somebody else may have made the account: only now its mailbox is shown to be the person's."""


def find_reset(token: str) -> Reset:
    """What the link does. Raises :class:`LinkExpired`."""
    link = find_link(Purpose.RESET_PASSWORD, token)
    user = accounts.get_user(link.user_id) if link is not None and link.user_id is not None else None
    if link is None or user is None or not user.is_active:
        raise LinkExpired(Purpose.RESET_PASSWORD)
    return Reset(user, not user.had_password, reclaims=_proves_the_mailbox(link, user) and user.had_password)


account_reclaimed = Namespace().signal("account_reclaimed")
"""Sent with a person who has taken over what somebody else may have made: what those allowed or hold there ends."""


def reset_password(token: str, password: str) -> Reset:
    """Set the new password, sign every browser of the person out, and return what was done.

    Raises :class:`LinkExpired`, and PasswordRefused, which leaves the link as it was.
    """
    reset = find_reset(token)
    user = reset.user
    accounts.set_password(user, password)
    link = use_link(Purpose.RESET_PASSWORD, token)
    # What somebody who knew the old one may have begun ends, too.
    end_links(Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL, user_id=user.id)
    if _proves_the_mailbox(link, user):
        user.email_verified_at = now()
    if reset.reclaims:
        _take_over(user)
    sessions.end_all_sessions(user.id)
    _forgive_wrong_passwords(user)
    record(EventKind.PASSWORD_RESET, user_id=user.id, actor_id=user.id)
    if not reset.is_first:
        tell_password_changed(user)
    return reset


def was_just_used(token: str, password: str) -> bool:
    """Whether a copy of this form, sent by a second click, has set ``password`` with this link."""
    link = db.session.scalar(
        select(EmailLink).where(
            EmailLink.token_digest == digest(token),
            EmailLink.purpose == Purpose.RESET_PASSWORD,
            EmailLink.used_at > now() - SECOND_CLICK,
        )
    )
    user = accounts.get_user(link.user_id) if link is not None and link.user_id is not None else None
    if user is None:
        return False
    try:
        check_password(user, password)
    except (InvalidCredentials, AccountBlocked, TooManyTries):
        return False
    return True


def _proves_the_mailbox(link: EmailLink, user: User) -> bool:
    """Whether ``link`` came by mail to the address of ``user``, which nobody had confirmed."""
    return link.email is not None and link.email == user.email and user.email_verified_at is None


def _take_over(user: User) -> None:
    """End what whoever made the account may have left in it to come back by, or to be taken for its owner."""
    end_links(Purpose.VERIFY_EMAIL, Purpose.UNDO_EMAIL, user_id=user.id)
    accounts.forget_profile(user)
    forget_code(user)
    record(EventKind.ACCOUNT_RECLAIMED, user_id=user.id, actor_id=user.id)
    account_reclaimed.send(user)


def _forgive_wrong_passwords(user: User) -> None:
    """Clear the count: a wait that somebody else brought about must not keep out who has just proved to own the mailbox.

    Not where it counts wrong codes, too: each reset would be five more guesses of a code.
    """
    if needs_second_factor(user):
        return
    account = throttling.account_of(user.id, user.username)
    db.session.execute(delete(SignInFailures).where(SignInFailures.account == account))
