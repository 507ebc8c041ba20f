"""What only administrators give an app: restricted permissions, and grants that developers are not offered."""

from ..audit.events import EventKind
from . import grants
from .details import DEVELOPER_LIMITS, offered_scopes
from .events import note
from .models import Client


def list_allowances(client: Client) -> list[str]:
    """The names of the permissions and grants that ``client`` has by the hand of an administrator."""
    developers = offered_scopes(DEVELOPER_LIMITS)
    given = [name for name in client.grant_type_list if name not in grants.OFFERED]
    return given + [name for name in client.scope_list if name not in developers]


def end_allowances(client: Client, *, actor_id: str | None) -> None:
    """Take all of that from ``client``: it was given to an app in somebody's hands."""
    ended = list_allowances(client)
    if not ended:
        return
    client.grant_types = " ".join(name for name in client.grant_type_list if name not in ended)
    client.scopes = " ".join(name for name in client.scope_list if name not in ended)
    note(EventKind.CLIENT_CHANGED, client, actor_id, fields=["grant_types", "scopes"], ended=ended)
