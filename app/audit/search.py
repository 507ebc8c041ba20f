"""Finding events among all there are, for administrators."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from ..database.paging import filter_by_index
from ..database.rows import first_id_at
from .models import Event


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list of events is narrowed to; None leaves a question open."""

    user_id: str | None = None
    client_id: str | None = None
    actor_id: str | None = None
    ip: str | None = None
    kind: str | None = None
    area: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def search(wanted: Wanted) -> Select[Event]:
    """The events that are ``wanted``; each has an index that ends with the id, and ids know the time."""
    query = filter_by_index(
        select(Event),
        (Event.user_id, wanted.user_id),
        (Event.client_id, wanted.client_id),
        (Event.actor_id, wanted.actor_id),
        (Event.ip, wanted.ip),
        (Event.kind, wanted.kind),
        (Event.area, wanted.area),
    )
    if wanted.since is not None:
        query = query.where(Event.id >= first_id_at(wanted.since))
    if wanted.until is not None:
        query = query.where(Event.id < first_id_at(wanted.until))
    return query
