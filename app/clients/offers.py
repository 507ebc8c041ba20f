"""Apps on offer: which offers stand, by whom, and to whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from ..clock import now
from ..database.rows import db
from ..teams.models import Role, Team, TeamMember
from ..users.models import User
from .handing_over import Receiver
from .models import Client, ClientTransfer

MOST_OFFERS_SHOWN = 10  # above the list of apps: anybody can offer something to anybody


@dataclass(frozen=True)
class Offer:
    """An app on offer, by whom, and to whom."""

    client: Client
    by: User
    to: Receiver
    expires_at: datetime


def find_offer(client: Client) -> Offer | None:
    """The offer of ``client`` that waits for an answer, where who made it still decides about the app."""
    return next(iter(_read(ClientTransfer.client_id == client.id)), None)


def list_offers_to(user_id: str) -> list[Offer]:
    """The oldest :data:`MOST_OFFERS_SHOWN` offers that this person can accept, for themselves or as an owner of a team."""
    owned = select(TeamMember.team_id).where(TeamMember.user_id == user_id, TeamMember.role == Role.OWNER)
    return _read(or_(ClientTransfer.to_user_id == user_id, ClientTransfer.to_team_id.in_(owned)))


def list_offers_to_team(team_id: str) -> list[Offer]:
    """The same for a team."""
    return _read(ClientTransfer.to_team_id == team_id)


def _read(which: ColumnElement[bool]) -> list[Offer]:
    """Read the offers that stand, in one SELECT: each is open, and who made it still decides about the app."""
    asking, receiving = aliased(User), aliased(User)
    owns = exists().where(
        TeamMember.team_id == Client.team_id,
        TeamMember.user_id == ClientTransfer.asked_by,
        TeamMember.role == Role.OWNER,
    )
    query = (
        select(Client, asking, receiving, Team, ClientTransfer.expires_at)
        .select_from(ClientTransfer)
        .join(Client, Client.id == ClientTransfer.client_id)
        .join(asking, asking.id == ClientTransfer.asked_by)
        .outerjoin(receiving, receiving.id == ClientTransfer.to_user_id)
        .outerjoin(Team, Team.id == ClientTransfer.to_team_id)
        .where(which, ClientTransfer.expires_at > now(), or_(Client.owner_id == asking.id, owns))
        .where(asking.blocked_at.is_(None), asking.deleted_at.is_(None))
        .order_by(ClientTransfer.asked_at, ClientTransfer.client_id)
        .limit(MOST_OFFERS_SHOWN)
    )
    rows = db.session.execute(query.execution_options(populate_existing=True))
    return [Offer(client, by, person or team, until) for client, by, person, team, until in rows]
