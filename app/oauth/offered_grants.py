"""The grants that discovery lists: those that some app may really use."""

from typing import Any

from sqlalchemy import select

from ..clients.grants import OFFERED
from ..clients.models import Client
from ..database.engines import read_connection
from .server import GRANT_TYPES

# What developers cannot switch on needs an administrator for each app, so few portals have one that does.
RARE = tuple(name for name in GRANT_TYPES if name not in OFFERED)


def offered_grants() -> tuple[str, ...]:
    """The grants of this portal; what only administrators switch on, while an enabled app has it."""
    with read_connection() as connection:
        had = [name for name in RARE if connection.scalar(_of_an_app(name))]
    return tuple(name for name in GRANT_TYPES if name in OFFERED or name in had)


def _of_an_app(grant: str) -> Any:
    return select(
        select(Client.id).where(Client.grant_types.contains(grant), Client.disabled_at.is_(None)).exists()
    )
