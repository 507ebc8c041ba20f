"""What an app that registered itself has said of itself, and the token with which it says something else."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select, update

from ...clock import now
from ...crypto import digest, equal, new_secret
from ...database.rows import db
from ..models import Client
from .models import ClientRegistration

PREFIX = "pf_registration_"
UNUSED_FOR = timedelta(hours=24)  # after which an app goes that nobody has let in
_NOBODYS = digest("")


def add_registration(client: Client, initial_token_id: str | None) -> tuple[ClientRegistration, str]:
    """Remember that ``client`` registered itself; return the row and its registration access token, kept nowhere."""
    token = new_secret(PREFIX)
    registration = ClientRegistration(
        client_id=client.id,
        token_digest=digest(token),
        initial_token_id=initial_token_id,
        application_type="web",
        unused_until=now() + UNUSED_FOR,
    )
    db.session.add(registration)
    return registration, token


def find_registration(client_id: str) -> ClientRegistration | None:
    """What this app has said when it registered itself; None for all others."""
    return db.session.get(ClientRegistration, client_id)


def find_registrations(clients: Iterable[Client]) -> dict[str, ClientRegistration]:
    """What those of ``clients`` that registered themselves have said then, by their id."""
    ids = [client.id for client in clients if client.registered_dynamically]
    if not ids:
        return {}
    found = db.session.scalars(select(ClientRegistration).where(ClientRegistration.client_id.in_(ids)))
    return {registration.client_id: registration for registration in found}


def is_token_of(registration: ClientRegistration | None, token: str) -> bool:
    """Whether ``token`` is the registration access token of an app, which takes as long where there is no app."""
    kept = registration.token_digest if registration is not None else None
    return equal(kept or _NOBODYS, digest(token)) and kept is not None


def end_management(client: Client) -> None:
    """Let nobody change ``client`` by its token any more, now that it is somebody's: whoever registered it is a stranger.

    It stays, also where nobody has let it in so far.
    """
    this = update(ClientRegistration).where(ClientRegistration.client_id == client.id)
    ended = this.values(token_digest=None, unused_until=None)
    db.session.execute(ended.execution_options(synchronize_session="fetch"))
