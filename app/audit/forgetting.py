"""What events no longer tell about somebody who is gone: who they were, and from where and with what they came."""

import json
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select, update

from ..database.rows import db
from .events import EventKind
from .models import Event

# Details that name the person an event is about, or may, and what tells of the browser of who acts.
OF_PERSON = ("email", "device", "network", "reason")
OF_BROWSER = ("device", "network")
# Events of others that name an address.
NAMING_OTHERS = (
    EventKind.USER_INVITED,
    EventKind.TEAM_MEMBER_INVITED,
    EventKind.TEAM_INVITATION_REVOKED,
    EventKind.MAIL_HURRIED,
    EventKind.MAIL_DELETED,
    EventKind.MAIL_TESTED,
)
ROWS_A_STATEMENT = 500


def forget_person(user_id: str, names: Collection[str]) -> None:
    """Take addresses and devices out of what happened to ``user_id`` or by them, and ``names`` out of what others did.

    Where somebody else acted on them, such as an administrator, the network address is that one's and stays.
    """
    about, by = Event.user_id == user_id, Event.actor_id == user_id
    for own in (by, about & Event.actor_id.is_(None)):
        db.session.execute(update(Event).where(own, Event.ip.is_not(None)).values(ip=None))
    _blank(about, OF_PERSON)
    _blank(by & or_(Event.user_id.is_(None), Event.user_id != user_id), OF_BROWSER)
    if names:
        written = or_(*(_says(json.dumps(name, ensure_ascii=False)) for name in names))
        _blank(Event.kind.in_(NAMING_OTHERS) & written, ("email",), names)


def _blank(events: ColumnElement[bool], fields: Collection[str], only: Collection[str] | None = None) -> None:
    """Empty these fields in the details of ``events``, or just those that say ``only`` this."""
    same: dict[str, list[str]] = defaultdict(list)  # many sign-ins tell the same few devices
    told = or_(*(_says(f'"{field}"') for field in fields))
    for event_id, text in db.session.execute(select(Event.id, Event.details).where(events, told)):
        same[text].append(event_id)
    for text, ids in same.items():
        blank = _blanked(text, fields, only)
        for start in range(0, len(ids) if blank != text else 0, ROWS_A_STATEMENT):
            some = Event.id.in_(ids[start : start + ROWS_A_STATEMENT])
            db.session.execute(update(Event).where(some).values(details=blank))


def _blanked(text: str, fields: Collection[str], only: Collection[str] | None) -> str:
    details = json.loads(text)
    for field in fields:
        if field in details and (only is None or details[field] in only):
            details[field] = None
    return json.dumps(details, ensure_ascii=False, sort_keys=True)


def _says(text: str) -> ColumnElement[bool]:
    return Event.details.contains(text, autoescape=True)
