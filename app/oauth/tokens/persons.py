"""What claims are made of, read again only when the person has changed."""

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from ...database.engines import read_connection
from ...users.models import User

REMEMBERED = 5_000  # people a process keeps

_known: OrderedDict[str, Row[Any]] = OrderedDict()
_lock = threading.Lock()
_CLAIMED: Any = select(
    User.username,
    User.name,
    User.locale,
    User.updated_at,
    User.email,
    User.email_verified_at,
    User.mobile,
    User.mobile_verified_at,
).where(User.id == bindparam("user"))


def find_person(user_id: str, updated_at: datetime) -> Row[Any] | None:
    """The person as of ``updated_at``, which the caller has just read."""
    person: Row[Any] | None = _known.get(user_id)
    if person is not None and person.updated_at == updated_at:
        return person
    with read_connection() as connection:
        person = connection.execute(_CLAIMED, {"user": user_id}).first()
    with _lock:
        _known.pop(user_id, None)
        if person is not None:
            _known[user_id] = person
        if len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return person
