"""The word of this portal's administrators for an app: its consent page says “verified”, and asks like any other.

It is given to what people read and to where they are sent; when the owner changes one of these, it ends.
"""

from ..audit.events import EventKind, record
from .models import Client

VOUCHED_FOR = frozenset({"name", "homepage_url", "redirect_uris", "client_type"})


def trust_client(client: Client, *, actor_id: str) -> bool:
    """Mark ``client`` as verified; False where it is already."""
    return _set(client, True, EventKind.CLIENT_TRUSTED, actor_id)


def distrust_client(client: Client, *, actor_id: str | None) -> bool:
    """Take the mark away; False where there is none."""
    return _set(client, False, EventKind.CLIENT_DISTRUSTED, actor_id)


def _set(client: Client, trusted: bool, kind: EventKind, actor_id: str | None) -> bool:
    if client.trusted == trusted:
        return False
    client.trusted = trusted
    record(kind, client.owner_id, actor_id, client_id=client.id, app=client.name)
    return True
