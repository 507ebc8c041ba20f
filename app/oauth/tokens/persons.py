"""What claims are made of, read again only when the person has changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from ...database.engines import read_connection
from ...process.cache import Cache
from ...users.models import User
from ...users.person_fields import CLAIMED

MOST_PEOPLE = 5_000  # a process keeps

_known: Cache[str, Row[Any]] = Cache(MOST_PEOPLE)
_CLAIMED: Any = select(*(getattr(User, field.column) for field in CLAIMED)).where(
    User.id == bindparam("user")
)


def find_person(user_id: str, updated_at: datetime) -> Row[Any] | None:
    """The person as of ``updated_at``, which the caller has just read."""
    person = _known.get(user_id)
    if person is not None and person.updated_at == updated_at:
        return person
    with read_connection() as connection:
        person = connection.execute(_CLAIMED, {"user": user_id}).first()
    if person is None:
        _known.drop(user_id)
    else:
        _known.put(user_id, person)
    return person
