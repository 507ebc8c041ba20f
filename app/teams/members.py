"""Who is in a team, and with which role."""

from collections.abc import Collection

from sqlalchemy import func, select

from ..database.rows import db
from ..users.models import User
from .models import Role, Team, TeamMember


def find_role(team_id: str | None, user_id: str) -> Role | None:
    """The role of this person in this team; None where they are not in it."""
    query = select(TeamMember.role).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    role = db.session.scalar(query)
    return Role(role) if role is not None else None


def list_teams_of(user_id: str) -> list[tuple[Team, TeamMember]]:
    """The teams that this person is in, by name, with what they are there."""
    query = (
        select(Team, TeamMember)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(TeamMember.user_id == user_id)
        .order_by(Team.name_key)
    )
    return [(team, member) for team, member in db.session.execute(query)]


def list_active(team_id: str, roles: Collection[Role]) -> list[User]:
    """The people with one of these ``roles`` in this team who can sign in, longest in it first."""
    query = (
        select(User)
        .join(TeamMember, TeamMember.user_id == User.id)
        .where(TeamMember.team_id == team_id, TeamMember.role.in_(roles))
        .where(User.blocked_at.is_(None), User.deleted_at.is_(None))
        .order_by(TeamMember.since, TeamMember.user_id)
    )
    return list(db.session.scalars(query))


def list_teams_alone(user_id: str) -> list[str]:
    """The ids of the teams that nobody but this person is in."""
    theirs = select(TeamMember.team_id).where(TeamMember.user_id == user_id)
    query = select(TeamMember.team_id).where(TeamMember.team_id.in_(theirs)).group_by(TeamMember.team_id)
    return list(db.session.scalars(query.having(func.count() == 1)))
