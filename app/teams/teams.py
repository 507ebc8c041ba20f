"""Making teams, and what they may be called."""

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from ..audit.events import EventKind, record
from ..database.rows import db
from ..users import lookalikes
from ..users.borrowed_authority import borrowed_by
from ..users.display_names import has_invisible, is_too_long, name_key, tidy
from ..users.models import User
from .models import Role, Team, TeamMember
from .refusals import NameProblem, TeamNameRefused, TooManyTeams

MOST_TEAMS = 100  # that one person has made and that are still there; in how many one is, owners decide


def find_team(team_id: str) -> Team | None:
    """The team with this id."""
    return db.session.get(Team, team_id)


def find_by_name(name: str) -> Team | None:
    """The team that people know by this name, compared without case."""
    return db.session.scalar(select(Team).where(Team.name_key == name_key(tidy(name))))


def create_team(name: str, *, owner_id: str) -> Team:
    """Make a team with this person as its owner, and return it. Raises :class:`TeamNameRefused`, :class:`TooManyTeams`."""
    name = check_name(name)
    _check_number(owner_id)
    look = lookalikes.skeleton(name)
    team = Team(name=name, name_key=name_key(name), name_look=look, created_by=owner_id)
    db.session.add(team)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise TeamNameRefused(NameProblem.TAKEN) from None
    db.session.add(TeamMember(team_id=team.id, user_id=owner_id, role=Role.OWNER, added_by=owner_id))
    record(EventKind.TEAM_CREATED, owner_id, owner_id, team_id=team.id, team=team.name)
    db.session.flush()
    return team


def check_name(text: str, *, team_id: str | None = None) -> str:
    """``text`` as the name of this team (None: a new one) is kept. Raises :class:`TeamNameRefused`.

    A name that looks like that of another team is refused: who reads it on a page takes one for the other.
    """
    name = tidy(text)
    if not name:
        raise TeamNameRefused(NameProblem.MISSING)
    if is_too_long(name):
        raise TeamNameRefused(NameProblem.TOO_LONG)
    if has_invisible(name):
        raise TeamNameRefused(NameProblem.INVISIBLE)
    if lookalikes.mixes_scripts(name):
        raise TeamNameRefused(NameProblem.MIXED_SCRIPTS)
    if borrowed := borrowed_by(name):
        raise TeamNameRefused(NameProblem.BORROWED, borrowed)
    same = or_(Team.name_key == name_key(name), Team.name_look == lookalikes.skeleton(name))
    if db.session.scalar(select(Team.id).where(same, Team.id != (team_id or "")).limit(1)) is not None:
        raise TeamNameRefused(NameProblem.TAKEN)
    return name


def _check_number(owner_id: str) -> None:
    """Refuse one too many; the row of the person is held, so that of two teams at once the second counts the first."""
    db.session.execute(select(User.id).where(User.id == owner_id).with_for_update())
    made = select(func.count()).select_from(Team).where(Team.created_by == owner_id)
    if (db.session.scalar(made) or 0) >= MOST_TEAMS:
        raise TooManyTeams
