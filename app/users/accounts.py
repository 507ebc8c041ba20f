"""Making, finding, blocking and deleting people's accounts."""

from typing import Any

from blinker import Namespace
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import load_only

from ..audit import EventKind, record
from ..clock import now
from ..database.rows import db
from .administrators import keep_one, refuse_own
from .models import User
from .names import check_email, check_username, fold
from .passwords import check_new_password, hash_password
from .person_fields import PERSON_FIELDS
from .refusals import EmailTaken, UsernameTaken, UserUnknown

_signals = Namespace()
user_blocked = _signals.signal("user-blocked")
"""Sent with the person, inside the transaction: what they have open or were given ends here."""
user_deleted = _signals.signal("user-deleted")
"""Sent with the person, inside the transaction, while the row still has its name and address."""
password_set = _signals.signal("password-set")
"""Sent with the person, inside the transaction: what was got with the old password ends here."""


def find_user(identifier: str, *columns: Any) -> User | None:
    """The person with this username or e-mail address, compared without case; never a deleted one.

    With ``columns`` the others are read only when somebody asks for them.
    """
    key = fold(identifier)
    if not key:
        return None
    statement = select(User).where(or_(User.username_key == key, User.email_key == key)).limit(2)
    if columns:
        statement = statement.options(load_only(User.email_key, User.deleted_at, *columns))
    found = [user for user in db.session.scalars(statement) if user.deleted_at is None]
    # Imported usernames may look like an address: its owner comes before one who merely calls himself so.
    found.sort(key=lambda user: user.email_key != key)
    return found[0] if found else None


def get_user(user_id: str) -> User:
    """The person with this id, deleted ones included. Raises :class:`UserUnknown`."""
    user = db.session.get(User, user_id)
    if user is None:
        raise UserUnknown(user_id)
    return user


def no_users_yet() -> bool:
    """Whether nobody has an account."""
    return db.session.scalar(select(User.id).limit(1)) is None


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

    Raises UsernameRefused, EmailRefused, PasswordRefused, :class:`UsernameTaken`, :class:`EmailTaken`.
    """
    username, email = check_username(username), check_email(email)
    refuse_taken_username(username)
    refuse_taken_email(email)
    if password is not None:
        check_new_password(password, username, email)
        password_hash = hash_password(password)
    user = User(
        username=username,
        username_key=fold(username),
        email=email,
        email_key=fold(email),
        email_verified_at=now() if email_verified else None,
        password_hash=password_hash,
        password_changed_at=now() if password_hash else None,
        is_admin=is_admin,
        locale=locale,
        ip=ip,
    )
    db.session.add(user)
    _flush(username, email)
    return user


def refuse_taken_username(username: str) -> None:
    """Raise :class:`UsernameTaken` where somebody has it."""
    if _exists(User.username_key == fold(username)):
        raise UsernameTaken(username)


def refuse_taken_email(email: str) -> None:
    """Raise :class:`EmailTaken` where somebody has it."""
    if _exists(User.email_key == fold(email)):
        raise EmailTaken(email)


def rename_email(user: User, email: str) -> str:
    """Give ``user`` another address, not yet verified; the address as kept. Raises EmailRefused, EmailTaken."""
    email = check_email(email)
    if email == user.email:
        return email
    taken = db.session.scalar(select(User.id).where(User.email_key == fold(email), User.id != user.id))
    if taken is not None:
        raise EmailTaken(email)
    if fold(email) != user.email_key:
        user.email_verified_at = None
    user.email, user.email_key = email, fold(email)
    _flush(None, email)
    return email


def set_password(user: User, password: str) -> None:
    """Give ``user`` this password from now on. Raises PasswordRefused."""
    check_new_password(password, user.username, user.email)
    user.password_hash = hash_password(password)
    user.password_changed_at = now()
    password_set.send(user)


def note_arrival(user: User, *, ip: str | None, platform: str) -> None:
    """Keep where and with what ``user`` came for the first time; what is known already stays."""
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


def delete(user: User, by: str | None = None) -> None:
    """Erase what says who ``user`` was. The row stays: it keeps the ``sub`` from ever meaning somebody else.

    Raises LastAdministrator where another person does it.
    """
    if by not in (None, user.id):
        _keep_an_administrator(user)
    record(EventKind.USER_DELETED, user_id=user.id, actor_id=by)
    user_deleted.send(user)
    user.deleted_at = now()
    for field in PERSON_FIELDS:
        if field.erased:
            setattr(user, field.column, None)
    user.username = ""
    user.username_key = user.email_key = user.password_hash = user.password_changed_at = None
    user.is_admin = False


def _keep_an_administrator(leaving: User) -> None:
    if leaving.is_admin:
        keep_one(besides=leaving)


def _exists(condition: ColumnElement[bool]) -> bool:
    return db.session.scalar(select(User.id).where(condition)) is not None


def _flush(username: str | None, email: str) -> None:
    """Write now, so that of two people asking for one name at the same moment the second one is told."""
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        if username is not None:
            refuse_taken_username(username)
        refuse_taken_email(email)
        raise
