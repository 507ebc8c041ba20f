"""Emails about teams: to whom something was done, and to owners when somebody becomes one of them."""

from collections.abc import Collection

from sqlalchemy import select

from ..database.rows import db
from ..extensions import settings
from ..users.models import User
from ..users.notices import notify
from .members import MOST_TOLD, list_active
from .models import Role, Team


def team_url(team: Team) -> str:
    """Where the team is looked after."""
    return f"{settings.issuer}/dashboard/teams/{team.id}"


def tell_of_role(team: Team, user_id: str, role: Role, *, by: str | None) -> None:
    """Email a member that somebody else gave them another role; by None where it was taken back from an intruder."""
    if user_id != by:
        _tell(user_id, "team_role_changed", team, by=by, role=role.value, link=team_url(team))


def tell_of_removal(team: Team, user_id: str, *, by: str | None) -> None:
    """Email somebody that they were taken out of the team by somebody else; by None where an intruder had asked them in."""
    if user_id != by:
        _tell(user_id, "team_removed", team, by=by)


def tell_of_end(team: Team, user_ids: Collection[str], *, by: str) -> None:
    """Email these people, who were in the team, that it is deleted, and by whom."""
    active = select(User).where(User.id.in_(user_ids), User.blocked_at.is_(None), User.deleted_at.is_(None))
    told = {"team": team.name, "name": _name(by), "is_deleted": True}
    people = db.session.scalars(active).all()
    with db.session.no_autoflush:  # the rows of all mails go together
        for user in people:
            notify(user, "team_removed", by=by, **told)


def tell_of_inheritance(team: Team, heir: User, left: User) -> None:
    """Email the new owner, and nobody else: there is no other who can sign in."""
    told = {"team": team.name, "name": left.username, "link": team_url(team)}
    notify(heir, "team_inherited", by=None, **told)


def tell_owners(team: Team, user_id: str, *, by: str) -> None:
    """Email the other owners, the :data:`MOST_TOLD` longest-standing ones, that somebody has become one, and by whom."""
    for owner in list_active(team.id, [Role.OWNER], most=MOST_TOLD):
        if owner.id not in (user_id, by):
            told = {"name": _name(user_id), "appointed_by": _name(by), "link": team_url(team)}
            notify(owner, "team_new_owner", by=by, team=team.name, **told)


def _tell(user_id: str, template: str, team: Team, *, by: str | None, **told: str) -> None:
    user = db.session.get(User, user_id)
    if user is not None and user.is_active:
        notify(user, template, by=by, team=team.name, name=_name(by), **told)


def _name(user_id: str | None) -> str | None:
    user = db.session.get(User, user_id) if user_id is not None else None
    return user.username if user is not None else None
