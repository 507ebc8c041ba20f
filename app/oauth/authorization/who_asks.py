"""Who asks for a person's data: what the consent page tells of every app, so that people can tell them apart."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ...clients import borrowed_names
from ...clients.dynamic.models import ClientRegistration
from ...clients.models import Client
from ...consents.counts import count_up_to
from ...database.rows import db
from ...teams.models import Team
from ...users.models import User
from ..client_rows import ClientRow

MOST_COUNTED = 1000  # people; beyond it a number says nothing more, and counting costs


@dataclass(frozen=True)
class WhoAsks:
    """The maker of an app, and how long it has been here."""

    maker: str | None
    """Their username, or “Team” and its name, which may be like somebody's username; None for the portal itself, nobody known, and a name that only administrators would give."""
    since: datetime
    people: int
    """How many people let it in at present, at most :data:`MOST_COUNTED` + 1."""
    policy_uri: str | None = None
    tos_uri: str | None = None
    """What an app that registered itself says of its rules. Its logo is not shown: a picture is believed unread."""


def find(client: ClientRow) -> WhoAsks:
    """Read it for this app, which exists; unless it is vouched for, its maker's name borrows no authority either."""
    links = ClientRegistration.policy_uri, ClientRegistration.tos_uri
    query = select(Client.created_at, User.username, Team.name, *links)
    query = query.outerjoin(User, User.id == Client.owner_id).outerjoin(Team, Team.id == Client.team_id)
    query = query.outerjoin(ClientRegistration, ClientRegistration.client_id == Client.id)
    since, username, team, policy, terms = db.session.execute(query.where(Client.id == client.id)).one()
    maker = username or team
    borrowed = maker and not client.is_vouched_for and borrowed_names.find_problem(maker)
    return WhoAsks(
        None if borrowed else f"Team {team}" if team else maker,
        since,
        count_up_to(client.id, MOST_COUNTED + 1),
        policy or None,
        terms or None,
    )
