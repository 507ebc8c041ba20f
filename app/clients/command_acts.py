"""What ``flask client`` names and does, each with the line that says why not."""

from collections.abc import Sequence

import click

from ..groups import groups
from ..groups.refusals import GroupGone, NotFound
from ..users.accounts import find_user
from ..users.models import User
from ..users.refusals import NotActive
from . import care, group_limits, introspection, registration
from .models import Client
from .refusals import PortalsOwnApp
from .registration import PORTALS_OWN


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


def hand_over(client: Client, owner: User) -> None:
    """Make ``client`` the app of ``owner``."""
    try:
        care.hand_over(client, owner, actor_id=None)
    except NotActive:
        raise click.ClickException(
            f"{owner.username} is blocked. Run “flask user unblock” first, or name somebody else."
        ) from None
    except PortalsOwnApp:
        raise click.ClickException(
            f"{client.name} is an app of the portal itself: it cannot be anybody's."
        ) from None


def limit_to_groups(client: Client, names: Sequence[str], *, lift: bool) -> None:
    """Let only people of the groups of these ``names`` use ``client``, or everybody again."""
    if names and lift:
        raise click.ClickException("--group and --no-groups contradict each other. Give one of them.")
    if lift:
        group_limits.lift(client, actor_id=None)
    if not names:
        return
    if client.id == PORTALS_OWN:
        raise click.ClickException(f"{client.name} is the app of the portal itself: it is for everybody.")
    try:
        group_limits.restrict_to(client, groups.get_named(names), actor_id=None)
    except NotFound as missing:
        told = ", ".join(map(repr, missing.names))
        raise click.ClickException(f"There is no group {told}. “flask group list” prints them all.") from None
    except GroupGone:
        raise click.ClickException("One of the groups has just been deleted. Nothing was changed.") from None


def allow_introspection(client: Client) -> None:
    """Let ``client`` introspect everybody's access tokens."""
    if client.is_public:
        raise click.ClickException(
            f"{client.name} is a public app, and only confidential ones may introspect tokens."
        )
    introspection.allow_introspection_of_all(client, actor_id=None)
