"""Looking people up by their username: what any service of the house may know about them."""

from typing import Any

from sqlalchemy import bindparam, select

from ..database.engines import read_connection
from .models import User, full_name
from .names import fold

_BY_USERNAME = select(User.id, User.username, User.name, User.given_name, User.family_name).where(
    User.username_key == bindparam("key"), User.blocked_at.is_(None), User.deleted_at.is_(None)
)


def look_up(username: str) -> dict[str, Any] | None:
    """``id``, ``username`` and ``name``; None for nobody, and for who is blocked or deleted.

    By username only: whoever has an email address must not learn whose it is.
    """
    key = fold(username)
    if not key:
        return None
    with read_connection() as connection:
        person = connection.execute(_BY_USERNAME, {"key": key}).first()
    if person is None:
        return None
    return {"id": person.id, "username": person.username, "name": full_name(person) or person.username}
