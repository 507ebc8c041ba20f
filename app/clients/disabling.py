"""Apps that get no tokens for a while: disabled and enabled by their owner or by an administrator."""

from ..audit.events import EventKind
from ..clock import now
from .events import note
from .models import Client
from .refusals import DisabledByAdministrator

ADMINISTRATOR = "administrator"
OWNER = "owner"


def disable_client(client: Client, by: str, *, actor_id: str | None) -> None:
    """Let ``client`` get and use no tokens until it is enabled; ``by`` is OWNER or ADMINISTRATOR.

    What an administrator disabled stays disabled by an administrator.
    """
    if client.disabled_at is not None and (by == OWNER or client.disabled_by == ADMINISTRATOR):
        return
    client.disabled_at = client.disabled_at or now()
    client.disabled_by = by
    note(EventKind.CLIENT_DISABLED, client, actor_id, by=by)


def enable_client(client: Client, by: str, *, actor_id: str | None) -> None:
    """Let ``client`` work again. Raises :class:`DisabledByAdministrator` where only they can do that."""
    if client.disabled_at is None:
        return
    if client.disabled_by == ADMINISTRATOR and by != ADMINISTRATOR:
        raise DisabledByAdministrator
    client.disabled_at = client.disabled_by = None
    note(EventKind.CLIENT_ENABLED, client, actor_id, by=by)
