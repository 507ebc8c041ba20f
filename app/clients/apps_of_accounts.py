"""What becomes of the apps of an account that somebody else made or was in."""

from datetime import datetime

from sqlalchemy import select, update

from ..database.rows import db
from ..users.models import User
from .client_secrets import list_live, revoke_secret
from .disabling import ADMINISTRATOR, OWNER, disable_client
from .introspection import forget_introspection_of_all
from .models import Client, ClientSecret, SecretView
from .registration import list_own_clients
from .transfers import withdraw, withdraw_offers_of
from .verified import distrust_client


def detach_apps_of(user: User) -> None:
    """Disable the apps of ``user``, end what proves them, and take them from the account; only administrators enable one.

    Such an app is nobody's, as one that registered itself, and none of the portal's.
    """
    for client in list_own_clients(user.id):
        _detach(client)


def end_what_was_made_since(user: User, since: datetime) -> None:
    """End secrets and disable apps of ``user`` that were made ``since`` then: somebody else may have been in the account."""
    for client in list_own_clients(user.id):
        for secret in list_live(client):
            if secret.created_at >= since:
                revoke_secret(client, secret, actor_id=None)
        if client.created_at >= since:
            disable_client(client, OWNER, actor_id=None)
    _end_secrets_of_teams(user, since)
    withdraw_offers_of(user, since)


def take_name_from_secrets(user: User) -> None:
    """Take the name of ``user`` from the secrets that they added to apps of the portal."""
    db.session.execute(
        update(ClientSecret).where(ClientSecret.created_by == user.username).values(created_by=None)
    )


def _end_secrets_of_teams(user: User, since: datetime) -> None:
    """End the secrets that this account has added to apps of its teams ``since`` then."""
    made = (
        SecretView.user_id == user.id,
        ClientSecret.created_at >= since,
        ClientSecret.created_by == user.username,
    )
    query = select(Client, ClientSecret).join(ClientSecret, ClientSecret.client_id == Client.id)
    query = query.join(SecretView, SecretView.secret_id == ClientSecret.id)
    for client, secret in db.session.execute(query.where(Client.team_id.is_not(None), *made)):
        revoke_secret(client, secret, actor_id=None)


def _detach(client: Client) -> None:
    for secret in list_live(client):
        revoke_secret(client, secret, actor_id=None)
    client.jwks = client.jwks_uri = None
    distrust_client(client, actor_id=None)
    forget_introspection_of_all(client, actor_id=None)
    disable_client(client, ADMINISTRATOR, actor_id=None)
    client.owner_id = client.name_key = None
    client.registered_dynamically = True
    withdraw(client)
