"""The apps that somebody has used in this browser since the last sign-out there: a note, never trusted with more."""

from flask import session

from ...crypto import digest

MOST_APPS = 20  # a browser remembers
_KEPT_IN = "used_apps"


def note(client_id: str) -> None:
    """Remember that the person got an answer for this app."""
    kept = _kept()
    if _key(client_id) not in kept:
        session[_KEPT_IN] = [*kept, _key(client_id)][-MOST_APPS:]


def is_used(client_id: str) -> bool:
    """Tell whether somebody has used this app here."""
    return _key(client_id) in _kept()


def _kept() -> list[str]:
    found = session.get(_KEPT_IN, [])
    return found if isinstance(found, list) else []


def _key(client_id: str) -> str:
    return digest(client_id)[:12]
