"""Renaming and deleting a team."""

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from ..audit import EventKind, record, record_for_many
from ..database.rows import changed, db
from ..users import lookalikes
from ..users.display_names import name_key
from . import notices, teams
from .apps import list_apps
from .changing import hold_as_owner
from .membership import part_all
from .models import Team, TeamMember
from .refusals import NameProblem, TeamHasApps, TeamNameRefused
from .signals import team_ended, team_renamed


def rename(team: Team, name: str, *, by: str) -> bool:
    """Give the team another name; False where it has this one. Raises TeamGone, NotOwner, TeamNameRefused."""
    hold_as_owner(team, by)
    name = teams.check_name(name, team_id=team.id)
    before = team.name
    if name == before:
        return False
    team.name, team.name_key, team.name_look = name, name_key(name), lookalikes.skeleton(name)
    try:
        db.session.flush()
    except IntegrityError:
        raise TeamNameRefused(NameProblem.TAKEN) from None
    record(EventKind.TEAM_RENAMED, by, by, team_id=team.id, team=name, before=before)
    team_renamed.send(team, by=by)
    return True


def delete_team(team: Team, *, by: str) -> None:
    """Delete a team that has no apps, and tell its other members. Raises TeamGone, NotOwner, :class:`TeamHasApps`."""
    hold_as_owner(team, by)
    if any(not app.on_offer for app in list_apps(team)):
        raise TeamHasApps
    members = db.session.scalars(select(TeamMember).where(TeamMember.team_id == team.id)).all()
    others = [member.user_id for member in members if member.user_id != by]
    record_for_many(EventKind.TEAM_MEMBER_REMOVED, others, by, team_id=team.id, team=team.name)
    part_all(team, members)
    notices.tell_of_end(team, others, by=by)
    end(team, by=by, last=by)


def end(team: Team, *, by: str | None, last: str) -> None:
    """Delete a team that nobody is in after ``last``, with its invitations. Raises :class:`TeamHasApps` where it just got an app."""
    team_ended.send(team, last=last)
    record(EventKind.TEAM_DELETED, by, by, team_id=team.id, team=team.name)
    db.session.flush()
    try:
        changed(delete(Team).where(Team.id == team.id).execution_options(synchronize_session=False))
    except IntegrityError:
        raise TeamHasApps from None
    db.session.expunge(team)
