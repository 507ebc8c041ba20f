"""What becomes of a team when an owner can no longer sign in: somebody else becomes one, or the team ends."""

from sqlalchemy import case, select

from ..audit import EventKind, record
from ..database.rows import db
from ..users.models import User
from . import notices
from .changing import hold_all
from .ending import end
from .members import find_member, list_active
from .membership import part
from .models import Role, Team, TeamMember


def leave_all(user: User) -> None:
    """Take a person who is gone out of every team; a team without an owner gets one, a team without anybody ends."""
    for team in _teams_of(user):
        member = find_member(team.id, user.id)
        if member is None:
            continue
        record(EventKind.TEAM_MEMBER_LEFT, user.id, team_id=team.id, team=team.name)
        part(member)
        if is_empty(team):
            end(team, by=None, last=user.id)
        else:
            keep_owner(team, user)


def find_heirs(user: User) -> None:
    """Give every team that has no other owner than ``user``, who is blocked, one who can sign in, if there is somebody."""
    for team in _teams_of(user, Role.OWNER):
        keep_owner(team, user)


def list_heirs(user: User) -> list[tuple[Team, User | None]]:
    """The teams that only ``user`` owns, each with who becomes an owner without them; None where nobody else is in it."""
    query = select(Team).join(TeamMember, TeamMember.team_id == Team.id).order_by(Team.name_key)
    owned = db.session.scalars(query.where(TeamMember.user_id == user.id, TeamMember.role == Role.OWNER))
    alone = [
        team for team in owned.all() if [each.id for each in list_active(team.id, [Role.OWNER])] == [user.id]
    ]
    return [(team, _find_heir(team, user, is_gone=True)) for team in alone]


def _teams_of(user: User, role: Role | None = None) -> list[Team]:
    """The teams of this person, each held."""
    theirs = select(TeamMember.team_id).where(TeamMember.user_id == user.id)
    return hold_all(Team.id.in_(theirs if role is None else theirs.where(TeamMember.role == role)))


def is_empty(team: Team) -> bool:
    """Whether nobody is in the team."""
    return db.session.scalar(select(TeamMember.user_id).where(TeamMember.team_id == team.id).limit(1)) is None


def keep_owner(team: Team, leaving: User) -> None:
    """Make somebody an owner of a team, which is held, where nobody is who can sign in; ``leaving`` is who was."""
    if list_active(team.id, [Role.OWNER]):
        return
    heir = _find_heir(team, leaving, is_gone=find_member(team.id, leaving.id) is None)
    if heir is None:
        return
    member = find_member(team.id, heir.id)
    if member is None or member.role == Role.OWNER:
        return
    member.role = Role.OWNER
    db.session.flush()
    record(EventKind.TEAM_INHERITED, heir.id, team_id=team.id, team=team.name)
    notices.tell_of_inheritance(team, heir, leaving)


def _find_heir(team: Team, leaving: User, *, is_gone: bool) -> User | None:
    """Who of the others has the greatest role for the longest time, among those who can sign in.

    Of a team whose owner is gone and whose others are all blocked, one of these: a team has an owner, always.
    """
    rank = case({role.value: role.rank for role in Role}, value=TeamMember.role)
    query = (
        select(User)
        .join(TeamMember, TeamMember.user_id == User.id)
        .where(TeamMember.team_id == team.id, User.id != leaving.id, User.deleted_at.is_(None))
        .order_by(rank.desc(), TeamMember.since, TeamMember.user_id)
    )
    active = db.session.scalars(query.where(User.blocked_at.is_(None)).limit(1)).first()
    return active if active is not None or not is_gone else db.session.scalars(query.limit(1)).first()
