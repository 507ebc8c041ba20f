"""A second click on "Register app" is the same request, though its name is taken by now."""

from sqlalchemy import select

from ..clock import now
from ..database.rows import db
from ..forms import SECOND_CLICK
from ..users.display_names import name_key, tidy
from .details import Details
from .models import Client


def find_repeated(details: Details, *, owner_id: str | None, team_id: str | None) -> Client | None:
    """The app that this person or team got a moment ago by the same form; None where it is another one."""
    key = name_key(tidy(details.name))
    client = db.session.scalar(select(Client).where(Client.name_key == key))
    if client is None or (client.owner_id, client.team_id) != (owner_id, team_id):
        return None
    if now() - client.created_at > SECOND_CLICK:
        return None
    return client if client.redirect_uri_list == [uri for _line, uri in details.redirect_uris] else None
