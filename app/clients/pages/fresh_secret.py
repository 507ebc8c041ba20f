"""A secret on its way from the POST that made it to the page that shows it, once."""

import json
from dataclasses import dataclass

from flask import session
from flask_login import current_user

from ...clock import now
from ...crypto import Undecryptable
from ...extensions import vault
from ..client_secrets import FIRST_NAME
from ..models import Client

WAITS = 300  # seconds; the page follows at once
_KEY = "fresh_secret"


@dataclass(frozen=True)
class FreshSecret:
    """A secret in clear, what its owner calls it, and whether it was made just now or looked at again."""

    text: str
    name: str
    is_new: bool


def keep(client: Client, secret: str, name: str = FIRST_NAME, *, is_new: bool = True) -> None:
    """Keep ``secret`` for the next page about ``client``.

    The session cookie is signed, not encrypted: it holds the secret sealed for this person and app only.
    """
    until = int(now().timestamp()) + WAITS
    session[_KEY] = vault.encrypt(json.dumps([until, secret, name, is_new]), _place(client))


def take(client: Client) -> FreshSecret | None:
    """The secret that was kept for ``client``, once; None when there is none or it waited too long."""
    sealed = session.pop(_KEY, None)
    if sealed is None:
        return None
    try:
        until, *found = json.loads(vault.decrypt(sealed, _place(client)))
        secret = FreshSecret(*found)
    except (Undecryptable, TypeError):  # the latter: kept by the version before
        return None
    return secret if now().timestamp() < until else None


def _place(client: Client) -> str:
    return f"session.{_KEY}.{current_user.id}.{client.id}"
