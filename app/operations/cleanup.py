"""What has expired, table by table, and how it is deleted: in small batches, safe beside live traffic."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from sqlalchemy import delete, select

from ..audit.models import Event
from ..clients import care
from ..clients.dynamic.models import ClientRegistration
from ..clients.models import Client
from ..clock import now
from ..consents import unused_registrations
from ..database.rows import Base, db, first_id_at
from ..users import hash_kinds, search_texts
from ..users.models import PasswordHashKind, SearchText

ROWS_A_BATCH = 500  # rows a transaction deletes: short locks, small write sets on a cluster


def steps(event_retention: int) -> Iterator[tuple[str, Callable[[], int]]]:
    """Each table, and what deletes a batch of its expired rows and returns how many they were.

    ``event_retention`` is how many seconds events are kept.
    """
    for model in expiring_tables():
        yield model.__tablename__, partial(delete_batch, model)
    yield Client.__tablename__, care.delete_ended
    yield ClientRegistration.__tablename__, unused_registrations.delete_unused
    yield PasswordHashKind.__tablename__, hash_kinds.recount
    yield SearchText.__tablename__, search_texts.complete
    yield Event.__tablename__, partial(delete_old_events, timedelta(seconds=event_retention))


def expiring_tables() -> list[type[Base]]:
    """Return the rows that end, by the table's own word (``__expiry__``); what refers to others comes first."""
    rows = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    ordered = [rows[table] for table in reversed(Base.metadata.sorted_tables) if table in rows]
    return [model for model in ordered if model.__expiry__ is not None]


def delete_batch(model: type[Base]) -> int:
    """Delete up to :data:`ROWS_A_BATCH` expired rows of one table; return how many they were."""
    assert model.__expiry__ is not None
    (key,) = model.__table__.primary_key.columns
    ends = model.__table__.columns[model.__expiry__.column]
    over = select(key).where(ends < now() - model.__expiry__.kept).order_by(ends).limit(ROWS_A_BATCH)
    keys = db.session.scalars(over).all()
    if keys:
        db.session.execute(delete(model).where(key.in_(keys)).execution_options(synchronize_session=False))
    return len(keys)


def delete_old_events(kept: timedelta) -> int:
    """Delete up to :data:`ROWS_A_BATCH` events older than ``kept``; return how many they were."""
    over = select(Event.id).where(Event.id < first_id_at(now() - kept)).order_by(Event.id).limit(ROWS_A_BATCH)
    keys = db.session.scalars(over).all()
    if keys:
        db.session.execute(
            delete(Event).where(Event.id.in_(keys)).execution_options(synchronize_session=False)
        )
    return len(keys)
