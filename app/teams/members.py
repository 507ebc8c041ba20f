"""Who is in a team, and with which role."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import aliased

from ..database.rows import db
from ..users.models import LONGEST_NAME, User
from ..users.names import fold
from .models import Role, Team, TeamMember

MOST_TOLD = (
    50  # owners of a team, by an email about what one of them did: whoever waits for the page pays for each
)
MOST_MEMBERS = 2_000  # of a team; its pages read some at a time, its owners may be many


def find_role(team_id: str | None, user_id: str) -> Role | None:
    """The role of this person in this team; None where they are not in it."""
    query = select(TeamMember.role).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    role = db.session.scalar(query)
    return Role(role) if role is not None else None


def find_member(team_id: str, user_id: str) -> TeamMember | None:
    """The membership of this person in this team, as it is now."""
    query = select(TeamMember).where(TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def list_teams_of(user_id: str) -> list[tuple[Team, TeamMember]]:
    """The teams that this person is in, by name, with what they are there."""
    query = (
        select(Team, TeamMember)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .where(TeamMember.user_id == user_id)
        .order_by(Team.name_key)
    )
    return [(team, member) for team, member in db.session.execute(query)]


def list_active(team_id: str, roles: Collection[Role], *, most: int | None = None) -> list[User]:
    """The people with one of these ``roles`` in this team who can sign in, longest in it first; ``most`` of them."""
    query = (
        select(User)
        .join(TeamMember, TeamMember.user_id == User.id)
        .where(TeamMember.team_id == team_id, TeamMember.role.in_(roles))
        .where(User.blocked_at.is_(None), User.deleted_at.is_(None))
        .order_by(TeamMember.since, TeamMember.user_id)
        .limit(most)
    )
    return list(db.session.scalars(query))


def list_teams_alone(user_id: str) -> list[str]:
    """The ids of the teams that nobody but this person is in."""
    theirs = select(TeamMember.team_id).where(TeamMember.user_id == user_id)
    query = select(TeamMember.team_id).where(TeamMember.team_id.in_(theirs)).group_by(TeamMember.team_id)
    return list(db.session.scalars(query.having(func.count() == 1)))


def search(team_id: str, text: str = "", role: Role | None = None) -> Select[TeamMember, User, str]:
    """The members of this team whose names contain every word of ``text``, with who added each.

    Addresses are not looked into: members need not know each other's.
    """
    adding = aliased(User)
    return (
        select(TeamMember, User, adding.username)
        .join(User, User.id == TeamMember.user_id)
        .outerjoin(adding, adding.id == TeamMember.added_by)
        .where(TeamMember.team_id == team_id)
        .where(TeamMember.role == role if role is not None else true())
        .where(*(_is_called(word) for word in text[:LONGEST_NAME].split()))
    )


def _is_called(word: str) -> ColumnElement[bool]:
    names = User.name, User.given_name, User.family_name
    written = (func.instr(name, word) > 0 for name in names)
    folded = (func.instr(func.lower(name), word.casefold()) > 0 for name in names)
    return or_(func.instr(User.username_key, fold(word)) > 0, *written, *folded)


def count_members(team_ids: Collection[str]) -> dict[str, int]:
    """How many people are in each of these teams."""
    if not team_ids:
        return {}
    query = select(TeamMember.team_id, func.count()).where(TeamMember.team_id.in_(team_ids))
    return {row[0]: row[1] for row in db.session.execute(query.group_by(TeamMember.team_id))}
