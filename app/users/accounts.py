"""Making, finding, blocking and deleting people's accounts."""

from typing import Any

from blinker import Namespace
from sqlalchemy import or_, select, update
from sqlalchemy.orm import load_only

from ..audit import EventKind, record
from ..audit.forgetting import forget_person
from ..clock import now
from ..database.rows import changed, db
from ..notifications.addresses import masked
from .administrators import keep_one, refuse_own
from .models import User
from .names import check_email, check_username, fold, fold_email
from .notices import say_farewell
from .password_changes import forget_password, keep_hash, replace_password, set_password
from .passwords import check_new_password, hash_password
from .person_fields import PERSON_FIELDS
from .pictures import forget_picture
from .refusals import UserUnknown
from .unique_names import refuse_taken, write_unique

__all__ = [
    "block",
    "delete",
    "find_by_username",
    "find_user",
    "forget_password",
    "forget_profile",
    "get_user",
    "is_still_there",
    "keep_hash",
    "note_arrival",
    "register",
    "replace_password",
    "set_password",
    "unblock",
    "user_blocked",
    "user_deleted",
]

_signals = Namespace()
user_blocked = _signals.signal("user-blocked")
"""Sent with the person, inside the transaction: what they have open or were given ends here."""
user_deleted = _signals.signal("user-deleted")
"""Sent with the person, inside the transaction, while the row still has its name and address."""


def find_user(identifier: str, *columns: Any) -> User | None:
    """The person with this username or email address, however it is written; never a deleted one.

    With ``columns`` the others are read only when somebody asks for them.
    """
    name, address = fold(identifier), fold_email(identifier)
    if not name:
        return None
    statement = select(User).where(or_(User.username_key == name, User.email_key == address)).limit(2)
    if columns:
        statement = statement.options(load_only(User.email_key, User.deleted_at, *columns))
    found = [user for user in db.session.scalars(statement) if user.deleted_at is None]
    # Imported usernames may look like an address: its owner comes before one who merely calls himself so.
    found.sort(key=lambda user: user.email_key != address)
    return found[0] if found else None


def find_by_username(username: str) -> User | None:
    """The person with this username, compared without case; never by the address, which others need not know."""
    return db.session.scalar(select(User).where(User.username_key == fold(username)))


def get_user(user_id: str) -> User:
    """The person with this id, deleted ones included. Raises :class:`UserUnknown`."""
    user = db.session.get(User, user_id)
    if user is None:
        raise UserUnknown(user_id)
    return user


def register(
    username: str,
    email: str,
    password: str | None = None,
    *,
    password_hash: str | None = None,
    is_admin: bool = False,
    email_verified: bool = False,
    locale: str | None = None,
    ip: str | None = None,
) -> User:
    """Register a person and return them. Without ``password`` or ``password_hash`` nobody can sign in until one is set.

    Raises UsernameRefused, EmailRefused, PasswordRefused, UsernameTaken, EmailTaken.
    """
    username, email = check_username(username), check_email(email)
    refuse_taken(username, email)
    if password is not None:
        check_new_password(password, username, email)
        password_hash = hash_password(password)
    user = User(
        username=username,
        username_key=fold(username),
        email=email,
        email_key=fold_email(email),
        email_verified_at=now() if email_verified else None,
        password_hash=password_hash,
        password_changed_at=now() if password_hash else None,
        is_admin=is_admin,
        locale=locale,
        ip=ip,
    )
    db.session.add(user)
    write_unique(username, email)
    return user


def forget_profile(user: User) -> None:
    """Erase what was told or noted about ``user`` but the username and the address."""
    forget_picture(user)
    for field in PERSON_FIELDS:
        if field.erased and not field.is_sign_in_name:
            setattr(user, field.column, None)


def note_arrival(user: User, *, ip: str | None, platform: str, language: str | None) -> None:
    """Keep where, with what and in which language ``user`` came for the first time; what is known already stays."""
    user.first_language = user.first_language or language
    user.platform = user.platform or platform
    user.ip = user.ip or ip


def block(user: User, by: str | None = None) -> None:
    """End what ``user`` has open and refuse every further sign-in and token.

    ``by``: id of the administrator who does it, None at the command line, which may block everybody.
    Raises OwnAccount, LastAdministrator.
    """
    if user.blocked_at is not None:
        return
    if by is not None:
        refuse_own(user, by)
        _keep_an_administrator(user)
    user.blocked_at = now()
    record(EventKind.USER_BLOCKED, user_id=user.id, actor_id=by)
    user_blocked.send(user)


def unblock(user: User, by: str | None = None) -> None:
    """Let ``user`` sign in again; what blocking ended stays ended."""
    if user.blocked_at is None:
        return
    user.blocked_at = None
    record(EventKind.USER_UNBLOCKED, user_id=user.id, actor_id=by)


def is_still_there(user: User) -> bool:
    """Whether ``user`` is not deleted, whose row is held from here on: nothing is written about somebody who is gone."""
    held = (
        update(User).where(User.id == user.id, User.deleted_at.is_(None)).values(updated_at=User.updated_at)
    )
    return changed(held.execution_options(synchronize_session=False)) == 1


def delete(user: User, by: str | None = None) -> None:
    """Erase what says who ``user`` was, and tell them; of several calls at once one does it.

    The row stays: it keeps the ``sub`` from ever meaning somebody else. ``by``: id of who does it, the person or an
    administrator; None at the command line, which may delete everybody. Raises LastAdministrator.
    """
    if by is not None:
        _keep_an_administrator(user)
    still_there = update(User).where(User.id == user.id, User.deleted_at.is_(None))
    if changed(still_there.values(deleted_at=now())) != 1:
        return
    say_farewell(user, by=by)
    record(EventKind.USER_DELETED, user_id=user.id, actor_id=by)
    user_deleted.send(user)
    told = [text for text in (user.email, user.mobile) if text]
    forget_person(user.id, [*told, *map(masked, told)])
    forget_picture(user)
    for field in PERSON_FIELDS:
        if field.erased:
            setattr(user, field.column, None)
    user.username = ""
    user.username_key = user.email_key = user.password_hash = user.password_changed_at = None
    user.totp_at = user.totp_step = user.passkey_at = user.second_factor_asked_at = None
    user.is_admin = False


def _keep_an_administrator(leaving: User) -> None:
    if leaving.is_admin:
        keep_one(besides=leaving)
