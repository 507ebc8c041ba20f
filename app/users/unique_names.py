"""Usernames and addresses: nobody has one that somebody else has."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from ..audit import EventKind, record
from ..clock import now
from ..database.rows import db
from .models import User
from .names import check_email, fold, fold_email
from .refusals import EmailTaken, UsernameTaken


def refuse_taken(username: str | None, email: str) -> None:
    """Raise :class:`UsernameTaken` or :class:`EmailTaken` where somebody has one of them."""
    if username is not None:
        refuse_taken_username(username)
    refuse_taken_email(email)


def refuse_taken_username(username: str) -> None:
    """Raise :class:`UsernameTaken` where somebody has it."""
    if _find(User.username_key == fold(username)) is not None:
        raise UsernameTaken(username)


def refuse_taken_email(email: str) -> None:
    """Raise :class:`EmailTaken` where somebody has it."""
    if _find(User.email_key == fold_email(email)) is not None:
        raise EmailTaken(email)


def write_unique(username: str | None, email: str) -> None:
    """Write now, so that of two people asking for one name at the same moment the second one is told."""
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        refuse_taken(username, email)
        raise


def check_new_email(user: User, email: str) -> str:
    """``email`` as it is kept, where ``user`` may have it. Raises EmailRefused, :class:`EmailTaken`."""
    email = check_email(email)
    if _find(User.email_key == fold_email(email), User.id != user.id) is not None:
        raise EmailTaken(email)
    return email


def give_email(user: User, email: str) -> None:
    """Make ``email`` the confirmed address of ``user``, whose mailbox it has just been shown to be.

    Whoever else claims it without ever having shown that loses it. Raises :class:`EmailTaken`.
    """
    key = fold_email(email)
    holder = _find(User.email_key == key, User.id != user.id)
    if holder is not None:
        if holder.email_verified_at is not None:
            raise EmailTaken(email)
        holder.email = holder.email_key = None
        record(EventKind.EMAIL_LOST, user_id=holder.id)
        db.session.flush()
    user.email, user.email_key, user.email_verified_at = email, key, now()
    write_unique(None, email)


def _find(*conditions: ColumnElement[bool]) -> User | None:
    return db.session.scalar(select(User).where(*conditions))
