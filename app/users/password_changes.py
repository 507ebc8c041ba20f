"""Giving an account another password, or none."""

from typing import Any

from blinker import Namespace
from sqlalchemy import ColumnElement, Connection, update
from sqlalchemy.orm.attributes import set_committed_value

from ..clock import now
from ..database.rows import changed
from .models import User
from .passwords import check_new_password, hash_password

password_set = Namespace().signal("password-set")
"""Sent with the person, inside the transaction, also where no new one is set: what was got with the old one ends here."""


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


def hold_password(
    connection: Connection, user: User, *conditions: ColumnElement[bool], **values: Any
) -> bool:
    """Hold the row of ``user`` where the password still is the one they were read with; False where it is not.

    As :func:`keep_hash`, on ``connection``, where ``conditions`` hold too, and writing ``values`` at once.
    """
    same = User.id == user.id, User.password_hash == user.password_hash, User.password_hash.is_not(None)
    values = {"password_hash": user.password_hash, "updated_at": User.updated_at, **values}
    return connection.execute(update(User).where(*same, *conditions).values(values)).rowcount == 1


def forget_password(user: User) -> None:
    """Let nobody sign in as ``user`` until a new password is set."""
    user.password_hash = None
    password_set.send(user)
