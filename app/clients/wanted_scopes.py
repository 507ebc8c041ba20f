"""Which apps have a scope: the answer to who wants to delete it, further down."""

from sqlalchemy import select

from ..database import db
from ..scopes.definitions import scope_wanted
from .models import Client


@scope_wanted.connect
def names_of_apps_with(scope: str) -> list[str]:
    """The names of the apps that may ask for ``scope``."""
    query = select(Client.name, Client.scopes).where(Client.scopes.contains(scope, autoescape=True))
    return [name for name, scopes in db.session.execute(query) if scope in scopes.split()]
