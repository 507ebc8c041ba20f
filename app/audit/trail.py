"""Reading what happened to a person."""

from collections.abc import Sequence

from sqlalchemy import select

from ..database.rows import db
from .models import Event


def list_events(user_id: str, *, limit: int, before: str | None = None) -> Sequence[Event]:
    """Up to ``limit`` events of this person, newest first, older than the one with the id ``before``."""
    query = select(Event).where(Event.user_id == user_id).order_by(Event.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Event.id < before)
    return db.session.scalars(query).all()


def list_events_of_team(team_id: str, *, limit: int, before: str | None = None) -> Sequence[Event]:
    """Up to ``limit`` events that concern this team and its apps, as :func:`list_events`."""
    query = select(Event).where(Event.team_id == team_id).order_by(Event.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Event.id < before)
    return db.session.scalars(query).all()
