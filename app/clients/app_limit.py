"""How many apps one person may have."""

from sqlalchemy import func, select

from ..database.rows import db
from ..users.models import User
from .models import Client
from .refusals import ClientRefused, Problem, Reason


def lock_owner(owner_id: str | None) -> None:
    """Let one person register one app at a time, so that the count of them is exact; SQLite has one writer anyway."""
    if owner_id is not None:
        db.session.execute(select(User.id).where(User.id == owner_id).with_for_update())


def refuse_one_too_many(owner_id: str | None, most: int | None) -> None:
    """Raise :class:`ClientRefused` when this person now has more than ``most`` apps, and undo the last one."""
    if owner_id is None or most is None:
        return
    owned = (
        db.session.scalar(select(func.count()).select_from(Client).where(Client.owner_id == owner_id)) or 0
    )
    if owned > most:
        db.session.rollback()
        raise ClientRefused([Problem("owner", Reason.TOO_MANY, str(most))])
