"""Apps of an account that turns out to have been made by somebody else than the person it belongs to."""

from ..users.models import User
from .client_secrets import list_live, revoke_secret
from .models import Client
from .registration import ADMINISTRATOR, disable_client, list_own_clients
from .verified import distrust_client


def detach_apps_of(user: User) -> None:
    """Disable the apps of ``user``, end what proves them, and take them from the account; only administrators enable one.

    Such an app is nobody's, as one that registered itself, and none of the portal's.
    """
    for client in list_own_clients(user.id):
        _detach(client)


def _detach(client: Client) -> None:
    for secret in list_live(client):
        revoke_secret(client, secret, actor_id=None)
    client.jwks = None
    distrust_client(client, actor_id=None)
    disable_client(client, ADMINISTRATOR, actor_id=None)
    client.owner_id = client.name_key = None
    client.registered_dynamically = True
