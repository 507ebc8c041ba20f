"""Making, finding, blocking and deleting people's accounts."""

from typing import Any

from blinker import Namespace
from sqlalchemy import or_, select, update
from sqlalchemy.orm import load_only
from sqlalchemy.orm.attributes import set_committed_value

from ..audit import EventKind, record
from ..audit.forgetting import forget_addresses
from ..clock import now
from ..database.rows import changed, db
from .administrators import keep_one, refuse_own
from .models import User
from .names import check_email, check_username, fold, fold_email
from .passwords import check_new_password, hash_password
from .person_fields import PERSON_FIELDS
from .refusals import UserUnknown
from .unique_names import refuse_taken, write_unique

_signals = Namespace()
user_blocked = _signals.signal("user-blocked")
"""Sent with the person, inside the transaction: what they have open or were given ends here."""
user_deleted = _signals.signal("user-deleted")
"""Sent with the person, inside the transaction, while the row still has its name and address."""
password_set = _signals.signal("password-set")
"""Sent with the person, inside the transaction, also where no new one is set: what was got with the old one ends here."""


def find_user(identifier: str, *columns: Any) -> User | None:
    """The person with this username or e-mail address, however it is written; never a deleted one.

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


def set_password(user: User, password: str) -> None:
    """Give ``user`` this password from now on. Raises PasswordRefused."""
    check_new_password(password, user.username, user.email)
    user.password_hash = hash_password(password)
    user.password_changed_at = now()
    password_set.send(user)


def replace_password(user: User, password: str) -> bool:
    """Give ``user`` this password in place of the one they were read with; False where that counts no more.

    Raises PasswordRefused. Between reading and writing lies a slow hash, in which somebody may take the account back.
    """
    check_new_password(password, user.username, user.email)
    seen, moment = user.password_hash, now()
    if not keep_hash(user, seen, hash_password(password), password_changed_at=moment):
        return False
    password_set.send(user)
    return True


def keep_hash(user: User, seen: str | None, new: str | None, **changes: Any) -> bool:
    """Write ``new`` where the hash of ``user`` still is the one ``seen``, and hold the row; False where it is not.

    The same as ``new`` confirms it: what is written behind it comes before whatever ends the password.
    """
    values = {"password_hash": new, "updated_at": now() if changes else User.updated_at, **changes}
    write = update(User).where(User.id == user.id, User.password_hash == seen).values(values)
    if changed(write.execution_options(synchronize_session=False)) != 1:
        return False
    for name, value in {"password_hash": new, **changes}.items():
        set_committed_value(user, name, value)
    return True


def forget_password(user: User) -> None:
    """Let nobody sign in as ``user`` until a new password is set."""
    user.password_hash = None
    password_set.send(user)


def forget_profile(user: User) -> None:
    """Erase what was told or noted about ``user`` but the username and the address."""
    for field in PERSON_FIELDS:
        if field.erased and not field.is_sign_in_name:
            setattr(user, field.column, None)


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
    forget_addresses(user.id, user.email)
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
