"""Changes of who is in a team: another role, removing somebody, leaving. At least one owner stays who can sign in."""

from collections.abc import Sequence

from sqlalchemy import delete

from ..audit import EventKind, record
from ..database.rows import changed, db
from . import notices
from .changing import hold, hold_as_owner
from .members import find_member, list_active
from .models import Role, Team, TeamMember
from .refusals import LastOwner, NotMember
from .signals import member_left


def change_role(team: Team, user_id: str, role: Role, *, by: str) -> bool:
    """Give a member another ``role``; False where they have it. Raises TeamGone, NotOwner, NotMember, LastOwner."""
    hold_as_owner(team, by)
    member = _get_member(team, user_id)
    if member.role == role:
        return False
    if role is not Role.OWNER:
        _keep_owner(team, member)
    member.role = role
    db.session.flush()
    record(EventKind.TEAM_ROLE_CHANGED, user_id, by, team_id=team.id, team=team.name, role=role.value)
    notices.tell_of_role(team, user_id, role, by=by)
    if role is Role.OWNER:
        notices.tell_owners(team, user_id, by=by)
    return True


def remove(team: Team, user_id: str, *, by: str) -> None:
    """Take somebody out of the team. Raises TeamGone, NotOwner, NotMember, LastOwner."""
    hold_as_owner(team, by)
    member = _get_member(team, user_id)
    _keep_owner(team, member)
    record(EventKind.TEAM_MEMBER_REMOVED, user_id, by, team_id=team.id, team=team.name)
    part(member)
    notices.tell_of_removal(team, user_id, by=by)


def leave(team: Team, user_id: str) -> None:
    """Take this person out of the team, as they wish. Raises TeamGone, NotMember, LastOwner."""
    hold(team)
    member = _get_member(team, user_id)
    _keep_owner(team, member)
    record(EventKind.TEAM_MEMBER_LEFT, user_id, user_id, team_id=team.id, team=team.name)
    part(member)


def part(member: TeamMember) -> None:
    """Delete the membership, and tell whoever gave something for it."""
    this = delete(TeamMember).where(
        TeamMember.team_id == member.team_id, TeamMember.user_id == member.user_id
    )
    db.session.expunge(member)
    if changed(this.execution_options(synchronize_session=False)) == 1:
        member_left.send(member)


def part_all(team: Team, members: Sequence[TeamMember]) -> None:
    """The same for everybody in a team, by one statement."""
    this = delete(TeamMember).where(TeamMember.team_id == team.id)
    for member in members:
        db.session.expunge(member)
    db.session.execute(this.execution_options(synchronize_session=False))
    for member in members:
        member_left.send(member)


def _get_member(team: Team, user_id: str) -> TeamMember:
    member = find_member(team.id, user_id)
    if member is None:
        raise NotMember
    return member


def _keep_owner(team: Team, leaving: TeamMember) -> None:
    if leaving.role != Role.OWNER:
        return
    if all(owner.id == leaving.user_id for owner in list_active(team.id, [Role.OWNER])):
        raise LastOwner
