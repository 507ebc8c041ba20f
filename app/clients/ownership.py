"""Whose an app is: a person's own, or a team's, whose members may do with it what their role allows."""

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from ..database.rows import db
from ..teams.members import find_role, list_active
from ..teams.models import Role, Team, TeamMember
from ..users.display_names import name_key
from ..users.models import User
from .models import Client


def role_in(client: Client, user_id: str) -> Role | None:
    """What this person may do with ``client``; None where it is none of theirs."""
    if client.owner_id is not None:
        return Role.OWNER if client.owner_id == user_id else None
    return find_role(client.team_id, user_id) if client.team_id is not None else None


def select_own(user_id: str, *, sought: str = "", team_id: str | None = None) -> Select[Client, Team]:
    """The apps of this person and of the teams they are in, each with its team; ``team_id`` narrows them to one team."""
    theirs = select(TeamMember.team_id).where(TeamMember.user_id == user_id)
    if team_id is not None:
        theirs = theirs.where(TeamMember.team_id == team_id)
    # Read first: with the ids both indexes of apps can be used, by a subquery none.
    of_teams = Client.team_id.in_(db.session.scalars(theirs).all())
    query = select(Client, Team).outerjoin(Team, Team.id == Client.team_id)
    query = query.where(of_teams if team_id is not None else or_(Client.owner_id == user_id, of_teams))
    return query.where(_matches(sought)) if sought else query


def find_owners(client: Client, *, most: int | None = None) -> list[User]:
    """The people who decide about ``client`` and can sign in: its owner, or those of its team, ``most`` of them."""
    if client.team_id is not None:
        return list_active(client.team_id, [Role.OWNER], most=most)
    owner = db.session.get(User, client.owner_id) if client.owner_id is not None else None
    return [owner] if owner is not None else []


def find_team_of(client: Client) -> Team | None:
    """The team whose app it is."""
    return db.session.get(Team, client.team_id) if client.team_id is not None else None


def may_know_secrets(user_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether the person in this column may see the secrets of the app of a row, as it is now."""
    in_team = and_(
        TeamMember.team_id == Client.team_id,
        TeamMember.user_id == user_id,
        TeamMember.role.in_([Role.OWNER, Role.DEVELOPER]),
    )
    # Never null, whose opposite would be null as well.
    is_owner = and_(Client.owner_id.is_not(None), Client.owner_id == user_id)
    return or_(is_owner, select(TeamMember.user_id).where(in_team).exists())


def _matches(sought: str) -> ColumnElement[bool]:
    in_name = Client.name_key.contains(name_key(sought), autoescape=True)
    return or_(
        in_name, Client.id.endswith(sought, autoescape=True), Client.id.startswith(sought, autoescape=True)
    )
