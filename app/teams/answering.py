"""Answering an invitation: of several who accept one, one joins; whoever has declined has not."""

from sqlalchemy import delete

from ..audit import EventKind, record
from ..clock import now
from ..database.rows import changed, db
from ..notifications.addresses import masked
from ..users.accounts import is_still_there
from ..users.models import User
from . import notices
from .changing import hold
from .members import MOST_MEMBERS, count_members, find_role
from .models import Role, Team, TeamInvitation, TeamMember
from .refusals import AddressUnconfirmed, InvitationForAnother, InvitationOver, TeamFull, TeamGone


def accept(team: Team, invitation: TeamInvitation, user: User) -> bool:
    """Make ``user`` a member; False where they are one already, whose role stays.

    Raises :class:`InvitationForAnother`, :class:`AddressUnconfirmed`, :class:`InvitationOver`, :class:`TeamFull`.
    """
    role, by = Role(invitation.role), invitation.invited_by
    if not is_still_there(user):
        raise InvitationOver
    check_address(invitation, db.session.get_one(User, user.id, populate_existing=True))
    _hold(team)
    if find_role(team.id, user.id) is not None:
        return False
    _use(invitation)
    if by is None or not _is_owner(team, by):
        raise InvitationOver
    if count_members([team.id]).get(team.id, 0) >= MOST_MEMBERS:
        raise TeamFull
    db.session.add(TeamMember(team_id=team.id, user_id=user.id, role=role, added_by=by))
    db.session.flush()
    told = {"team": team.name, "role": role.value}
    record(EventKind.TEAM_MEMBER_JOINED, user.id, user.id, team_id=team.id, **told)
    if role is Role.OWNER:
        notices.tell_owners(team, user.id, by=by)
    return True


def decline(team: Team, invitation: TeamInvitation, user: User) -> None:
    """Use the invitation up without joining. Raises what :func:`check_address` does, and :class:`InvitationOver`."""
    check_address(invitation, user)
    _hold(team)
    _use(invitation)
    record(EventKind.TEAM_INVITATION_DECLINED, user.id, user.id, team_id=team.id, team=team.name)


def check_address(invitation: TeamInvitation, user: User) -> None:
    """Raise :class:`InvitationForAnother` where ``user`` has another address than was invited.

    And :class:`AddressUnconfirmed` where they have it by their own word alone: a forwarded mail and a new account with
    its address are no proof.
    """
    if user.email_key != invitation.email_key:
        raise InvitationForAnother(masked(invitation.email))
    if user.email_verified_at is None:
        raise AddressUnconfirmed


def _hold(team: Team) -> None:
    try:
        hold(team)
    except TeamGone:
        raise InvitationOver from None


def _use(invitation: TeamInvitation) -> None:
    this = delete(TeamInvitation).where(
        TeamInvitation.id == invitation.id,
        TeamInvitation.role == invitation.role,
        TeamInvitation.expires_at > now(),
    )
    if changed(this.execution_options(synchronize_session=False)) != 1:
        raise InvitationOver


def _is_owner(team: Team, user_id: str) -> bool:
    inviting = db.session.get(User, user_id, populate_existing=True)
    is_active = inviting is not None and inviting.is_active
    return is_active and find_role(team.id, user_id) is Role.OWNER
