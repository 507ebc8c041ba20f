"""What ``flask client`` names and does, each with the line that says why not."""

import click

from ..teams.models import Team
from ..teams.teams import find_by_name
from ..users.accounts import find_user
from ..users.models import User
from ..users.refusals import NotActive
from . import handing_over, introspection, registration
from .handing_over import Receiver
from .models import Client
from .refusals import PortalsOwnApp


def get_client(client_id: str) -> Client:
    """The app with this ``client_id``. Ends the command where there is none, as the others do."""
    client = registration.find_client(client_id)
    if client is None:
        raise click.ClickException(
            f"There is no app {client_id!r}. “flask client list” prints every client_id."
        )
    return client


def get_person(username: str) -> User:
    """The person with this name."""
    user = find_user(username)
    if user is None:
        raise click.ClickException(f"There is no user {username!r}. “flask user list” prints everybody.")
    return user


def get_team(name: str) -> Team:
    """The team with this name."""
    team = find_by_name(name)
    if team is None:
        raise click.ClickException(f"There is no team {name!r}. “flask team list” prints them all.")
    return team


def hand_over(client: Client, owner: Receiver) -> None:
    """Make ``client`` the app of ``owner``."""
    try:
        handing_over.hand_over(client, owner, actor_id=None)
    except NotActive:
        raise click.ClickException(
            f"{handing_over.name_of(owner)} is blocked. Run “flask user unblock” first, or name somebody else."
        ) from None
    except PortalsOwnApp:
        raise click.ClickException(
            f"{client.name} is an app of the portal itself: it cannot be anybody's."
        ) from None


def allow_introspection(client: Client) -> None:
    """Let ``client`` introspect everybody's access tokens."""
    if client.is_public:
        raise click.ClickException(
            f"{client.name} is a public app, and only confidential ones may introspect tokens."
        )
    introspection.allow_introspection_of_all(client, actor_id=None)
