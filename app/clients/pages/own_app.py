"""The app that a dashboard page is about: one of the reader's, or of a team of theirs where their role is enough."""

from flask import abort, make_response, render_template
from flask_login import current_user

from ...teams.models import Role
from ..models import Client
from ..ownership import find_owners, find_team_of, role_in
from ..registration import find_client


def get_own_client(client_id: str, needed: Role = Role.DEVELOPER) -> Client:
    """The app with this id; a 404 for one of others, as for one that never was.

    Who is in its team with less than the ``needed`` role reads whom to ask, and gets a 403.
    """
    client = find_client(client_id)
    role = role_in(client, current_user.id) if client is not None else None
    if client is None or role is None:
        abort(404)
    if role.rank < needed.rank:
        page = render_template(
            "clients/role_needed.html",
            client=client,
            team=find_team_of(client),
            needed=needed,
            owners=find_owners(client),
        )
        abort(make_response(page, 403))
    return client
