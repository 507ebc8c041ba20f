"""Digests of client secrets that were made under the previous encryption secret, made anew when the secret is used.

Where the secret itself is kept, ``flask keys rotate-encryption`` makes the digest anew. Of others
(``CLIENT_SECRETS_SHOWN_ONCE``) only the app knows the secret, and shows it whenever it asks for a token.
"""

import logging
import threading

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from ..database.rows import db, new_id
from ..extensions import background
from .authentic_secrets import mac_of
from .models import Client, ClientSecret

_log = logging.getLogger(__name__)
_waiting: dict[str, tuple[str, str, str]] = {}
_lock = threading.Lock()


def renew(client_id: str, secret_id: str, old: str, new: str) -> None:
    """Let ``new`` take the place of ``old`` with the next batch; a use that is lost with it leaves the old one."""
    with _lock:
        _waiting[secret_id] = (client_id, old, new)


@background.add
def write_renewed() -> None:
    """Write what :func:`renew` has gathered."""
    with _lock:
        noted = dict(_waiting)
        _waiting.clear()
    for secret_id, (client_id, old, new) in noted.items():
        # Only the command touches the others: a machine that is reloaded late would take back what it did.
        unchanged = update(ClientSecret).where(
            ClientSecret.id == secret_id, ClientSecret.digest == old, ClientSecret.sealed.is_(None)
        )
        try:
            with db.engine.begin() as connection:
                renewed = unchanged.values(digest=new, mac=mac_of(secret_id, client_id, new))
                if connection.execute(renewed).rowcount == 1:
                    connection.execute(update(Client).where(Client.id == client_id).values(revision=new_id()))
        except DBAPIError as error:
            _log.warning("A digest could not be renewed: %s", type(error).__name__)
