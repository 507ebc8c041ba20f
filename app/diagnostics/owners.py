"""Who may see what went wrong with an app."""

from ..authentication.administration import may_administer
from ..clients.models import Client
from ..clients.registration import find_client
from ..users.models import User


def find_readable_client(client_id: str, user: User) -> Client | None:
    """The app, when this person owns it or administers the portal."""
    client = find_client(client_id)
    if client is None or not (client.owner_id == user.id or may_administer(user)):
        return None
    return client


def path_of_setting(client: Client, setting: str | None, reader: User) -> str | None:
    """Where this reader changes what a cause complains about; administrators have one page for all of it."""
    if setting is None:
        return None
    if client.owner_id != reader.id:
        return f"/admin/apps/{client.id}"
    home = f"/dashboard/apps/{client.id}"
    if setting in ("secrets", "disabled"):
        return f"{home}/secrets" if setting == "secrets" else home
    return f"{home}/edit#{'pkce_required' if setting == 'pkce' else setting}"
