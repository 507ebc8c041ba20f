"""Who asks for a person's data: what the consent page tells of every app, so that people can tell them apart."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ...clients import borrowed_names
from ...clients.models import Client
from ...consents.counts import count_up_to
from ...database.rows import db
from ...users.models import User
from ..client_rows import ClientRow

MOST_COUNTED = 1000  # people; beyond it a number says nothing more, and counting costs


@dataclass(frozen=True)
class WhoAsks:
    """The maker of an app, and how long it has been here."""

    maker: str | None
    """Their username; None for the portal itself, nobody known, and a name that only administrators would give."""
    since: datetime
    people: int
    """How many people let it in at present, at most :data:`MOST_COUNTED` + 1."""


def find(client: ClientRow) -> WhoAsks:
    """Read it for this app, which exists; unless it is vouched for, its maker's name borrows no authority either."""
    query = select(Client.created_at, User.username).outerjoin(User, User.id == Client.owner_id)
    since, username = db.session.execute(query.where(Client.id == client.id)).one()
    borrowed = username and not client.is_vouched_for and borrowed_names.find_problem(username)
    return WhoAsks(None if borrowed else username, since, count_up_to(client.id, MOST_COUNTED + 1))
