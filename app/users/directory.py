"""Finding people among many, for administrators."""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from ..database.rows import db
from .models import User
from .names import LONGEST_EMAIL, fold, fold_email

AN_ID = re.compile("[0-9a-f]{8,32}")  # fewer digits are those of everybody who came in the same hours
LAST_CHARACTER = "\U0010ffff"
LAST_ASCII = "\x7f"
AT_ONCE = 500  # people in memory, where everybody is read


class State(StrEnum):
    """What a list of people can be narrowed to."""

    BLOCKED = "blocked"
    UNVERIFIED = "unverified"
    ADMINISTRATORS = "administrators"
    WITHOUT_SECOND_FACTOR = "without_second_factor"
    DELETED = "deleted"


def search(text: str, state: State | None = None) -> Select[User]:
    """People whose username, email address or id begins with ``text``, compared as at the sign-in.

    Deleted people are found by their id, or where ``state`` asks for them.
    """
    query = select(User).where(*_narrowed(state, by_id=bool(AN_ID.fullmatch(text))))
    return query.where(_matches(text)) if text else query


def list_users() -> Iterator[User]:
    """Everybody who has an account, in the order they came, read some at a time."""
    query, last = select(User).where(User.deleted_at.is_(None)).order_by(User.id).limit(AT_ONCE), ""
    while people := db.session.scalars(query.where(User.id > last)).all():
        yield from people
        last = people[-1].id


def count_people() -> int:
    """How many people have an account."""
    return db.session.scalar(select(func.count()).select_from(User).where(User.deleted_at.is_(None))) or 0


def usernames(ids: Collection[str | None]) -> dict[str, str]:
    """The username of each of these people by their id; those who are gone are left out."""
    wanted = {user_id for user_id in ids if user_id}
    if not wanted:
        return {}
    rows = db.session.execute(select(User.id, User.username).where(User.id.in_(wanted)))
    return {row.id: row.username for row in rows if row.username}


def _narrowed(state: State | None, *, by_id: bool) -> list[ColumnElement[bool]]:
    if state is State.DELETED:
        return [User.deleted_at.is_not(None)]
    if state is None and by_id:
        return []
    present = User.deleted_at.is_(None)
    if state is State.BLOCKED:
        return [present, User.blocked_at.is_not(None)]
    if state is State.UNVERIFIED:
        return [present, User.email_verified_at.is_(None)]
    if state is State.WITHOUT_SECOND_FACTOR:
        return [present, User.totp_at.is_(None), User.passkey_at.is_(None)]
    return [present, User.is_admin == true()] if state is State.ADMINISTRATORS else [present]


def _matches(text: str) -> ColumnElement[bool]:
    key = fold(text)
    if not key or len(key) > LONGEST_EMAIL:
        return false()
    ways = [begins(User.username_key, key), begins(User.email_key, fold_email(text))]
    if AN_ID.fullmatch(text):
        ways.append(and_(User.id >= text, User.id <= text + LAST_ASCII))
    return or_(*ways)


def begins(column: InstrumentedAttribute[Any], prefix: str) -> ColumnElement[bool]:
    """Whether ``column`` begins so: a range, since LIKE has wildcards and not every database's finds an index."""
    return and_(column >= prefix, column <= prefix + LAST_CHARACTER)
