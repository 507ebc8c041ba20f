"""Inviting: an owner asks an address into a team by email."""

from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import func, select

from ..audit import EventKind, record
from ..audit.models import Event
from ..clock import now
from ..crypto import digest, new_secret
from ..database.rows import db, first_id_at
from ..extensions import settings
from ..notifications.mail import queue_mail
from ..users import mail_caps
from ..users.models import User
from ..users.names import check_email, fold_email
from ..users.refusals import EmailRefused
from .changing import hold_as_owner
from .invitations import delete_of, list_open
from .members import MOST_MEMBERS, count_members, find_role
from .models import INVITATION_LIFETIME, Role, Team, TeamInvitation
from .refusals import InvitationProblem, InvitationRefused

PREFIX = "pf_team_"
MOST_OPEN = 50  # of a team
MOST_A_DAY = 100  # of a person, to all teams: nobody sends advertisements by the portal


def invite(team: Team, email: str, role: Role, *, by: User, locale: str) -> tuple[str, bool]:
    """Invite ``email`` by mail; return the address as it is kept, and whether an older invitation was replaced.

    ``locale``: of the mail, where the address is nobody's here. Raises TeamGone, NotOwner, :class:`InvitationRefused`.
    """
    try:
        address = check_email(email)
    except EmailRefused:
        raise InvitationRefused(InvitationProblem.NO_ADDRESS) from None
    hold_as_owner(team, by.id)
    if (
        by.email_verified_at is None
    ):  # what the portal sends to strangers, or tells of them, has somebody behind it
        raise InvitationRefused(InvitationProblem.UNCONFIRMED)
    holder = db.session.scalar(select(User).where(User.email_key == fold_email(address)))
    _check_holder(team, holder)
    _check_numbers(team, address, by)
    replaced = delete_of(team, fold_email(address))
    if not mail_caps.takes_another(address, by.id, "invitations to teams"):
        raise InvitationRefused(InvitationProblem.TOO_MANY_TO_ADDRESS)
    # The team stands beside the token: whoever has joined by it is led there when the token is used up.
    token = _write(team, address, role, by)
    link = f"{settings.issuer}/dashboard/teams/invitations/{token}?team={team.id}"
    told = {"address": address, "team": team.name, "role": role.value, "name": by.username}
    language = (holder.mail_language if holder is not None else None) or locale
    host = urlsplit(settings.issuer).netloc
    is_open = settings.registration == "open"  # to whoever has no account
    queue_mail(address, language, "team_invitation", link=link, host=host, is_open=is_open, **told)
    return address, replaced


def _check_holder(team: Team, holder: User | None) -> None:
    if holder is None:
        return
    if find_role(team.id, holder.id) is not None:
        raise InvitationRefused(InvitationProblem.ALREADY_MEMBER)
    if holder.blocked_at is not None or holder.refused_email is not None:
        raise InvitationRefused(InvitationProblem.UNREACHABLE)


def _check_numbers(team: Team, address: str, by: User) -> None:
    others = list_open(team.id).where(TeamInvitation.email_key != fold_email(address)).subquery()
    if (db.session.scalar(select(func.count()).select_from(others)) or 0) >= MOST_OPEN:
        raise InvitationRefused(InvitationProblem.TOO_MANY_OPEN)
    if count_members([team.id]).get(team.id, 0) >= MOST_MEMBERS:
        raise InvitationRefused(InvitationProblem.TEAM_FULL)
    sent = select(func.count()).where(Event.actor_id == by.id, Event.kind == EventKind.TEAM_MEMBER_INVITED)
    today = Event.id >= first_id_at(now() - timedelta(days=1))
    if (db.session.scalar(sent.where(today)) or 0) >= MOST_A_DAY:
        raise InvitationRefused(InvitationProblem.TOO_MANY_TODAY)


def _write(team: Team, address: str, role: Role, by: User) -> str:
    """Write the invitation down, and return the token for its mail."""
    token, moment = new_secret(PREFIX), now()
    row = TeamInvitation(
        team_id=team.id,
        email=address,
        email_key=fold_email(address),
        role=role,
        digest=digest(token),
        invited_by=by.id,
        created_at=moment,
        expires_at=moment + INVITATION_LIFETIME,
    )
    db.session.add(row)
    told = {"team": team.name, "email": address, "role": role.value}
    record(EventKind.TEAM_MEMBER_INVITED, by.id, by.id, team_id=team.id, **told)
    db.session.flush()
    return token
