"""Who may see what went wrong with an app."""

from ..authentication.administration import may_administer
from ..clients.models import Client
from ..clients.ownership import role_in
from ..clients.registration import find_client
from ..teams.models import Role
from ..users.models import User


def find_readable_client(client_id: str, user: User) -> Client | None:
    """The app, when it is this person's or a team's of theirs, or they administer the portal."""
    client = find_client(client_id)
    if client is None or not (role_in(client, user.id) or may_administer(user)):
        return None
    return client


def may_change(client: Client, user: User) -> bool:
    """Whether this person may mend what went wrong: a developer or an owner of the app, or an administrator."""
    role = role_in(client, user.id)
    return may_administer(user) or (role is not None and role.rank >= Role.DEVELOPER.rank)


def path_of_setting(client: Client, setting: str | None, reader: User) -> str | None:
    """Where this reader changes what a cause complains about; administrators have one page for all of it."""
    if setting is None or not may_change(client, reader):
        return None
    if role_in(client, reader.id) is None:
        return f"/admin/apps/{client.id}"
    home = f"/dashboard/apps/{client.id}"
    if setting in ("secrets", "disabled"):
        return f"{home}/secrets" if setting == "secrets" else home
    return f"{home}/edit#{'pkce_required' if setting == 'pkce' else setting}"
