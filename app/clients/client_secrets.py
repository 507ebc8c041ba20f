"""An app's secrets: several may be valid at once, so that one can be replaced without an outage."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from ..audit.events import EventKind
from ..clock import now
from ..crypto import equal, new_secret
from ..database.rows import db, new_id
from ..extensions import vault
from .authentic_secrets import is_authentic, mac_of
from .events import note
from .models import Client, ClientSecret
from .owner_notices import tell_of_secret
from .refusals import SecretNotKept, TooManySecrets
from .secret_views import note_view

PREFIX = "pf_secret_"
MOST_LIVE = 10  # of one app: checking one must stay cheap
MOST_ENDED = 20  # of one app: so that who still uses one of them reads what became of it
FIRST_NAME = "default"


def is_live(secret: ClientSecret, at: datetime | None = None) -> bool:
    """Whether ``secret`` opens anything: neither revoked nor expired, and given to its app by this portal."""
    moment = at or now()
    is_on = secret.revoked_at is None and (secret.expires_at is None or secret.expires_at > moment)
    return is_on and is_authentic(secret)


def list_live(client: Client) -> list[ClientSecret]:
    """The secrets of ``client`` that work now, oldest first."""
    return [secret for secret in client.secrets if is_live(secret)]


def is_secret_of(client: Client, text: str) -> bool:
    """Whether ``text`` is a secret of ``client`` that works now; of several each is compared."""
    digests = [vault.keyed_digest(text), vault.previous_digest(text) or ""]
    same = [equal(secret.digest, each) for secret in list_live(client) for each in digests]
    return any(same)


def find_secret(client: Client, secret_id: str) -> ClientSecret | None:
    """The secret of ``client`` with this id; None as well when it is another app's."""
    query = select(ClientSecret).where(ClientSecret.id == secret_id, ClientSecret.client_id == client.id)
    return db.session.execute(query).scalar_one_or_none()


def give_first_secret(
    client: Client, *, actor_id: str | None, actor_name: str | None = None, shown_once: bool = False
) -> str:
    """Give an app that is being registered its first secret, and return it."""
    _secret, text = _make(client, FIRST_NAME, actor_id, actor_name, None, shown_once)
    note(EventKind.SECRET_ADDED, client, actor_id, secret=FIRST_NAME)
    return text


def add_secret(
    client: Client,
    name: str,
    *,
    actor_id: str | None,
    actor_name: str | None = None,
    expires_at: datetime | None = None,
    shown_once: bool = False,
) -> tuple[ClientSecret, str]:
    """Add a secret and return its row and the secret itself; the owner gets a mail. Raises :class:`TooManySecrets`."""
    _hold(client)
    if len(list_live(client)) >= MOST_LIVE:
        raise TooManySecrets
    secret, text = _make(client, name, actor_id, actor_name, expires_at, shown_once)
    note(EventKind.SECRET_ADDED, client, actor_id, secret=name)
    tell_of_secret(client, "secret_added", by=actor_id, secret=name)
    return secret, text


def _hold(client: Client) -> None:
    """Let an app get one secret at a time, so that the count of them is exact: of two, the second sees the first's."""
    hold = update(Client).where(Client.id == client.id).values(revision=new_id())
    db.session.execute(hold.execution_options(synchronize_session=False))
    db.session.refresh(client)


def _forget_ended(client: Client) -> None:
    """Delete secrets that ended long ago: each is compared with every request, and shown on the page."""
    ended = [secret for secret in client.secrets if not is_live(secret)]
    for secret in ended[: max(0, len(ended) - MOST_ENDED)]:
        client.secrets.remove(secret)


def revoke_secret(client: Client, secret: ClientSecret, *, actor_id: str | None) -> None:
    """End ``secret`` now; one that has ended already keeps its date."""
    if secret.revoked_at is not None:
        return
    secret.revoked_at = now()
    secret.sealed = None  # nobody needs to see it again
    note(EventKind.SECRET_REVOKED, client, actor_id, secret=secret.name)


def reveal_secret(client: Client, secret: ClientSecret, *, actor_id: str | None) -> str:
    """The secret in clear, for its owner after a fresh password check; a mail says so. Raises :class:`SecretNotKept`."""
    if secret.sealed is None or not is_authentic(secret):
        raise SecretNotKept
    text = vault.decrypt(secret.sealed, sealed_for(secret.id))
    if actor_id is not None:
        note_view(secret, actor_id)
    note(EventKind.SECRET_REVEALED, client, actor_id, secret=secret.name)
    tell_of_secret(client, "secret_revealed", by=actor_id, secret=secret.name)
    return text


def rotate(
    client: Client,
    *,
    overlap: timedelta | None = None,
    actor_id: str | None = None,
    actor_name: str | None = None,
    shown_once: bool = False,
) -> tuple[ClientSecret, str]:
    """A new secret; the ones so far end now, or when ``overlap`` is over. The owner gets a mail.

    Of more than an app may have with the new one, the oldest end now.
    """
    _hold(client)
    moment, live = now(), list_live(client)
    for place, old in enumerate(live):
        if not overlap or len(live) - place >= MOST_LIVE:
            old.revoked_at, old.sealed = moment, None
        elif old.expires_at is None or old.expires_at > moment + overlap:
            old.expires_at = moment + overlap
    secret, text = _make(client, FIRST_NAME, actor_id, actor_name, None, shown_once)
    note(EventKind.SECRET_ROTATED, client, actor_id)
    tell_of_secret(client, "secrets_replaced", by=actor_id)
    return secret, text


def _make(
    client: Client,
    name: str,
    actor_id: str | None,
    actor_name: str | None,
    expires_at: datetime | None,
    shown_once: bool,
) -> tuple[ClientSecret, str]:
    text, key = new_secret(PREFIX), new_id()
    digest = vault.keyed_digest(text)
    secret = ClientSecret(
        id=key,
        client_id=client.id,
        name=name,
        last_four=text[-4:],
        digest=digest,
        sealed=None if shown_once else vault.encrypt(text, sealed_for(key)),
        mac=mac_of(key, client.id, digest),
        created_by=actor_name,
        expires_at=expires_at,
    )
    client.secrets.append(secret)
    _forget_ended(client)
    if actor_id is not None:
        db.session.flush()
        note_view(secret, actor_id)
    return secret, text


def sealed_for(secret_id: str) -> str:
    """The place that a sealed secret is bound to."""
    return f"client_secrets.sealed.{secret_id}"
