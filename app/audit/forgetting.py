"""What events no longer tell about somebody who is gone."""

import json

from sqlalchemy import ColumnElement, and_, or_, select

from ..database.rows import db
from .events import EventKind
from .models import Event

# Events of others that name an address.
NAMING_OTHERS = (EventKind.USER_INVITED, EventKind.MAIL_HURRIED, EventKind.MAIL_DELETED)


def forget_addresses(user_id: str, email: str | None) -> None:
    """Take every e-mail address out of what happened to ``user_id``, and ``email`` out of what others did with it."""
    about = [Event.user_id == user_id]
    if email is not None:
        about.append(and_(Event.kind.in_(NAMING_OTHERS), _says(json.dumps(email, ensure_ascii=False))))
    for event in db.session.scalars(select(Event).where(or_(*about), _says('"email"'))):
        details = json.loads(event.details)
        if event.user_id == user_id or details.get("email") == email:
            event.details = json.dumps({**details, "email": None}, ensure_ascii=False, sort_keys=True)


def _says(text: str) -> ColumnElement[bool]:
    return Event.details.contains(text, autoescape=True)
