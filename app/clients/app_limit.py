"""How many apps one person, or one team, may have."""

from sqlalchemy import func, select

from ..database.rows import db
from ..teams.models import Team
from ..users.models import User
from .models import Client
from .refusals import ClientRefused, Problem, Reason


def lock_owner(owner_id: str | None, team_id: str | None = None) -> None:
    """Let one person or team get one app at a time, so that the count of them is exact; SQLite has one writer anyway."""
    for model, held in ((User, owner_id), (Team, team_id)):
        if held is not None:
            db.session.execute(select(model.id).where(model.id == held).with_for_update())


def refuse_one_too_many(owner_id: str | None, team_id: str | None, most: int | None) -> None:
    """Raise :class:`ClientRefused` when they now have more than ``most`` apps, and undo the last one."""
    if most is None or not (owner_id or team_id):
        return
    theirs = Client.owner_id == owner_id if owner_id else Client.team_id == team_id
    if (db.session.scalar(select(func.count()).select_from(Client).where(theirs)) or 0) > most:
        db.session.rollback()
        raise ClientRefused([Problem("owner" if owner_id else "team", Reason.TOO_MANY, str(most))])
