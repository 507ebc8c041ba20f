"""The grants that discovery lists: those that some app may really use."""

from sqlalchemy import literal, select

from ..clients.models import Client
from ..database.engines import read_connection
from .grants.password import PasswordGrant
from .server import GRANT_TYPES

# For every app with the switches of its own page; the password grant needs an administrator's, which few apps have.
FOR_ALL = tuple(name for name in GRANT_TYPES if name != PasswordGrant.GRANT_TYPE)
_HAS_PASSWORD = (
    select(literal(1))
    .select_from(Client.__table__)
    .where(Client.grant_types.contains(PasswordGrant.GRANT_TYPE), Client.disabled_at.is_(None))
    .limit(1)
)


def offered_grants() -> tuple[str, ...]:
    """The grants of this portal, the password grant only while an enabled app has it."""
    with read_connection() as connection:
        has_password = connection.scalar(_HAS_PASSWORD) is not None
    return GRANT_TYPES if has_password else FOR_ALL
