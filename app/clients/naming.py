"""Names of apps: what people see on the consent page, so no two may look the same."""

from collections.abc import Collection

from sqlalchemy import select

from ..database.rows import db
from ..users.display_names import has_invisible, is_too_long, name_key
from .models import Client
from .refusals import Problem, Reason


def find_by_name(name: str) -> Client | None:
    """The app that people know by this name, compared without case."""
    return db.session.scalar(select(Client).where(Client.name_key == name_key(name)))


def names_of(client_ids: Collection[str | None]) -> dict[str, str]:
    """The names of these apps by their id; those that are gone are left out."""
    wanted = {client_id for client_id in client_ids if client_id}
    if not wanted:
        return {}
    return {
        row.id: row.name
        for row in db.session.execute(select(Client.id, Client.name).where(Client.id.in_(wanted)))
    }


def find_problem(name: str, *, client_id: str | None, unique: bool) -> Problem | None:
    """What is wrong with ``name`` for this app (None: a new one)."""
    if not name:
        return Problem("name", Reason.MISSING)
    if is_too_long(name):
        return Problem("name", Reason.TOO_LONG)
    if has_invisible(name):
        return Problem("name", Reason.INVISIBLE)
    if unique and _is_taken(name, client_id):
        return Problem("name", Reason.TAKEN, name)
    return None


def _is_taken(name: str, client_id: str | None) -> bool:
    query = select(Client.id).where(Client.name_key == name_key(name))
    holder = db.session.execute(query).scalar_one_or_none()
    return holder is not None and holder != client_id
