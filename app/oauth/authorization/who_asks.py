"""Who asks for a person's data: what the consent page tells of every app, so that people can tell them apart."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ...clients.models import Client
from ...consents.counts import count_up_to
from ...database.rows import db
from ...users.models import User

MOST_COUNTED = 1000  # people; beyond it a number says nothing more, and counting costs


@dataclass(frozen=True)
class WhoAsks:
    """The maker of an app (their username; None: the portal itself, or nobody known), and how long it has been here."""

    maker: str | None
    since: datetime
    people: int
    """How many people let it in at present, at most :data:`MOST_COUNTED` + 1."""


def find(client_id: str) -> WhoAsks:
    """Read it for this app, which exists."""
    query = select(Client.created_at, User.username).outerjoin(User, User.id == Client.owner_id)
    since, maker = db.session.execute(query.where(Client.id == client_id)).one()
    return WhoAsks(maker, since, count_up_to(client_id, MOST_COUNTED + 1))
