"""Names of apps that are made to be taken for another's, or for the portal's: administrators alone give them."""

from sqlalchemy import or_, select

from ..database.rows import db
from ..users import lookalikes
from ..users.borrowed_authority import borrowed_by
from .models import OF_THE_PORTAL, Client
from .refusals import Problem, Reason


def find_problem(name: str) -> Problem | None:
    """What is wrong with a ``name`` that no administrator gives."""
    if lookalikes.mixes_scripts(name):
        return Problem("name", Reason.MIXED_SCRIPTS)
    borrowed = borrowed_by(name)
    if borrowed:
        return Problem("name", Reason.BORROWED, borrowed)
    if lookalikes.skeleton(name) in {lookalikes.skeleton(other) for other in _vouched_names()}:
        return Problem("name", Reason.TAKEN, name)
    return None


def _vouched_names() -> list[str]:
    """The names of apps that administrators answer for; the portal's own are few, and so are those with their mark."""
    return list(db.session.scalars(select(Client.name).where(or_(Client.trusted, OF_THE_PORTAL))))
