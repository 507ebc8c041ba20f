"""Whose access tokens an app may introspect: its own and those of its owner's other apps, or everybody's.

Whoever holds the secret of such an app learns of any token whether it is active, and whose it is. So that is for
administrators to allow, for this app in these hands.
"""

from ..audit.events import EventKind
from .events import note
from .models import Client
from .owner_notices import tell_of_introspection


def allow_introspection_of_all(client: Client, *, actor_id: str | None) -> bool:
    """Let ``client`` introspect everybody's access tokens and tell its owner; False where it may, or is public."""
    return not client.is_public and _set(client, True, actor_id) and _tell(client, actor_id)


def end_introspection_of_all(client: Client, *, actor_id: str | None) -> bool:
    """Leave ``client`` its own tokens and those of its owner's other apps, and tell its owner; False where that is so."""
    return forget_introspection_of_all(client, actor_id=actor_id) and _tell(client, actor_id)


def forget_introspection_of_all(client: Client, *, actor_id: str | None) -> bool:
    """The same without a mail, for an app that is no longer what administrators allowed it to."""
    return _set(client, False, actor_id)


def _set(client: Client, introspects_all: bool, actor_id: str | None) -> bool:
    if client.introspects_all == introspects_all:
        return False
    client.introspects_all = introspects_all
    kind = EventKind.INTROSPECTION_ALLOWED if introspects_all else EventKind.INTROSPECTION_ENDED
    note(kind, client, actor_id)
    return True


def _tell(client: Client, actor_id: str | None) -> bool:
    tell_of_introspection(client, by=actor_id)
    return True
