"""Who has seen which secret of an app: what to replace when somebody no longer looks after it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, not_, or_, select

from ..clock import now
from ..database.rows import db, insert_missing
from ..users.models import User
from .models import Client, ClientSecret, SecretView
from .ownership import may_know_secrets


@dataclass(frozen=True)
class KnownSecret:
    """A valid secret, and somebody who has seen it and may see it no longer."""

    client_id: str
    secret: str
    """What its owner calls it."""
    username: str
    """Empty where the account is deleted."""


def note_view(secret: ClientSecret, viewer_id: str) -> None:
    """Write down that this person sees ``secret`` now; the first time counts."""
    insert_missing(SecretView, [{"secret_id": secret.id, "user_id": viewer_id, "seen_at": now()}])


def list_known_to_others(client: Client) -> list[KnownSecret]:
    """The valid secrets of ``client`` that people know who no longer look after it, oldest first."""
    return _known(Client.id == client.id)


def list_known_in_team(team_id: str) -> list[KnownSecret]:
    """The same for all apps of a team."""
    return _known(Client.team_id == team_id)


def names_in(known: Iterable[KnownSecret]) -> list[str]:
    """Who knows some of these secrets, each person once."""
    return list(dict.fromkeys(each.username for each in known))


def _known(which: ColumnElement[bool]) -> list[KnownSecret]:
    valid = (
        ClientSecret.revoked_at.is_(None),
        or_(ClientSecret.expires_at.is_(None), ClientSecret.expires_at > now()),
    )
    query = (
        select(Client.id, ClientSecret.name, User.username)
        .join(ClientSecret, ClientSecret.client_id == Client.id)
        .join(SecretView, SecretView.secret_id == ClientSecret.id)
        .join(User, User.id == SecretView.user_id)
        .where(which, *valid, not_(may_know_secrets(SecretView.user_id)))
        .order_by(ClientSecret.id, SecretView.user_id)
    )
    return [KnownSecret(*row) for row in db.session.execute(query)]
