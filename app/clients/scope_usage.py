"""Which apps have a scope, for who wants to delete it further down; once it is deleted, no app has it."""

from sqlalchemy import select, update

from ..database.rows import db
from ..scopes.words import has_word, without_word
from .models import Client


def names_of_apps_with(scope: str) -> list[str]:
    """The names of the apps that may ask for ``scope``."""
    return list(db.session.scalars(select(Client.name).where(has_word(Client.scopes, scope))))


def take_from_apps(scope: str) -> None:
    """Leave ``scope`` to no app; their revision changes, so every worker knows with its next request."""
    having = update(Client).where(has_word(Client.scopes, scope))
    db.session.execute(having.values(scopes=without_word(Client.scopes, scope)))
