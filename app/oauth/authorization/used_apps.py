"""The apps that somebody has used in this browser since they signed in there, and as whom: never trusted with more."""

from flask import session

from ...authentication.kept_cookies import USED_APPS, key_of
from ...crypto import digest

MOST_APPS = 20  # a browser remembers


def note(client_id: str, user_id: str) -> None:
    """Remember that this person got an answer for this app, later than anybody else."""
    kept = _kept()
    if kept.get(_key(client_id)) != key_of(user_id):
        others = [each for each in kept.items() if each[0] != _key(client_id)]
        session[USED_APPS] = dict([*others, (_key(client_id), key_of(user_id))][-MOST_APPS:])


def is_used(client_id: str) -> bool:
    """Tell whether somebody has used this app here."""
    return _key(client_id) in _kept()


def last_account(client_id: str) -> str | None:
    """Return the key of the account that this app was used with last."""
    return _kept().get(_key(client_id))


def _kept() -> dict[str, str]:
    found = session.get(USED_APPS, {})
    # An older version noted no accounts.
    return found if isinstance(found, dict) else dict.fromkeys(found, "") if isinstance(found, list) else {}


def _key(client_id: str) -> str:
    return digest(client_id)[:12]
