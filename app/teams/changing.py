"""Who may change a team, and that one change comes after the other."""

from sqlalchemy import ColumnElement, select, update

from ..database.rows import changed, db, new_id
from .members import find_role
from .models import Role, Team
from .refusals import NotOwner, TeamGone


def hold(team: Team) -> None:
    """Let no other change of ``team`` begin before this transaction ends, and read it anew. Raises :class:`TeamGone`.

    Whoever was faster has committed by then: what is read from here on is what counts.
    """
    this = update(Team).where(Team.id == team.id).values(revision=new_id())
    if changed(this.execution_options(synchronize_session=False)) != 1:
        raise TeamGone
    db.session.refresh(team)


def hold_all(those: ColumnElement[bool]) -> list[Team]:
    """Hold the teams of which this is true and that are still there, and return them.

    Always in the same order, so that two who do so never wait for each other.
    """
    found = db.session.scalars(select(Team).where(those).order_by(Team.id)).all()
    return [team for team in found if _is_held(team)]


def hold_as_owner(team: Team, by: str) -> None:
    """As :func:`hold`, for a change that only owners may make. Raises :class:`NotOwner`, too."""
    hold(team)
    if find_role(team.id, by) is not Role.OWNER:
        raise NotOwner


def hold_role(team_id: str, user_id: str) -> Role | None:
    """The role of this person in this team, which stays until the transaction ends; None where they are not in it.

    Whoever changes who is in a team writes its revision first, and so do we: one waits for the other, on all nodes
    of a cluster.
    """
    this = update(Team).where(Team.id == team_id).values(revision=new_id())
    is_held = changed(this.execution_options(synchronize_session=False)) == 1
    return find_role(team_id, user_id) if is_held else None


def _is_held(team: Team) -> bool:
    try:
        hold(team)
    except TeamGone:
        return False
    return True
