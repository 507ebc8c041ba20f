"""A secret on its way from the POST that made it to the page that shows it, once."""

import json

from flask import session
from flask_login import current_user

from ...clock import now
from ...crypto import Undecryptable
from ...extensions import vault
from ..models import Client

WAITS = 300  # seconds; the page follows at once
_KEY = "fresh_secret"


def keep(client: Client, secret: str) -> None:
    """Keep ``secret`` for the next page about ``client``.

    The session cookie is signed, not encrypted: it holds the secret sealed for this person and app only.
    """
    until = int(now().timestamp()) + WAITS
    session[_KEY] = vault.encrypt(json.dumps([until, secret]), _place(client))


def take(client: Client) -> str | None:
    """The secret that was kept for ``client``, once; None when there is none or it waited too long."""
    sealed = session.pop(_KEY, None)
    if sealed is None:
        return None
    try:
        until, secret = json.loads(vault.decrypt(sealed, _place(client)))
    except Undecryptable:
        return None
    return str(secret) if now().timestamp() < until else None


def _place(client: Client) -> str:
    return f"session.{_KEY}.{current_user.id}.{client.id}"
