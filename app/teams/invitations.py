"""Invitations into a team. They count while who invited is an owner, and for the account with their address alone:
who gets hold of the email gains nothing by it.
"""

from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import aliased

from ..audit import EventKind, record
from ..clock import now
from ..crypto import digest
from ..database.rows import changed, db
from ..users.models import User
from .changing import hold_as_owner
from .models import Role, Team, TeamInvitation, TeamMember
from .refusals import InvitationOver

Selected = TypeVarTuple("Selected")
Invited = tuple[TeamInvitation, Team, str]
"""An invitation, its team, and who invited."""


def list_open(team_id: str | None = None) -> Select[TeamInvitation, str]:
    """The invitations of this team (None: of all) that can be accepted now, with who invited."""
    query = _open(select(TeamInvitation, User.username))
    return query if team_id is None else query.where(TeamInvitation.team_id == team_id)


def list_for(user: User) -> list[Invited]:
    """The open invitations of the confirmed address of ``user``, the newest first."""
    if user.email_key is None or user.email_verified_at is None:
        return []
    query = _with_team().where(TeamInvitation.email_key == user.email_key)
    rows = db.session.execute(query.order_by(TeamInvitation.id.desc()))
    return [(invitation, team, name) for invitation, team, name in rows]


def find_open(team_id: str, invitation_id: str) -> TeamInvitation | None:
    """The open invitation of this team with this id."""
    found = db.session.execute(list_open(team_id).where(TeamInvitation.id == invitation_id)).first()
    return found[0] if found is not None else None


def find_by_token(token: str) -> Invited | None:
    """The open invitation whose mail has this token. Looking uses nothing up: mail scanners follow links, too."""
    found = db.session.execute(_with_team().where(TeamInvitation.digest == digest(token))).first()
    return (found[0], found[1], found[2]) if found is not None else None


def delete_of(team: Team, email_key: str) -> bool:
    """Delete the invitation of this address to this team; False where there was none."""
    this = delete(TeamInvitation).where(
        TeamInvitation.team_id == team.id, TeamInvitation.email_key == email_key
    )
    return changed(this.execution_options(synchronize_session=False)) == 1


def take_back(team: Team, invitation: TeamInvitation, *, by: str) -> None:
    """End an invitation. Raises TeamGone, NotOwner, :class:`InvitationOver` where somebody was faster."""
    hold_as_owner(team, by)
    if not delete_of(team, invitation.email_key):
        raise InvitationOver
    told = {"team": team.name, "email": invitation.email}
    record(EventKind.TEAM_INVITATION_REVOKED, by, by, team_id=team.id, **told)


def take_back_sent_since(user: User, since: datetime) -> None:
    """End the invitations that ``user`` has sent ``since`` then: somebody else may have been in the account."""
    sent = TeamInvitation.invited_by == user.id, TeamInvitation.created_at >= since
    query = select(TeamInvitation, Team).join(Team, Team.id == TeamInvitation.team_id).where(*sent)
    for invitation, team in db.session.execute(query).all():
        if delete_of(team, invitation.email_key):
            told = {"team": team.name, "email": invitation.email}
            record(EventKind.TEAM_INVITATION_REVOKED, user.id, team_id=team.id, **told)


def forget(user: User) -> None:
    """Delete the invitations of somebody who is gone: those to their address, and those they have sent."""
    _delete_all(TeamInvitation.email_key == user.email_key)
    forget_sent(user)


def forget_sent(user: User) -> None:
    """Delete the invitations that ``user`` has sent, or somebody else in their account."""
    _delete_all(TeamInvitation.invited_by == user.id)


def _delete_all(those: ColumnElement[bool]) -> None:
    db.session.execute(delete(TeamInvitation).where(those).execution_options(synchronize_session=False))


def _with_team() -> Select[TeamInvitation, Team, str]:
    query = _open(select(TeamInvitation, Team, User.username))
    return query.join(Team, Team.id == TeamInvitation.team_id)


def _open(query: Select[*Selected]) -> Select[*Selected]:
    """Narrow to those that count: their time is not over, and who invited is an owner who can sign in."""
    inviting = aliased(TeamMember)
    same = (inviting.team_id == TeamInvitation.team_id) & (inviting.user_id == TeamInvitation.invited_by)
    return (
        query.select_from(TeamInvitation)
        .join(User, User.id == TeamInvitation.invited_by)
        .join(inviting, same)
        .where(inviting.role == Role.OWNER, User.blocked_at.is_(None), User.deleted_at.is_(None))
        .where(TeamInvitation.expires_at > now())
    )
