"""Being in a team for as long as a transaction lasts."""

from sqlalchemy import Update, update

from ..database.rows import changed, new_id
from .members import find_role
from .models import Role, Team


def hold_role(team_id: str, user_id: str) -> Role | None:
    """The role of this person in this team, which stays until the transaction ends; None where they are not in it.

    Whoever changes who is in a team writes its revision first, and so do we: one waits for the other, on all nodes
    of a cluster.
    """
    return find_role(team_id, user_id) if changed(_hold(team_id)) else None


def _hold(team_id: str) -> Update:
    statement = update(Team).where(Team.id == team_id).values(revision=new_id())
    return statement.execution_options(synchronize_session=False)
