"""People as administrators type them: usernames or email addresses, several one a line."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from ..database.rows import db
from ..users.models import User
from ..users.names import fold, fold_email
from .members import AT_ONCE
from .refusals import NotFound


def get_people(typed: Iterable[str]) -> list[User]:
    """The people with these usernames or addresses, each once, in few statements. Raises :class:`NotFound`."""
    names = list(dict.fromkeys(stripped for name in typed if (stripped := name.strip())))
    by_key = _find([(fold(name), fold_email(name)) for name in names])
    missing = [name for name in names if _of(name, by_key) is None]
    if missing:
        raise NotFound(missing)
    return list({user.id: user for name in names if (user := _of(name, by_key))}.values())


def _of(name: str, by_key: dict[str, User]) -> User | None:
    """An address's owner comes before one who merely calls themselves so, as at the sign-in."""
    return by_key.get(f"email {fold_email(name)}") or by_key.get(f"name {fold(name)}")


def _find(keys: list[tuple[str, str]]) -> dict[str, User]:
    found: dict[str, User] = {}
    for start in range(0, len(keys), AT_ONCE):
        batch = keys[start : start + AT_ONCE]
        named = or_(
            User.username_key.in_({name for name, _address in batch}),
            User.email_key.in_({address for _name, address in batch}),
        )
        for user in db.session.scalars(select(User).where(named, User.deleted_at.is_(None))):
            found |= {f"name {user.username_key}": user, f"email {user.email_key}": user}
    return found
