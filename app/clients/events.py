"""Writing down what happened to an app: in the activity of its owner, or of its team."""

from typing import Any

from ..audit.events import EventKind, record
from .models import Client


def note(kind: EventKind, client: Client, actor_id: str | None, **details: Any) -> None:
    """Record ``kind`` for ``client``, which ``actor_id`` did, in the session's transaction."""
    record(
        kind,
        client.owner_id,
        actor_id,
        client_id=client.id,
        team_id=client.team_id,
        app=client.name,
        **details,
    )
