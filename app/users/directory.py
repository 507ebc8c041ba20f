"""Finding people among many, for administrators."""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from ..database.paging import Key
from ..database.rows import db
from .models import SearchText, User
from .search_texts import contains

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


_NARROWED: dict[State | None, ColumnElement[bool]] = {
    State.BLOCKED: User.blocked_at.is_not(None),
    State.UNVERIFIED: User.email_verified_at.is_(None),
    State.ADMINISTRATORS: User.is_admin == true(),
    State.WITHOUT_SECOND_FACTOR: and_(User.totp_at.is_(None), User.passkey_at.is_(None)),
}
FEW = {State.BLOCKED: "ix_users_blocked_at", State.ADMINISTRATORS: "ix_users_is_admin_id"}
"""Who are so few that an index of the people finds them before their texts are read."""


def search(text: str, state: State | None = None) -> tuple[Select[User], Key]:
    """People whose username, name or email address contains every word of ``text``, or whose id begins so, and
    the key that orders them: the id in the rows that are read first.

    Deleted people are found by their id, or where ``state`` asks for them.
    """
    by_id = bool(AN_ID.fullmatch(text))
    if state is State.DELETED:
        gone = select(User).where(User.deleted_at.is_not(None))
        return gone.where(_id_begins(text) if by_id else false() if text else true()), User.id
    query = select(User).where(_present(state, text, by_id=by_id), _NARROWED.get(state, true()))
    if not text:
        return query, User.id
    if state in FEW:
        wanted = or_(contains(text), _id_begins(text)) if by_id else contains(text)
        return _of_few(query, FEW[state]).where(wanted), User.id
    key = _with_id(text).user_id if by_id else SearchText.user_id
    query = _texts_first(query.select_from(key.parent).join(User, User.id == key))
    return query if by_id else query.where(contains(text)), key


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


def _present(state: State | None, text: str, *, by_id: bool) -> ColumnElement[bool]:
    """Who is gone has no text to be found by: planners must not begin with the index of those who are not."""
    if (state is None and by_id) or (text and not by_id):
        return true()
    return User.deleted_at.is_(None)


def _with_id(text: str) -> type[SearchText]:
    """Those who are found by their text, or by an id that begins with ``text``."""
    begins_so = select(User.id).where(_id_begins(text))
    return aliased(SearchText, union(select(SearchText.user_id).where(contains(text)), begins_so).subquery())


def _texts_first(query: Select[User]) -> Select[User]:
    """Left to itself MariaDB begins with the people and looks up the text of each, at ten times the cost."""
    for dialect in ("mysql", "mariadb"):
        query = query.prefix_with("STRAIGHT_JOIN", dialect=dialect)
    return query


def _of_few(query: Select[User], index: str) -> Select[User]:
    """Left to itself MariaDB takes the index of those who are not deleted: nearly everybody."""
    for dialect in ("mysql", "mariadb"):
        query = query.with_hint(User, f"USE INDEX ({index})", dialect)
    return query.join(SearchText, SearchText.user_id == User.id)


def _id_begins(text: str) -> ColumnElement[bool]:
    return and_(User.id >= text, User.id <= text + LAST_ASCII)


def begins(column: InstrumentedAttribute[Any], prefix: str) -> ColumnElement[bool]:
    """Whether ``column`` begins so: a range, since LIKE has wildcards and not every database's finds an index."""
    return and_(column >= prefix, column <= prefix + LAST_CHARACTER)
